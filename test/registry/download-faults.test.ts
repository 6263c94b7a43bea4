import { createHash, randomBytes } from 'node:crypto';
import { createGcsStore } from '../../shared/registry/gcs-store';
import type { Store } from '../../shared/registry/store';
import {
  type Answer,
  closeAfter,
  corrupt,
  declare,
  type FaultServer,
  gzipped,
  htmlPage,
  ignoreRange,
  redirect,
  reset,
  silence,
  stallAfter,
  startFaultServer,
  status,
  trickle,
  wrongRange,
} from '../fault-server';
import { failureOf } from './failure-of';

// Nothing here may load the client library: reading from an emulator does without it.
jest.mock('@google-cloud/storage', () => {
  throw new Error('the client library was loaded');
});

const MODEL = randomBytes(256 * 1024);
const EXPECTED = { bytes: MODEL.length, sha256: createHash('sha256').update(MODEL).digest('hex') };
const LIMITS = { headersMs: 500, idleMs: 500, deadlineMs: 5_000, firstDelayMs: 5, maxDelayMs: 20 };

let server: FaultServer;
let store: Store;

beforeAll(async () => {
  server = await startFaultServer();
  store = createGcsStore({ bucket: 'models', endpoint: server.endpoint, limits: LIMITS });
});

afterAll(() => server.close());

beforeEach(() => {
  server.heal();
  server.put('model.onnx', MODEL);
});

function read() {
  return store.read('model.onnx', { expected: EXPECTED });
}

describe('a fault that passes costs nothing but time', () => {
  test.each<[string, Answer[]]>([
    ['two 503', [status(503), status(503)]],
    ['a 429', [status(429)]],
    ['a 408', [status(408)]],
    ['two resets', [reset, reset]],
    ['no answer', [silence]],
    ['a connection closed before the first byte of the body', [closeAfter(0)]],
    ['a connection closed in the middle', [closeAfter(100_000)]],
    ['a connection closed in the middle twice', [closeAfter(100_000), closeAfter(50_000)]],
    ['a connection closed before the last byte', [closeAfter(MODEL.length - 1)]],
    ['a stall in the middle', [stallAfter(100_000)]],
    ['a range that is ignored', [closeAfter(100_000), ignoreRange]],
    ['a range that is wrong', [closeAfter(100_000), wrongRange]],
    ['a 503 between two ranges', [closeAfter(100_000), status(503)]],
    ['a wrong byte', [corrupt]],
    ['a wrong byte, found after a resumed transfer', [closeAfter(100_000), corrupt]],
  ])('%s', async (_, answers) => {
    server.script('model.onnx', ...answers);

    const { bytes } = await read();

    expect(MODEL.equals(bytes)).toBe(true);
    expect(server.unused('model.onnx')).toBe(0);
  });
});

describe('a fault that stays ends in a typed error, and the first read after it succeeds', () => {
  test.each<[string, Answer, string, RegExp]>([
    ['503', status(503), 'store-unavailable', /^the store answered 503, 5 times in a row$/],
    ['403', status(403), 'store-unavailable', /refused access \(403\).*roles\/storage\.objectViewer/],
    ['404', status(404), 'object-not-found', /^the store has no object "model\.onnx"$/],
    ['400', status(400), 'store-unavailable', /^the store answered 400$/],
    ['501', status(501), 'store-unavailable', /^the store answered 501$/],
    ['resets', reset, 'store-unavailable', /connection to the store failed \(.+\), 5 times/],
    ['closed connections', closeAfter(0), 'store-unavailable', /5 times in a row$/],
    ['a web page', htmlPage, 'store-unavailable', /^something else than the store answered$/],
    ['a redirect', redirect('http://127.0.0.1:9/'), 'store-unavailable', /redirect \(302\)/],
    ['a length too short', declare(1_000), 'corrupt-artifact', /has 1000 bytes, expected 262144$/],
    ['a length too long', declare(1_000_000), 'corrupt-artifact', /has 1000000 bytes, expected 262144$/],
    ['a wrong byte', corrupt, 'corrupt-artifact', /has SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}$/],
    ['a compressed object', gzipped, 'corrupt-artifact', /Content-Encoding gzip, expected none/],
  ])('%s', async (_, answer, code, message) => {
    server.always('model.onnx', answer);

    const failure = await failureOf(read());

    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    server.heal();
    expect(MODEL.equals((await read()).bytes)).toBe(true);
  });
});

describe('the deadline ends what nothing else would, and gives the connection up', () => {
  test.each<[string, Answer]>([
    ['when the store never answers', silence],
    ['when the body stalls', stallAfter(1_000)],
    ['when the body trickles', trickle(20)],
  ])('%s', async (_, answer) => {
    const limits = { ...LIMITS, headersMs: 60_000, idleMs: 60_000, deadlineMs: 400, attempts: 100 };
    const hurried = createGcsStore({ bucket: 'models', endpoint: server.endpoint, limits });
    let asked = 0;
    const givenUp = new Promise<void>((resolve) => {
      server.always('model.onnx', (exchange) => {
        asked++;
        exchange.response.once('close', resolve);
        answer(exchange);
      });
    });

    const failure = await failureOf(hurried.read('model.onnx', { expected: EXPECTED }));

    expect(failure).toMatchObject({
      code: 'store-unavailable',
      message: 'the store did not deliver "model.onnx" within 400 ms',
    });
    await givenUp;
    expect(asked).toBe(1);
  });
});
