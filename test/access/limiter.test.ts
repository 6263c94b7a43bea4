import { createMemoryLimiter } from '../../shared/access/limiter';

const HOUR = { rows: 2, windowS: 3_600 };

/** Asks for one row of each caller in turn, and says who was given it. */
async function takeAll(limiter: ReturnType<typeof createMemoryLimiter>, ids: readonly string[]) {
  const grants: boolean[] = [];
  for (const id of ids) grants.push((await limiter.take(id, 1, HOUR)).isGranted);
  return grants;
}

describe('counting in memory', () => {
  test('forgets whoever came longest ago when there are too many, and nobody is refused for it', async () => {
    const limiter = createMemoryLimiter({ maxIds: 3 });
    await takeAll(limiter, ['ada', 'ada', 'bob', 'bob', 'cid', 'cid']);

    // Bob comes again, so that it is Ada who came longest ago.
    const before = await takeAll(limiter, ['ada', 'cid', 'bob', 'cid', 'ada', 'bob', 'cid']);
    const after = await takeAll(limiter, ['dan', 'ada', 'cid']);

    expect(before).toEqual([false, false, false, false, false, false, false]);
    expect(after).toEqual([true, true, false]);
  });

  test('has room for so many addresses, and no memory for more', async () => {
    const limiter = createMemoryLimiter();
    const addressOf = (index: number) => `address:2001:db8:${index.toString(16)}:0::/64`;
    const fill = async (from: number, to: number) => {
      for (let index = from; index < to; index++) await limiter.take(addressOf(index), 2, HOUR);
    };
    await fill(0, 50_000);
    const isKept = !(await limiter.take(addressOf(0), 1, HOUR)).isGranted;

    await fill(50_000, 100_000);

    expect(isKept).toBe(true);
    expect((await limiter.take(addressOf(0), 1, HOUR)).isGranted).toBe(true);
    expect((await limiter.take(addressOf(99_999), 1, HOUR)).isGranted).toBe(false);
  });
});
