import { gzipSync } from 'node:zlib';
import { failureOf } from '../registry/failure-of';
import { localFetcher, MAX_BYTES, urlOf } from './local-fetcher';
import { headOf, ok, type RawServer, raw, repeat, startRawServer, status } from './raw-server';

const IMAGE = { 'content-type': 'image/png' };

const TOO_LARGE = {
  code: 'payload-too-large',
  message: 'expected at most 100000 bytes behind the URL, got more',
  members: { max_bytes: MAX_BYTES },
};
const CUT = { code: 'url-fetch-failed', message: 'the connection to the server of the URL failed' };
const NO_HTTP = { code: 'url-fetch-failed', message: 'the server of the URL did not answer with valid HTTP' };
let server: RawServer;

beforeAll(async () => {
  server = await startRawServer();
});

afterEach(async () => {
  // Whatever the outcome, no connection is left behind.
  await server.allClosed();
});

afterAll(() => server.close());

const fetchImage = () => localFetcher(server)(urlOf(server));

describe('a body that is too large', () => {
  test('is refused by its declared length, without a byte of it', async () => {
    server.answer = raw(headOf(200, { ...IMAGE, 'content-length': String(MAX_BYTES + 1) }));

    expect(await failureOf(fetchImage())).toMatchObject(TOO_LARGE);
  });

  test.each([
    ['without a length', headOf(200, IMAGE), Buffer.alloc(16_384)],
    [
      'in pieces',
      headOf(200, { ...IMAGE, 'transfer-encoding': 'chunked' }),
      Buffer.concat([Buffer.from('4000\r\n'), Buffer.alloc(0x4000), Buffer.from('\r\n')]),
    ],
  ])('is read to the limit when it is endless and comes %s', async (_what, head, piece) => {
    let sent = 0;
    server.answer = repeat(head, piece, { onSent: (bytes) => (sent += bytes) });

    expect(await failureOf(fetchImage())).toMatchObject(TOO_LARGE);
    await server.allClosed();
    // What the sockets of both sides hold comes on top.
    expect(sent).toBeLessThan(20_000_000);
  });

  test('is refused when it comes in pieces of one byte', async () => {
    const piece = '1\r\nc\r\n'.repeat(10_000);
    server.answer = repeat(headOf(200, { ...IMAGE, 'transfer-encoding': 'chunked' }), piece);

    expect(await failureOf(fetchImage())).toMatchObject(TOO_LARGE);
  });
});

describe('a length that lies', () => {
  test('is not believed when more is sent: the rest is dropped', async () => {
    server.answer = raw(headOf(200, { ...IMAGE, 'content-length': '3' }), 'catdogcow');

    expect(String((await fetchImage()).bytes)).toBe('cat');
  });

  test.each([
    ['less is sent than the length says', { 'content-length': '9' }, 'cat'],
    ['the last piece is missing', { 'transfer-encoding': 'chunked' }, '3\r\ncat\r\n'],
  ])('is found out when %s', async (_what, headers, body) => {
    server.answer = (socket) => socket.end(headOf(200, { ...IMAGE, ...headers }) + body);

    expect(await failureOf(fetchImage())).toMatchObject(CUT);
  });

  test.each([
    ['negative', { 'content-length': '-1' }],
    ['no number', { 'content-length': 'many' }],
    ['there beside pieces', { 'content-length': '3', 'transfer-encoding': 'chunked' }],
  ])('is no valid HTTP when it is %s', async (_what, headers) => {
    server.answer = raw(headOf(200, { ...IMAGE, ...headers }), '3\r\ncat\r\n0\r\n\r\n');

    expect(await failureOf(fetchImage())).toMatchObject(NO_HTTP);
  });
});

describe('an answer that is no image', () => {
  test.each([201, 204, 206, 300, 304, 305, 400, 401, 403, 404, 410])('is status %i', async (code) => {
    server.answer = status(code, IMAGE);

    expect(await failureOf(fetchImage())).toMatchObject({
      code: 'url-not-an-image',
      message: `expected status 200 from the server of the URL, got ${code}`,
    });
  });

  test('is a redirect that does not say where', async () => {
    server.answer = status(302);

    expect(await failureOf(fetchImage())).toMatchObject({ code: 'url-not-an-image' });
  });

  test.each([429, 500, 502, 503, 504])('may pass when it is status %i', async (code) => {
    server.answer = status(code, IMAGE);

    expect(await failureOf(fetchImage())).toMatchObject({
      code: 'url-fetch-failed',
      message: `expected status 200 from the server of the URL, got ${code}`,
    });
  });

  test.each([
    ['text/html; charset=utf-8', '"text/html"'],
    ['application/json', '"application/json"'],
    ['imagepng', '"imagepng"'],
    ['x-image/png', '"x-image/png"'],
    ['', 'none'],
    ['a'.repeat(200), `"${'a'.repeat(60)}"`],
  ])('has the content type %.20j', async (type, got) => {
    server.answer = ok('<html>', { 'content-type': type });

    expect(await failureOf(fetchImage())).toMatchObject({
      code: 'url-not-an-image',
      message: `expected content type image/* from the URL, got ${got}`,
    });
  });

  test('has no content type', async () => {
    server.answer = raw(headOf(200, { 'content-length': '3' }), 'cat');

    expect(await failureOf(fetchImage())).toMatchObject({
      message: 'expected content type image/* from the URL, got none',
    });
  });

  test.each(['gzip', 'br', 'deflate', 'gzip, gzip'])(
    'has the content encoding %s, which may be a bomb',
    async (encoding) => {
      server.answer = ok(gzipSync(Buffer.alloc(10_000_000)), { 'content-encoding': encoding });

      expect(await failureOf(fetchImage())).toMatchObject({
        code: 'url-not-an-image',
        message: `expected no content encoding from the URL, got "${encoding}"`,
      });
    },
  );
});

describe('a server that fails', () => {
  test.each([
    ['before the head', ''],
    ['within the head', 'HTTP/1.1 200 OK\r\nContent-'],
    ['within the body', `${headOf(200, { ...IMAGE, 'content-length': '9' })}cat`],
  ])('may reset the connection %s', async (_what, sent) => {
    server.answer = (socket) => socket.write(sent, () => setTimeout(() => socket.resetAndDestroy(), 20));

    expect(await failureOf(fetchImage())).toMatchObject(CUT);
  });

  test('may close the connection without a word', async () => {
    server.answer = (socket) => socket.end();

    expect(await failureOf(fetchImage())).toMatchObject(CUT);
  });

  test('may not be there, without telling at which address', async () => {
    const gone = await startRawServer();
    await gone.close();

    const failure = await failureOf(localFetcher(gone)(urlOf(gone)));

    expect(failure).toMatchObject(CUT);
    expect(failure.cause).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('may switch protocols unasked', async () => {
    server.answer = status(101, { upgrade: 'websocket', connection: 'upgrade' });

    expect(await failureOf(fetchImage())).toMatchObject(CUT);
  });

  test('may get the length of a piece wrong', async () => {
    server.answer = raw(`${headOf(200, { ...IMAGE, 'transfer-encoding': 'chunked' })}zz\r\n`);

    expect(await failureOf(fetchImage())).toMatchObject(CUT);
  });

  test.each([
    ['something else than HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['a head beyond 16 KB', headOf(200, { ...IMAGE, 'x-large': 'a'.repeat(20_000) })],
    ['too many small headers', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(10_000)}\r\n`],
    ['a header with a null byte', headOf(200, { ...IMAGE, 'x-null': 'a\0b' })],
  ])('may send %s', async (_what, sent) => {
    server.answer = raw(sent);

    expect(await failureOf(fetchImage())).toMatchObject(NO_HTTP);
  });
});
