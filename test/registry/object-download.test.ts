import { createHash, randomBytes } from 'node:crypto';
import { createGcsStore } from '../../shared/registry/gcs-store';
import { downloadObject } from '../../shared/registry/object-download';
import { DOWNLOAD_LIMITS, fillRange } from '../../shared/registry/range-download';
import type { ReadOptions, Store } from '../../shared/registry/store';
import {
  closeAfter,
  corrupt,
  declare,
  endless,
  endMissing,
  type FaultServer,
  holdAfter,
  reset,
  stallAfter,
  startFaultServer,
  status,
  whole,
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

function read(options: ReadOptions = { expected: EXPECTED }) {
  return store.read('model.onnx', options);
}

test('a resumed transfer asks for the missing bytes of the generation it began with', async () => {
  server.script('model.onnx', closeAfter(100_000));
  const before = server.requests.length;

  const { generation } = await read();

  const [first, second] = server.requests.slice(before);
  expect(first?.query.get('generation')).toBeNull();
  expect(first?.headers.range).toBeUndefined();
  expect(second?.query.get('generation')).toBe(generation);
  expect(second?.headers.range).toMatch(/^bytes=\d+-262143$/);
  expect(first?.headers['accept-encoding']).toBe('identity');
});

test('an answer of which only the end is missing is not asked for again', async () => {
  server.script('model.onnx', endMissing);
  const before = server.requests.length;

  expect(MODEL.equals((await read()).bytes)).toBe(true);
  expect(server.requests.length - before).toBe(1);
});

test('reads one after the other share a connection', async () => {
  await read();
  const before = server.connections();

  await read();
  await read();

  expect(server.connections()).toBe(before);
});

test('a wrong byte is asked for twice, not for ever', async () => {
  server.always('model.onnx', corrupt);
  const before = server.requests.length;

  await failureOf(read());

  expect(server.requests.length - before).toBe(2);
});

test('an object replaced in the middle of a read is read again from the beginning', async () => {
  const replacement = randomBytes(1_000);
  server.script('model.onnx', (exchange) => {
    server.put('model.onnx', replacement);
    closeAfter(100_000)(exchange);
  });

  const { bytes } = await read({});

  expect(replacement.equals(bytes)).toBe(true);
});

test('a size other than the promised one ends the read before the body', async () => {
  server.always('model.onnx', declare(4 * 1024 ** 3));

  const failure = await failureOf(read());

  expect(failure).toMatchObject({ message: '"model.onnx" has 4294967296 bytes, expected 262144' });
});

test('an object of unknown size may have 8 MiB and no more', async () => {
  server.always('model.onnx', declare(8 * 1024 ** 2 + 1));

  const failure = await failureOf(read({}));

  expect(failure).toMatchObject({
    code: 'corrupt-artifact',
    message: '"model.onnx" has 8388609 bytes, expected 8388608 at most',
  });
});

test('a body longer than declared is not read to its end', async () => {
  let sent = 0;
  server.always(
    'model.onnx',
    endless((bytes) => (sent += bytes)),
  );

  const failure = await failureOf(read());

  expect(failure).toMatchObject({ message: 'the store sent more bytes than it declared' });
  expect(sent).toBeLessThan(64 * 1024 ** 2);
});

test('a download that fails does not disturb one that is under way', async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  server.put('neighbour.onnx', MODEL);
  server.script('neighbour.onnx', holdAfter(100_000, released));
  server.always('model.onnx', reset);
  const neighbour = store.read('neighbour.onnx', { expected: EXPECTED });

  await failureOf(read());
  release();

  expect(MODEL.equals((await neighbour).bytes)).toBe(true);
  expect(server.requests.filter(({ name }) => name === 'neighbour.onnx')).toHaveLength(1);
});

test('the signal cancels a read with its reason', async () => {
  server.always('model.onnx', stallAfter(1_000));
  const controller = new AbortController();
  const reading = read({ expected: EXPECTED, signal: controller.signal });

  controller.abort(new Error('the caller left'));

  await expect(reading).rejects.toThrow('the caller left');
});

test('what went wrong in technical words is the cause, not the message', async () => {
  server.always('model.onnx', status(403));

  const failure = await failureOf(read());

  expect(failure.message).not.toContain(server.endpoint);
  expect(failure.cause).toMatchObject({
    message: expect.stringMatching(/^GET http.*answered 403: \{"error"/),
  });
});

test('every request asks for its authorization anew', async () => {
  let token = 0;
  const requestHeaders = async () => ({ authorization: `Bearer ${++token}` });
  server.script('model.onnx', status(503));
  const before = server.requests.length;

  await downloadObject({ ...source(), requestHeaders }, {}, { ...DOWNLOAD_LIMITS, ...LIMITS });

  const sent = server.requests.slice(before).map(({ headers }) => headers.authorization);
  expect(sent).toEqual(['Bearer 1', 'Bearer 2']);
});

test('ranges fill one buffer side by side', async () => {
  const source = {
    key: 'model.onnx',
    url: `${server.endpoint}/storage/v1/b/models/o/model.onnx`,
    requestHeaders: async () => ({}),
  };
  const download = {
    source,
    limits: { ...DOWNLOAD_LIMITS, ...LIMITS },
    signal: new AbortController().signal,
  };
  const { generation } = await read();
  const bytes = Buffer.alloc(MODEL.length);
  server.script('model.onnx', closeAfter(10), whole, reset);

  await Promise.all(
    [0, 1, 2, 3].map((part) =>
      fillRange(download, { start: part * 65_536, end: (part + 1) * 65_536, generation }, { bytes }),
    ),
  );

  expect(MODEL.equals(bytes)).toBe(true);
});

function source() {
  const url = `${server.endpoint}/storage/v1/b/models/o/model.onnx`;
  return { key: 'model.onnx', url, requestHeaders: async () => ({}) };
}
