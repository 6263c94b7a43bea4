import { ServingError } from '../../shared/core/errors';
import { createLoadCache } from '../../shared/runtime/load-cache';

/** A load whose end the test decides. */
function controlled() {
  const attempts: { resolve(value: string): void; reject(error: unknown): void }[] = [];
  const load = () => new Promise<string>((resolve, reject) => attempts.push({ resolve, reject }));
  return { attempts, load };
}

function cacheAt(clock: { now: number }) {
  const failures: unknown[] = [];
  const cache = createLoadCache<string>({
    now: () => clock.now,
    backoffMs: 1_000,
    maxBackoffMs: 4_000,
    random: () => 1,
    onFailure: (_key, error) => failures.push(error),
  });
  return { cache, failures };
}

describe('the load cache', () => {
  test('loads once for everybody who asks while it loads', async () => {
    const { cache } = cacheAt({ now: 0 });
    const { attempts, load } = controlled();

    const asked = Array.from({ length: 100 }, () => cache.get('model', load));
    attempts[0]?.resolve('loaded');

    expect(await Promise.all(asked)).toEqual(Array.from({ length: 100 }, () => 'loaded'));
    expect(attempts).toHaveLength(1);
    expect(cache.peek('model')).toBe('loaded');
  });

  test('loads different keys side by side', async () => {
    const { cache } = cacheAt({ now: 0 });
    const slow = controlled();

    const pending = cache.get('slow', slow.load);
    const quick = await cache.get('quick', async () => 'at once');
    slow.attempts[0]?.resolve('at last');

    expect([quick, await pending]).toEqual(['at once', 'at last']);
  });

  test('tells everybody who waited of a failure, and the log once', async () => {
    const { cache, failures } = cacheAt({ now: 0 });
    const { attempts, load } = controlled();
    const cause = new ServingError('corrupt-artifact', 'the hash is another');

    const asked = [cache.get('model', load), cache.get('model', load)];
    attempts[0]?.reject(cause);

    for (const attempt of asked) {
      await expect(attempt).rejects.toMatchObject({
        code: 'model-unavailable',
        message: 'the hash is another',
        headers: { 'retry-after': '1' },
        members: { reason: 'corrupt-artifact' },
        cause,
      });
    }
    expect(failures).toEqual([cause]);
  });

  test('says nothing to callers of an error that it does not know', async () => {
    const { cache } = cacheAt({ now: 0 });

    const attempt = cache.get('model', async () => {
      throw new Error('secret');
    });

    await expect(attempt).rejects.toMatchObject({
      message: 'it failed to load',
      members: { reason: 'internal' },
    });
  });

  test('refuses at once until the backoff has passed, then loads again', async () => {
    const clock = { now: 0 };
    const { cache } = cacheAt(clock);
    const { attempts, load } = controlled();
    const first = cache.get('model', load);
    attempts[0]?.reject(new Error('down'));
    await expect(first).rejects.toThrow();

    clock.now = 999;
    await expect(cache.get('model', load)).rejects.toMatchObject({
      code: 'model-unavailable',
      message: 'it failed to load',
      headers: { 'retry-after': '1' },
    });
    expect(attempts).toHaveLength(1);

    clock.now = 1_000;
    const second = cache.get('model', load);
    attempts[1]?.resolve('healed');
    expect(await second).toBe('healed');
  });

  test('waits twice as long after each further failure, up to a limit', async () => {
    const clock = { now: 0 };
    const { cache } = cacheAt(clock);
    const waits: unknown[] = [];

    for (let attempt = 0; attempt < 5; attempt++) {
      const failure = await cache
        .get('model', () => Promise.reject(new Error('down')))
        .catch((error: unknown) => error);
      waits.push((failure as ServingError).headers['retry-after']);
      clock.now += 4_000;
    }

    expect(waits).toEqual(['1', '2', '4', '4', '4']);
  });

  test('draws each wait between half of the longest and all of it', async () => {
    const waits = await Promise.all(
      [0, 0.5, 1].map(async (drawn) => {
        const cache = createLoadCache<string>({ now: () => 0, backoffMs: 8_000, random: () => drawn });
        const failure = await cache
          .get('model', () => Promise.reject(new Error('down')))
          .catch((error: unknown) => error);
        return (failure as ServingError).headers['retry-after'];
      }),
    );

    expect(waits).toEqual(['4', '6', '8']);
  });

  test('loads again what has become too old', async () => {
    const clock = { now: 0 };
    const cache = createLoadCache<string>({ now: () => clock.now, maxAgeMs: 1_000 });
    await cache.get('versions', async () => 'old');

    clock.now = 1_000;
    expect(await cache.get('versions', async () => 'new')).toBe('old');
    clock.now = 1_001;
    expect(await cache.get('versions', async () => 'new')).toBe('new');
  });

  test('forgets failures once a load succeeds', async () => {
    const { cache } = cacheAt({ now: 0 });

    expect(cache.peek('model')).toBeUndefined();
    await cache.get('model', async () => 'loaded');

    expect(await cache.get('model', () => Promise.reject(new Error('not called')))).toBe('loaded');
  });

  test('keeps a value that has become too old when a newer one cannot be loaded', async () => {
    let time = 0;
    const failures: string[] = [];
    const cache = createLoadCache<string>({
      now: () => time,
      maxAgeMs: 100,
      random: () => 1,
      onFailure: (key) => failures.push(key),
    });
    await cache.get('list', async () => 'old');

    time = 200;
    const meanwhile = await cache.get('list', () => Promise.reject(new Error('away')));
    const still = await cache.get('list', () => Promise.reject(new Error('not asked for')));
    time = 1_300;
    const after = await cache.get('list', async () => 'new');

    expect([meanwhile, still, after]).toEqual(['old', 'old', 'new']);
    expect(failures).toEqual(['list']);
  });
});
