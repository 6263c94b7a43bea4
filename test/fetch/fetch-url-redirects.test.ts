import { failureOf } from '../registry/failure-of';
import { localFetcher, NOT_PUBLIC, urlOf } from './local-fetcher';
import { ok, type RawServer, startRawServer, status } from './raw-server';

let server: RawServer;

beforeAll(async () => {
  server = await startRawServer();
});

afterEach(async () => {
  // Whatever the outcome, no connection is left behind.
  await server.allClosed();
});

afterAll(() => server.close());

describe('redirects', () => {
  /** `/1` leads to `/2` and so on; `/cat.png` is there. */
  function chain(length: number): void {
    server.answer = (socket, head) => {
      const at = Number(/^GET \/(\d+)/.exec(head)?.[1] ?? Number.NaN);
      const next = at < length ? `/${at + 1}` : '/cat.png';
      (Number.isNaN(at) ? ok('cat') : status(302, { location: next }))(socket, head);
    };
  }

  const leadTo = (location: string, code = 302) => {
    server.answer = (socket, head) =>
      (head.startsWith('GET /cat') ? status(code, { location, 'content-length': '9' }) : ok('dog'))(
        socket,
        head,
      );
  };

  test.each([301, 302, 303, 307, 308])('U08: are followed for status %i, as a GET', async (code) => {
    leadTo('/dog.png', code);

    expect(await localFetcher(server)(urlOf(server))).toMatchObject({
      bytes: Buffer.from('dog'),
      finalUrl: urlOf(server, '/dog.png'),
    });
    expect(server.heads.at(-1)).toMatch(/^GET \/dog/);
  });

  test('U08: are three at most', async () => {
    chain(3);
    expect(await localFetcher(server)(urlOf(server, '/1'))).toMatchObject({ finalUrl: urlOf(server) });

    chain(20);
    const before = server.connections();
    expect(await failureOf(localFetcher(server)(urlOf(server, '/1')))).toMatchObject({
      code: 'url-not-allowed',
      message: 'the URL redirects: expected at most 3 in a row',
    });
    expect(server.connections() - before).toBe(4);
  });

  test('U08: in a loop end with the third', async () => {
    leadTo('/cat.png');
    const before = server.connections();

    expect(await failureOf(localFetcher(server)(urlOf(server)))).toMatchObject({ code: 'url-not-allowed' });
    expect(server.connections() - before).toBe(4);
  });

  test.each([
    ['http://169.254.169.254/computeMetadata/v1/', NOT_PUBLIC],
    ['http://[fd00:ec2::254]/', NOT_PUBLIC],
    ['http://[::1]/', NOT_PUBLIC],
    ['//10.0.0.1/', NOT_PUBLIC],
    ['http://0x7f.2/', NOT_PUBLIC],
    ['file:///etc/passwd', 'expected https or http, got file'],
    ['gopher://images.example/', 'expected https or http, got gopher'],
    ['data:image/png;base64,AAAA', 'expected https or http, got data'],
    ['http://user@images.example/', 'expected a URL without a user name and a password'],
    ['http://images.example:22/', /^the URL redirects: expected port 80 or 443 or \d+, got 22$/],
    ['http://[fe80::1%25eth0]/', 'expected a URL like https://images.example.com/cat.jpg'],
  ])('U08: are not followed to %s', async (location, detail) => {
    leadTo(location);
    const before = server.connections();

    const failure = await failureOf(localFetcher(server)(urlOf(server)));

    expect(failure.code).toBe('url-not-allowed');
    expect(failure.message).toMatch(detail instanceof RegExp ? detail : `the URL redirects: ${detail}`);
    expect(server.connections() - before).toBe(1);
  });

  test('U08: are not followed to a host that is not on the list', async () => {
    leadTo('http://other.example/');

    expect(
      await failureOf(localFetcher(server, { allowedHosts: ['images.example'] })(urlOf(server))),
    ).toMatchObject({
      code: 'url-not-allowed',
      message: 'the URL redirects: expected a host that this service is allowed to fetch from',
    });
  });
});
