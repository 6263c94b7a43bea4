import { once } from 'node:events';
import { connect } from 'node:net';
import { type FunctionProcess, startFunction } from '../functions-process';
import { writeKeySet } from '../key-sets';

const HOSTS: readonly (readonly [string, { env?: Record<string, string>; program?: readonly string[] }])[] = [
  ['the Functions Framework', {}],
  ['the Functions Framework with RAW_HTTP=off', { env: { RAW_HTTP: 'off' } }],
  ['the container server', { program: ['dist/server.js'] }],
];

const GOOD = 'X-API-Key: key-of-ada';
const GOOD_BEARER = 'Authorization: Bearer key-of-ada';

/** Header lines as they go over the wire, which no client would send, and what they are answered with. */
const LINES: readonly (readonly [string, readonly string[], number])[] = [
  ['a key', [GOOD], 200],
  ['a key with spaces around it, which are no part of a header', ['X-API-Key:   key-of-ada   '], 200],
  ['a key in another case', ['X-API-Key: KEY-OF-ADA'], 401],
  ['a key that is longer by a space within', ['X-API-Key: key-of- ada'], 401],
  ['a key with a tab and more after it', ['X-API-Key: key-of-ada\tx'], 401],
  ['two keys, the good one first', [GOOD, 'X-API-Key: no-key'], 401],
  ['two keys, the good one last', ['X-API-Key: no-key', GOOD], 401],
  ['two keys in headers of different case', [GOOD, 'x-api-key: no-key'], 401],
  ['the same key twice', [GOOD, GOOD], 401],
  // Node drops all but the first of this header, so that there is one to be checked.
  ['two tokens, the good one first', [GOOD_BEARER, 'Authorization: Bearer no-key'], 200],
  ['two tokens, the good one last', ['Authorization: Bearer no-key', GOOD_BEARER], 401],
  ['a wrong key before a good token', ['X-API-Key: no-key', GOOD_BEARER], 401],
  ['a wrong key after a good token', [GOOD_BEARER, 'X-API-Key: no-key'], 401],
  ['an empty key before a good token', ['X-API-Key:', GOOD_BEARER], 401],
  ['a good key beside a wrong token', ['Authorization: Bearer no-key', GOOD], 200],
  ['a token after another scheme', ['Authorization: Basic eA==, Bearer key-of-ada'], 401],
  ['a key under a name that only ends alike', ['Y-X-API-Key: key-of-ada'], 401],
  ['a key in letters of another alphabet', ['X-API-Key: kеy-of-ada'], 401],
  ['a key that is not text', ['X-API-Key: \xff\xfe\x80'], 401],
  ['a key in quotes', ['X-API-Key: "key-of-ada"'], 401],
  ['a key of 12 kB', [`X-API-Key: ${'k'.repeat(12_000)}`], 401],
  [
    'something like a token of 12 kB',
    [`Authorization: Bearer ${'a'.repeat(6_000)}.${'b'.repeat(6_000)}.`],
    401,
  ],
  ['equals signs without end', [`Authorization: Bearer a${'='.repeat(12_000)}!`], 401],
];

describe.each(HOSTS)('behind %s', (_, { env = {}, ...options }) => {
  let server: FunctionProcess;
  beforeAll(async () => {
    const API_KEYS = writeKeySet([{ name: 'ada', key: 'key-of-ada' }]);
    server = await startFunction({
      target: 'serve',
      ...options,
      env: { MODEL_NAME: 'iris', ACCESS: 'keys', API_KEYS, ...env },
    });
  });
  afterAll(() => server.stop());

  /** Writes a request with these header lines to a socket, and reads the status of the answer. */
  async function statusOf(lines: readonly string[]): Promise<number> {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const head = ['GET /v2/models HTTP/1.1', 'Host: localhost', 'Connection: close', ...lines, '', ''];
    // What is not ASCII goes out as UTF-8, but for single bytes.
    socket.write(Buffer.from(head.join('\r\n'), /[\x80-\xff]/.test(head.join()) ? 'latin1' : 'utf8'));
    const pieces: Buffer[] = [];
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    await once(socket, 'close');
    return Number(/^HTTP\/1\.1 (\d+)/.exec(Buffer.concat(pieces).toString('latin1'))?.[1]);
  }

  test.each(LINES)('%s is let in or not', async (_, lines, status) => {
    expect(await statusOf(lines)).toBe(status);
  });

  test('headers beyond 16 kB are refused before anything is checked', async () => {
    expect([400, 431]).toContain(await statusOf([`Authorization: Bearer ${'k'.repeat(20_000)}`]));
  });
});
