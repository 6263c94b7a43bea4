import { createSharedLimiter, type Limiter } from '../../shared/access/limiter';
import { openRedis } from '../../shared/access/redis';
import { freePort } from '../functions-process';
import { describeWithRedis, type RedisServer, startRedis } from '../redis';

const PER_HOUR = { rows: 2, windowS: 3_600 };
const PER_SECOND = { rows: 10, windowS: 1 };

let closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing) close();
  closing = [];
});

/** The limiter of one instance of a service, and what it said of failures. */
function openLimiter(url: string, service = 'svc-a'): Limiter & { readonly failures: string[] } {
  const redis = openRedis(url);
  closing.push(redis.close);
  const failures: string[] = [];
  const limiter = createSharedLimiter(redis, {
    service,
    now: () => performance.now(),
    onFailure: (_, error) => failures.push(String((error as Error).stack)),
    onRecovery: () => {},
  });
  return { ...limiter, failures };
}

describeWithRedis('of one Redis', () => {
  let redis: RedisServer;
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.kill());

  /** Has Ada use up her hour, and waits until a window of a second that another begins is over. */
  async function useUpHour(hourly: Limiter, other: Limiter): Promise<void> {
    await other.take('ada', 1, PER_SECOND);
    await hourly.take('ada', 2, PER_HOUR);
    await other.take('ada', 1, PER_SECOND);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
  }

  test('services count for themselves, each with its window', async () => {
    const a = openLimiter(redis.url, 'svc-a');
    const b = openLimiter(redis.url, 'svc-b');

    await useUpHour(a, b);

    expect(await a.take('ada', 1, PER_HOUR)).toMatchObject({ isGranted: false, remaining: 0 });
    expect(await b.take('ada', 2, PER_HOUR)).toMatchObject({ isGranted: true, remaining: 0 });
  });

  test('a service begins another count where its rate is changed, with the window of that', async () => {
    const a = openLimiter(redis.url);

    await useUpHour(a, a);

    expect(await a.take('ada', 1, PER_HOUR)).toMatchObject({ isGranted: false, remaining: 0 });
  });

  test('instances of a service count together', async () => {
    await openLimiter(redis.url).take('ada', 2, PER_HOUR);

    expect(await openLimiter(redis.url).take('ada', 1, PER_HOUR)).toMatchObject({ isGranted: false });
  });

  test('services of one name count for themselves in databases of their own', async () => {
    await openLimiter(`${redis.url}/1`).take('ada', 2, PER_HOUR);

    expect(await openLimiter(`${redis.url}/2`).take('ada', 2, PER_HOUR)).toMatchObject({ isGranted: true });
  });
});

describeWithRedis('why Redis cannot be asked', () => {
  /** What is said where a server has settings of its own, and is shown a password. */
  async function failuresOf(settings: readonly string[], password: string): Promise<string[]> {
    const redis = await startRedis(settings);
    const limiter = openLimiter(redis.url.replace('redis://', `redis://:${password}@`));
    try {
      expect(await limiter.take('ada', 1, PER_HOUR)).toMatchObject({ isGranted: true });
      await limiter.take('ada', 1, PER_HOUR);
    } finally {
      await redis.kill();
    }
    return limiter.failures;
  }

  test('is said of a wrong password, without it', async () => {
    const failures = await failuresOf(['--requirepass', 'right'], 'wrong%2Fone');

    expect(failures).toEqual([expect.stringContaining('WRONGPASS')]);
    expect(failures.join()).not.toMatch(/wrong(%2F|\/)one/);
  });

  test.each([1, 50])(
    'does not repeat a password that the server does, be it %i times as long',
    async (times) => {
      const password = 'secret'.repeat(times);
      const failures = await failuresOf(['--rename-command', 'AUTH', '""'], password);

      expect(failures).toEqual([expect.stringContaining('unknown command')]);
      expect(failures.join()).not.toContain('secret');
    },
  );

  test.each(['127.0.0.1', 'localhost'])('is said where nothing listens at %s', async (host) => {
    const limiter = openLimiter(`redis://${host}:${await freePort()}`);

    await limiter.take('ada', 1, PER_HOUR);
    await limiter.take('ada', 1, PER_HOUR);

    expect(limiter.failures).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  test('is said of a server that went away', async () => {
    const redis = await startRedis();
    const limiter = openLimiter(redis.url);
    await limiter.take('ada', 1, PER_HOUR);
    await redis.kill();

    await limiter.take('ada', 1, PER_HOUR);

    expect(limiter.failures).toEqual([expect.stringMatching(/ECONNREFUSED|ECONNRESET|closed/)]);
  });
});
