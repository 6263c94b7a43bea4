import { createLookup, resolvePublicHost } from '../../shared/fetch/public-host';
import { failureOf } from '../registry/failure-of';
import { type NameServer, startNameServer } from './name-server';

const { signal } = new AbortController();
const NOT_PUBLIC = 'expected a host with public addresses and no others';

let server: NameServer;

beforeAll(async () => {
  server = await startNameServer({
    'both.example': ['2606:4700::1111', '93.184.215.14', '93.184.215.15'],
    'four.example': ['93.184.215.14'],
    'six.example': ['2606:4700::1111'],
    'none.example': [],
    'mixed.example': ['93.184.215.14', '10.0.0.1'],
    'mixed-families.example': ['93.184.215.14', 'fd00::1'],
    'metadata.example': ['169.254.169.254'],
    'mapped.example': ['::ffff:7f00:1'],
    'broken.example': 'broken',
    'silent.example': 'silence',
    'half.example': { A: ['93.184.215.14'], AAAA: 'broken' },
  });
});

afterAll(() => server.close());

const lookupHere = () => createLookup({ timeoutMs: 100, servers: [server.address] });

describe('createLookup()', () => {
  test.each([
    ['both.example', ['93.184.215.14', '93.184.215.15', '2606:4700::1111']],
    ['four.example', ['93.184.215.14']],
    ['six.example', ['2606:4700::1111']],
    ['none.example', []],
    ['unknown.example', []],
    ['half.example', ['93.184.215.14']],
    [`${'a'.repeat(64)}.example`, []],
  ])('gives all addresses of %s, IPv4 first', async (host, expected) => {
    expect(await lookupHere()(host, signal)).toEqual(expected);
  });

  test.each(['broken.example', 'silent.example'])('fails for %s, which may pass', async (host) => {
    const failure = await failureOf(lookupHere()(host, signal));

    expect(failure).toMatchObject({
      code: 'url-fetch-failed',
      message: 'no name server knew the address of the host in time',
    });
  });

  test('ends when it is aborted', async () => {
    const controller = new AbortController();
    const lookup = createLookup({ timeoutMs: 60_000, servers: [server.address] });

    const looking = lookup('silent.example', controller.signal);
    controller.abort();

    expect((await failureOf(looking)).cause).toMatchObject({ code: 'ECANCELLED' });
  });
});

describe('resolvePublicHost()', () => {
  test('refuses localhost, which may be in the hosts file', async () => {
    await expect(resolvePublicHost('localhost', { lookup: lookupHere() }, signal)).rejects.toThrow(
      NOT_PUBLIC,
    );
  });

  test('U06: refuses a public name with private addresses, and one with both kinds', async () => {
    for (const host of ['metadata.example', 'mixed.example', 'mixed-families.example', 'mapped.example']) {
      const failure = await failureOf(resolvePublicHost(host, { lookup: lookupHere() }, signal));

      expect(failure).toMatchObject({ code: 'url-not-allowed', message: NOT_PUBLIC });
    }
  });

  test('does not tell a name that does not exist from one that is private', async () => {
    for (const host of ['none.example', 'unknown.example', 'metadata.example']) {
      const failure = await failureOf(resolvePublicHost(host, { lookup: lookupHere() }, signal));

      expect(failure).toMatchObject({ code: 'url-not-allowed', message: NOT_PUBLIC });
      expect(failure.cause).toBeUndefined();
    }
  });

  test('asks a name server once for each type of address', async () => {
    const before = server.questions.length;

    await resolvePublicHost('both.example', { lookup: lookupHere() }, signal);

    expect(server.questions.slice(before).sort()).toEqual(['A both.example', 'AAAA both.example']);
  });

  test.each([
    ['8.8.8.8', ['8.8.8.8']],
    ['[2606:4700::1111]', ['2606:4700::1111']],
  ])('asks no name server about the address %s', async (host, expected) => {
    const lookup = jest.fn();

    expect(await resolvePublicHost(host, { lookup }, signal)).toEqual(expected);
    expect(lookup).not.toHaveBeenCalled();
  });
});
