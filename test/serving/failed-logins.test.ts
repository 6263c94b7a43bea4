import { writeKeySet } from '../key-sets';
import { json, openTestApp, type TestApp } from '../test-app';
import { openTokenIssuer, type TokenIssuer } from '../token-issuer';

/** How many wrong keys and tokens an address may show in a minute. */
const ALLOWED = 60;

let issuer: TokenIssuer;
beforeAll(async () => {
  issuer = await openTokenIssuer();
});
afterAll(() => issuer.close());

function open(): TestApp {
  return openTestApp({
    ACCESS: 'keys,tokens',
    API_KEYS: writeKeySet([{ name: 'ada', key: 'key-of-ada' }]),
    TOKEN_JWKS_URL: issuer.jwksUrl,
    TOKEN_ISSUER: issuer.issuer,
    TOKEN_AUDIENCE: 'onnx-functions',
    TOKEN_SUBJECTS: 'ada',
    TRUSTED_HOPS: '1',
  });
}

const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

const ask = ({ request }: TestApp, credentials: Record<string, string>, address = '203.0.113.1') =>
  request({ path: '/v1/models', headers: { ...credentials, 'x-forwarded-for': address } });

async function statusesOf(app: TestApp, count: number, credentials: () => Promise<Record<string, string>>) {
  const statuses: number[] = [];
  for (let index = 0; index < count; index++) {
    statuses.push((await ask(app, await credentials())).status);
  }
  return statuses;
}

const WRONG: readonly (readonly [string, number, () => Promise<Record<string, string>>])[] = [
  ['unknown keys', 401, async () => ({ 'x-api-key': `guess-${Math.random()}` })],
  ['wrong signatures', 401, async () => bearer(await issuer.sign({}, { kid: 'first', key: 'stranger' }))],
  ['tokens of others', 403, async () => bearer(await issuer.sign({ sub: 'eve' }))],
];

describe('an address that shows', () => {
  test.each(WRONG)(
    '%s is told so a number of times, and then to come again later',
    async (_, status, wrong) => {
      const app = open();

      const statuses = await statusesOf(app, ALLOWED + 3, wrong);
      const refused = await ask(app, await wrong());
      const elsewhere = await ask(app, await wrong(), '203.0.113.2');

      expect(statuses).toEqual([...new Array<number>(ALLOWED).fill(status), 429, 429, 429]);
      expect(refused).toMatchObject({
        status: 429,
        headers: { 'retry-after': expect.stringMatching(/^([1-9]|[1-5]\d|60)$/) },
      });
      expect(json(refused)).toMatchObject({ error: expect.stringContaining('60 wrong keys or tokens') });
      expect(elsewhere.status).toBe(status);
    },
  );

  test('addresses of one IPv6 network is one', async () => {
    const app = open();
    const statuses: number[] = [];
    for (let index = 0; index <= ALLOWED; index++) {
      const address = `2001:db8:1:2:${index.toString(16)}::1`;
      statuses.push((await ask(app, { 'x-api-key': 'guess' }, address)).status);
    }

    expect(statuses.at(-1)).toBe(429);
  });

  test('nothing at all is told what is expected, however often', async () => {
    const statuses = await statusesOf(open(), 2 * ALLOWED, async () => ({}));

    expect(new Set(statuses)).toEqual(new Set([401]));
  });

  test('what was wrong is asked again after a minute', async () => {
    const app = open();
    await statusesOf(app, ALLOWED + 1, async () => ({ 'x-api-key': 'guess' }));
    const real = Date.now;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => real() + 60_001);

    const { status } = await ask(app, { 'x-api-key': 'guess' });

    clock.mockRestore();
    expect(status).toBe(401);
  });
});

describe('beside somebody who has shown too much that was wrong', () => {
  let app: TestApp;
  let seen: string;
  beforeAll(async () => {
    app = open();
    seen = await issuer.sign();
    await ask(app, bearer(seen));
    await statusesOf(app, ALLOWED + 1, async () => ({ 'x-api-key': 'guess' }));
  });

  test('who has a key is let in', async () => {
    expect(await ask(app, { 'x-api-key': 'key-of-ada' })).toMatchObject({ status: 200 });
  });

  test('who has shown a good token before is let in', async () => {
    expect(await ask(app, bearer(seen))).toMatchObject({ status: 200 });
  });

  test('no signature is checked for anybody else', async () => {
    expect(await ask(app, bearer(await issuer.sign({ iat: 1 })))).toMatchObject({ status: 429 });
    expect(await ask(app, bearer(await issuer.sign({ iat: 1 })), '203.0.113.2')).toMatchObject({
      status: 200,
    });
  });
});
