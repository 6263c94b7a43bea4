import type { NamedTensors } from '../../shared/core/tensor';
import { type Batcher, createBatcher } from '../../shared/runtime/batcher';
import { column, doubler, valuesOf } from './doubler';

const call = (batcher: Batcher, ...values: number[]) => batcher(column(...values), values.length);

describe('the batcher', () => {
  test('runs calls together that wait at the same time, and gives each its own rows', async () => {
    const { run, runs } = doubler();
    const batcher = createBatcher({ run, maxRows: 100, now: () => 0 });

    const answers = await Promise.all([call(batcher, 1), call(batcher, 2, 3), call(batcher, 4)]);

    expect(runs).toEqual([[1, 2, 3, 4]]);
    expect(answers.map(({ outputs }) => valuesOf(outputs))).toEqual([[2], [4, 6], [8]]);
  });

  test('makes the next batch of what arrived while the session was busy', async () => {
    let finish: (() => void) | undefined;
    const { run, runs } = doubler();
    const slow = async (inputs: NamedTensors) => {
      const outputs = await run(inputs);
      if (runs.length === 1) await new Promise<void>((resolve) => (finish = resolve));
      return outputs;
    };
    const batcher = createBatcher({ run: slow, maxRows: 100, now: () => 0 });

    const first = call(batcher, 1);
    while (finish === undefined) await new Promise(setImmediate);
    const others = [call(batcher, 2), call(batcher, 3)];
    finish();
    await Promise.all([first, ...others]);

    expect(runs).toEqual([[1], [2, 3]]);
  });

  test('runs no more rows together than it may, in the order of the calls', async () => {
    const { run, runs } = doubler();
    const batcher = createBatcher({ run, maxRows: 3, now: () => 0 });

    await Promise.all([
      call(batcher, 1, 2),
      call(batcher, 3),
      call(batcher, 4),
      call(batcher, 5, 6, 7, 8),
      call(batcher, 9),
    ]);

    expect(runs).toEqual([[1, 2, 3], [4], [5, 6, 7, 8], [9]]);
  });

  test('with at most one row runs every call by itself', async () => {
    const { run, runs } = doubler();
    const batcher = createBatcher({ run, maxRows: 1, now: () => 0 });

    await Promise.all([call(batcher, 1), call(batcher, 2)]);

    expect(runs).toEqual([[1], [2]]);
  });

  test('a call that fails does not fail its neighbours', async () => {
    const { run } = doubler();
    const batcher = createBatcher({ run, maxRows: 100, now: () => 0 });

    const [good, bad, other] = await Promise.allSettled([
      call(batcher, 1),
      call(batcher, Number.NaN),
      call(batcher, 3),
    ]);

    expect([good.status, bad.status, other.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(good.status === 'fulfilled' && valuesOf(good.value.outputs)).toEqual([2]);
  });

  test('runs calls one by one where the outputs cannot be told apart', async () => {
    const sizes: number[] = [];
    const run = async ({ X }: NamedTensors): Promise<NamedTensors> => {
      sizes.push(X?.dims[0] ?? 0);
      return { Y: { type: 'float32', dims: [1], data: new Float32Array([7]) } };
    };
    const batcher = createBatcher({ run, maxRows: 100, now: () => 0 });

    const answers = await Promise.all([call(batcher, 1), call(batcher, 2)]);

    expect(sizes).toEqual([2, 1, 1]);
    expect(answers.map(({ outputs }) => valuesOf(outputs))).toEqual([[7], [7]]);
  });

  test('says how long a call waited and how long it ran', async () => {
    let now = 0;
    const { run } = doubler();
    const timed = async (inputs: NamedTensors) => {
      now += 5;
      return run(inputs);
    };
    const batcher = createBatcher({ run: timed, maxRows: 1, now: () => now });

    const [first, second] = await Promise.all([call(batcher, 1), call(batcher, 2)]);

    expect([first.queueMs, first.runMs]).toEqual([0, 5]);
    expect([second.queueMs, second.runMs]).toEqual([5, 5]);
  });

  test('joins tensors of text as well', async () => {
    const run = async ({ X }: NamedTensors): Promise<NamedTensors> => ({ Y: X as never });
    const batcher = createBatcher({ run, maxRows: 100, now: () => 0 });
    const text = (value: string): NamedTensors => ({ X: { type: 'string', dims: [1, 1], data: [value] } });

    const answers = await Promise.all([batcher(text('a'), 1), batcher(text('b'), 1)]);

    expect(answers.map(({ outputs }) => outputs['Y']?.data)).toEqual([['a'], ['b']]);
  });

  /** A batcher whose first run goes on until it is told to end. */
  async function openBusy(options: { maxRows?: number; maxWaiting?: number; maxDelayMs?: number } = {}) {
    let finish: (() => void) | undefined;
    const { run, runs } = doubler();
    async function slow(inputs: NamedTensors) {
      const outputs = await run(inputs);
      if (runs.length === 1) await new Promise<void>((resolve) => (finish = resolve));
      return outputs;
    }
    const batcher = createBatcher({ run: slow, maxRows: 100, now: () => performance.now(), ...options });
    const first = call(batcher, 0);
    while (finish === undefined) await new Promise(setImmediate);
    return { batcher, runs, first, finish };
  }

  test('refuses a call when too many wait, but not one that is patient', async () => {
    const { batcher, finish, first, runs } = await openBusy({ maxWaiting: 2 });
    const waiting = [call(batcher, 1), call(batcher, 2)];

    await expect(call(batcher, 3)).rejects.toMatchObject({
      code: 'overloaded',
      status: 429,
      headers: { 'retry-after': '1' },
    });
    const patient = batcher(column(4), 1, { isPatient: true });
    finish();
    await Promise.all([first, ...waiting, patient]);

    expect(runs).toEqual([[0], [1, 2, 4]]);
  });

  test('does not run a call whose caller left while it waited', async () => {
    const { batcher, finish, runs } = await openBusy();
    let hasLeft = false;
    const left = batcher(column(1), 1, { hasLeft: () => hasLeft });
    const stays = call(batcher, 2);

    hasLeft = true;
    finish();

    await expect(left).rejects.toMatchObject({ code: 'caller-left' });
    expect(valuesOf((await stays).outputs)).toEqual([4]);
    expect(runs).toEqual([[0], [2]]);
  });

  test('lets calls that met a busy session wait for others, until their run is full', async () => {
    const { batcher, finish, runs } = await openBusy({ maxRows: 2, maxDelayMs: 60_000 });
    const waits = call(batcher, 1);

    finish();
    await new Promise(setImmediate);
    const fills = call(batcher, 2);
    await Promise.all([waits, fills]);

    expect(runs).toEqual([[0], [1, 2]]);
  });

  test('lets them wait no longer than they may', async () => {
    const { batcher, finish, runs } = await openBusy({ maxDelayMs: 5 });
    const waits = call(batcher, 1);

    finish();
    await waits;

    expect(runs).toEqual([[0], [1]]);
  });
});
