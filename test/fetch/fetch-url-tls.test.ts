import { failureOf } from '../registry/failure-of';
import { type Certificate, makeCertificate } from './certificate';
import { LOCAL_PARTS, localFetcher } from './local-fetcher';
import { ok, type RawServer, startRawServer, status } from './raw-server';

const UNTRUSTED = {
  code: 'url-fetch-failed',
  message: 'the certificate of the server of the URL could not be verified',
};

let server: RawServer;
let tlsServer: RawServer;
let certificate: Certificate;

beforeAll(async () => {
  certificate = makeCertificate('images.example');
  server = await startRawServer();
  tlsServer = await startRawServer({ tls: certificate });
});

afterEach(async () => {
  // Whatever the outcome, no connection is left behind.
  await Promise.all([server.allClosed(), tlsServer.allClosed()]);
});

afterAll(() => Promise.all([server.close(), tlsServer.close()]));

describe('TLS', () => {
  const fetchTls = (host: string, ca?: string) => {
    const ports = [server.port, tlsServer.port];
    const parts = { ...LOCAL_PARTS, ...(ca !== undefined && { ca }) };
    return localFetcher(server, { ports }, parts)(`https://${host}:${tlsServer.port}/cat.png`);
  };

  test('is spoken under the name of the URL, though the connection goes to an address', async () => {
    tlsServer.answer = ok('cat');

    expect(String((await fetchTls('images.example', certificate.cert)).bytes)).toBe('cat');
    expect(String((await fetchTls('images.example.', certificate.cert)).bytes)).toBe('cat');
  });

  test.each([
    ['nobody vouches for', 'images.example', false],
    ['is for another name', 'other.example', true],
    ['is for a name and not for the address', '127.0.0.1', true],
  ])('fails with a certificate that %s', async (_what, host, trusted) => {
    expect(await failureOf(fetchTls(host, trusted ? certificate.cert : undefined))).toMatchObject(UNTRUSTED);
    expect(tlsServer.heads.join()).not.toContain('other.example');
  });

  test('fails with a server that does not speak it', async () => {
    server.answer = ok('cat');
    const silent = localFetcher(server, { idleTimeoutMs: 100 })(`https://images.example:${server.port}/`);

    expect(await failureOf(silent)).toMatchObject({ code: 'upstream-timeout' });
  });

  test('is not left by a redirect', async () => {
    tlsServer.answer = status(302, { location: `http://images.example:${server.port}/cat.png` });
    const before = server.connections();

    expect(await failureOf(fetchTls('images.example', certificate.cert))).toMatchObject({
      code: 'url-not-allowed',
      message: 'the URL redirects: expected https, as the redirect was, got http',
    });
    expect(server.connections()).toBe(before);
  });
});
