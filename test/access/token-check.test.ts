import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Caller } from '../../shared/access/caller';
import { createTokenCheck, type TokenCheck } from '../../shared/access/token-check';
import { ServingError } from '../../shared/core/errors';
import { openTokenIssuer, type TokenIssuer } from '../token-issuer';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let issuer: TokenIssuer;
beforeEach(async () => {
  issuer = await openTokenIssuer();
});
afterEach(() => issuer.close());

interface Checked {
  check(token: string): ReturnType<TokenCheck>;
  /** Lets the clock go on. */
  pass(ms: number): void;
  readonly failures: string[];
  readonly recoveries: string[];
}

/** A check of real tokens against a real server of keys, on a clock of its own. */
function openCheck(jwksUrl = issuer.jwksUrl): Checked {
  let time = 0;
  const failures: string[] = [];
  const recoveries: string[] = [];
  const settings = {
    jwksUrl,
    issuer: issuer.issuer,
    audiences: ['onnx-functions'],
    algorithms: ['RS256'],
    clockToleranceMs: 0,
    subjects: [],
  };
  const checkToken = createTokenCheck(settings, {
    now: () => time,
    onFailure: (what) => failures.push(what),
    onRecovery: (what) => recoveries.push(what),
  });
  const check = (token: string) => checkToken(token, () => {});
  const pass = (ms: number) => {
    time += ms;
  };
  return { check, pass, failures, recoveries };
}

/** The status of an answer to a token: 200 where it is taken. */
async function statusOf(checking: Promise<Caller>): Promise<number> {
  try {
    await checking;
    return 200;
  } catch (error) {
    if (error instanceof ServingError) return error.status;
    throw error;
  }
}

describe('while the keys of an issuer cannot be fetched', () => {
  test('those that were last are kept for a day, and who signs with another cannot be known', async () => {
    const { check, pass, failures } = openCheck();
    await check(await issuer.sign());
    await issuer.goAway();

    const statuses: number[] = [];
    for (const ms of [11 * MINUTE, 12 * HOUR, 11 * HOUR]) {
      pass(ms);
      statuses.push(await statusOf(check(await issuer.sign())));
    }
    const unknown = await statusOf(check(await issuer.sign({}, { kid: 'unknown' })));
    pass(HOUR);
    const dayAfter = await statusOf(check(await issuer.sign()));

    expect(statuses).toEqual([200, 200, 200]);
    expect(unknown).toBe(503);
    expect(dayAfter).toBe(503);
    expect(failures).toEqual([`fetching the keys of tokens from ${issuer.jwksUrl}`]);
  });

  test('a wrong signature is a wrong signature', async () => {
    const { check, pass } = openCheck();
    await check(await issuer.sign());
    await issuer.goAway();
    pass(11 * MINUTE);

    expect(await statusOf(check(await issuer.sign({}, { kid: 'first', key: 'stranger' })))).toBe(401);
  });

  test('no token waits for a server that does not answer, once that is known', async () => {
    const { check, pass } = openCheck();
    await check(await issuer.sign());
    issuer.breakDown(true);
    pass(11 * MINUTE);
    await check(await issuer.sign());
    issuer.breakDown(false);
    const letGo = issuer.keepWaiting();
    pass(MINUTE);

    const status = await statusOf(check(await issuer.sign()));

    expect(status).toBe(200);
    letGo();
  });

  test('it is tried again every 5 s, however many tokens there are', async () => {
    const { check, pass } = openCheck();
    await check(await issuer.sign());
    issuer.breakDown(true);
    pass(11 * MINUTE);
    const before = issuer.fetches();

    for (let second = 0; second < 12; second++) {
      const kid = second % 2 === 0 ? 'first' : `made-up-${second}`;
      const tokens = await Promise.all(Array.from({ length: 20 }, () => issuer.sign({}, { kid })));
      await Promise.all(tokens.map((token) => statusOf(check(token))));
      pass(1_000);
    }

    const fetches = issuer.fetches() - before;
    expect(fetches).toBeGreaterThan(1);
    expect(fetches).toBeLessThanOrEqual(3);
  });
});

test('keys are not fetched from where their address sends on to', async () => {
  const elsewhere = createServer((_, response) =>
    response.writeHead(302, { location: issuer.jwksUrl }).end(),
  );
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const { check } = openCheck(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/keys`);

  const status = await statusOf(check(await issuer.sign()));

  elsewhere.close();
  elsewhere.closeAllConnections();
  expect(status).toBe(503);
  expect(issuer.fetches()).toBe(0);
});

test('that keys can be fetched again is said once, and the new ones are taken at once', async () => {
  const { check, pass, failures, recoveries } = openCheck();
  await check(await issuer.sign());
  await issuer.goAway();
  pass(11 * MINUTE);
  await check(await issuer.sign());
  await issuer.rotate('second');
  await issuer.comeBack();
  pass(5_001);

  const taken = await statusOf(check(await issuer.sign({}, { kid: 'second' })));
  pass(11 * MINUTE);
  await check(await issuer.sign());

  expect(taken).toBe(200);
  expect(failures).toHaveLength(1);
  expect(recoveries).toEqual(['The keys of tokens can be fetched again']);
});

test('a key that its issuer has taken back is good for ten minutes at the most', async () => {
  const { check, pass } = openCheck();
  await check(await issuer.sign());
  await issuer.rotate('second');
  const old = await issuer.sign();
  issuer.takeBack('first');

  const before = await statusOf(check(old));
  pass(10 * MINUTE);

  expect(before).toBe(200);
  expect(await statusOf(check(old))).toBe(401);
});

describe('a token that names no key', () => {
  const signWith = (key: string, changes = {}) => issuer.sign(changes, { kid: undefined, key });

  test('is good where any of the keys of its issuer has signed it, without another fetch', async () => {
    await issuer.rotate('second');
    await issuer.rotate('third');
    const { check } = openCheck();

    const statuses: number[] = [];
    for (const key of ['first', 'second', 'third']) statuses.push(await statusOf(check(await signWith(key))));

    expect(statuses).toEqual([200, 200, 200]);
    expect(issuer.fetches()).toBe(1);
  });

  test('is refused, without another fetch, where none of them has', async () => {
    await issuer.rotate('second');
    const { check } = openCheck();

    await expect(check(await signWith('stranger'))).rejects.toThrow('the signature of the token is wrong');
    expect(issuer.fetches()).toBe(1);
  });

  test('is refused for what it says, whichever has signed it', async () => {
    await issuer.rotate('second');
    const { check } = openCheck();

    await expect(check(await signWith('second', { exp: 1 }))).rejects.toThrow('the token has expired');
  });

  test('is not tried with more than four keys', async () => {
    for (const kid of ['second', 'third', 'fourth', 'fifth']) await issuer.rotate(kid);
    const { check } = openCheck();

    const fourth = await statusOf(check(await signWith('fourth')));
    const fifth = await statusOf(check(await signWith('fifth')));

    expect([fourth, fifth]).toEqual([200, 401]);
  });
});
