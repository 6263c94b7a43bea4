import { localFetcher, MAX_BYTES, urlOf } from './local-fetcher';
import { headOf, ok, type RawServer, raw, startRawServer } from './raw-server';

let server: RawServer;

beforeAll(async () => {
  server = await startRawServer();
});

afterEach(async () => {
  // Whatever the outcome, no connection is left behind.
  await server.allClosed();
});

afterAll(() => server.close());

describe('what is fetched', () => {
  test('is the bytes, their type and where they were', async () => {
    server.answer = ok('cat', { 'content-type': 'Image/PNG; charset=binary' });

    expect(await localFetcher(server)(`${urlOf(server, '/cat.png?v=1')}#tail`)).toEqual({
      bytes: Buffer.from('cat'),
      contentType: 'image/png',
      finalUrl: urlOf(server, '/cat.png?v=1'),
    });
  });

  test('is asked for without credentials, cookies or a connection to keep', async () => {
    server.answer = ok('cat', { 'set-cookie': 'a=b' });
    const fetchUrl = localFetcher(server);

    await fetchUrl(urlOf(server));
    await fetchUrl(urlOf(server));

    const expected =
      `GET /cat.png HTTP/1.1\r\naccept: image/*\r\naccept-encoding: identity\r\nuser-agent: onnx-functions\r\n` +
      `Host: images.example:${server.port}\r\nConnection: close\r\n\r\n`;
    expect(server.heads.slice(-2)).toEqual([expected, expected]);
  });

  test.each([
    [
      'whose length is declared',
      headOf(200, { 'content-type': 'image/png', 'content-length': '6' }),
      'catcat',
    ],
    [
      'in pieces',
      headOf(200, { 'content-type': 'image/png', 'transfer-encoding': 'chunked' }),
      '3\r\ncat\r\n3\r\ncat\r\n0\r\n\r\n',
    ],
    [
      'behind interim responses',
      'HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 100 Go\r\n\r\n',
      `${headOf(200, { 'content-type': 'image/png', 'content-length': '6' })}catcat`,
    ],
  ])('may be a body %s', async (_what, ...parts) => {
    server.answer = raw(...parts);

    expect(String((await localFetcher(server)(urlOf(server))).bytes)).toBe('catcat');
  });

  test('may be a body that ends with the connection', async () => {
    server.answer = (socket) => socket.end(`${headOf(200, { 'content-type': 'image/png' })}catcat`);

    expect(String((await localFetcher(server)(urlOf(server))).bytes)).toBe('catcat');
  });

  test('may be as large as the limit, whether declared or not', async () => {
    const body = Buffer.alloc(MAX_BYTES, 'cat');
    const chunk = Buffer.concat([
      Buffer.from(`${MAX_BYTES.toString(16)}\r\n`),
      body,
      Buffer.from('\r\n0\r\n\r\n'),
    ]);
    const fetchUrl = localFetcher(server);

    server.answer = ok(body);
    expect((await fetchUrl(urlOf(server))).bytes.equals(body)).toBe(true);
    server.answer = raw(headOf(200, { 'content-type': 'image/png', 'transfer-encoding': 'chunked' }), chunk);
    expect((await fetchUrl(urlOf(server))).bytes.equals(body)).toBe(true);
  });

  test('may have another type where that is allowed', async () => {
    server.answer = ok('cat', { 'content-type': 'application/octet-stream' });
    const fetchUrl = localFetcher(server, { contentTypes: ['image/*', 'application/octet-stream'] });

    expect((await fetchUrl(urlOf(server))).contentType).toBe('application/octet-stream');
    expect(server.heads.at(-1)).toContain('accept: image/*, application/octet-stream\r\n');
  });
});
