import { failureOf } from '../registry/failure-of';
import { LOCAL_PARTS, localFetcher, NOT_PUBLIC, urlOf } from './local-fetcher';
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

describe('which addresses are reached', () => {
  const askNobody = () => Promise.reject(new Error('a name server was asked about an address'));

  /** Nothing counts as public but what is. */
  const strict = (addresses: readonly string[]) =>
    localFetcher(server, {}, { lookup: async () => addresses });

  async function expectNoConnection(work: Promise<unknown>, message = NOT_PUBLIC): Promise<void> {
    const before = server.connections();
    expect(await failureOf(work)).toMatchObject({ code: 'url-not-allowed', message });
    expect(server.connections()).toBe(before);
  }

  test('U01: not that of a metadata server', async () => {
    await expectNoConnection(localFetcher(server)('http://169.254.169.254/computeMetadata/v1/'));
    await expectNoConnection(
      strict(['169.254.169.254'])('http://metadata.google.internal/computeMetadata/v1/'),
    );
  });

  test.each([
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '0',
    '127。0。0。1',
    '１２７.0.0.1',
    '%31%32%37.0.0.1',
    '127.0.0.1.',
    '[::ffff:127.0.0.1]',
  ])('U03: not the loopback address as %s', async (host) => {
    await expectNoConnection(localFetcher(server, {}, { lookup: askNobody })(urlOf(server, '/', host)));
  });

  test.each(['localhost', 'localhost.', 'LOCALHOST', 'ⓛocalhost'])('U03: not %s', async (host) => {
    const asked: string[] = [];
    const lookup = async (name: string) => {
      asked.push(name);
      return ['127.0.0.1', '::1'];
    };

    await expectNoConnection(localFetcher(server, {}, { lookup })(urlOf(server, '/', host)));
    expect(asked).toEqual(['localhost']);
  });

  test.each([
    '[::1]',
    '[::]',
    '[::ffff:7f00:1]',
    '[::7f00:1]',
    '[64:ff9b::a9fe:a9fe]',
    '[2002:a9fe:a9fe::]',
    '[2001::1]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
    '[ff02::1]',
  ])('U04: not %s', async (host) => {
    await expectNoConnection(localFetcher(server, {}, { lookup: askNobody })(urlOf(server, '/', host)));
  });

  test.each([
    [['10.0.0.1']],
    [['127.0.0.1']],
    [['93.184.215.14', '127.0.0.1']],
    [['127.0.0.1', '93.184.215.14']],
    [['2606:4700::1111', 'fe80::1']],
    [['not an address']],
    [[]],
  ])('U06: not those of a name that resolves to %j', async (addresses) => {
    await expectNoConnection(strict(addresses)(urlOf(server)));
  });

  test('U07: the one that was checked, though the name resolves to another by then', async () => {
    server.answer = ok('cat');
    const inside = await startRawServer({ host: '127.0.0.2', port: server.port });
    const answers = [['127.0.0.1'], ['127.0.0.2'], ['127.0.0.2']];
    const lookup = jest.fn(async () => answers.shift() ?? []);

    const { bytes } = await localFetcher(server, {}, { ...LOCAL_PARTS, lookup })(urlOf(server));

    expect(String(bytes)).toBe('cat');
    expect(lookup).toHaveBeenCalledTimes(1);
    expect(inside.connections()).toBe(0);
    await inside.close();
  });

  test('U07: none, when the name resolves to a private one for the second request', async () => {
    server.answer = (socket, head) =>
      (head.startsWith('GET /cat') ? status(302, { location: '/dog.png' }) : ok('dog'))(socket, head);
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    const fetchUrl = localFetcher(server, {}, { ...LOCAL_PARTS, lookup: async () => answers.shift() ?? [] });

    expect(await failureOf(fetchUrl(urlOf(server)))).toMatchObject({
      code: 'url-not-allowed',
      message: `the URL redirects: ${NOT_PUBLIC}`,
    });
    expect(server.heads.at(-1)).toMatch(/^GET \/cat/);
  });

  test('the next one, when a host has several and the first does not answer', async () => {
    server.answer = ok('cat');
    const isPublic = (address: string) => address.startsWith('127.');
    const fetchUrl = localFetcher(server, {}, { isPublic, lookup: async () => ['127.0.0.3', '127.0.0.1'] });

    expect(String((await fetchUrl(urlOf(server))).bytes)).toBe('cat');
  });

  test('none of a host that is not on the list, whose name is not even looked up', async () => {
    const lookup = jest.fn();
    const fetchUrl = localFetcher(server, { allowedHosts: ['images.example'] }, { lookup });

    await expectNoConnection(
      fetchUrl(urlOf(server, '/', 'other.example')),
      'expected a host that this service is allowed to fetch from',
    );
    expect(lookup).not.toHaveBeenCalled();
  });
});
