import type { NamedTensors } from '../../shared/core/tensor';
import { type Batcher, createBatcher } from '../../shared/runtime/batcher';
import { column, doubler, valuesOf } from './doubler';

/** Inputs that are made when the test says so. */
function inputs(value: number) {
  let finish: (failure?: Error) => void = () => {};
  const made = new Promise<NamedTensors>((resolve, reject) => {
    finish = (failure) => (failure === undefined ? resolve(column(value)) : reject(failure));
  });
  const make = jest.fn(() => made);
  return { make, finish };
}

/** Has everything happen that needs no more than a turn of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
}

/** A batcher in its first run, which takes `runMs` on the batcher's clock and ends when it is told to. */
async function openBusy({ runMs, maxRows = 4 }: { runMs: number; maxRows?: number }) {
  let passedMs = 0;
  let finish: (() => void) | undefined;
  const { run, runs } = doubler();
  const batcher = createBatcher({
    maxRows,
    maxWaiting: 5,
    now: () => performance.now() + passedMs,
    async run(tensors) {
      const outputs = await run(tensors);
      if (runs.length === 1) await new Promise<void>((resolve) => (finish = resolve));
      passedMs += runMs;
      return outputs;
    },
  });
  const first = batcher(column(0), 1);
  while (finish === undefined) await settle();
  return { batcher, runs, first, finish };
}

/** A call that comes in the next turn of the event loop, as what is read from a socket does. */
async function callNextTurn(batcher: Batcher, value: number) {
  await new Promise(setImmediate);
  return batcher(column(value), 1);
}

/** What no test waits for, on the clock of its batcher. */
const LONG = 1_000_000;

describe('inputs that are still to be made', () => {
  test('are made and run at once for a lone call', async () => {
    const { run, runs } = doubler();
    const batcher = createBatcher({ run, maxRows: 4, now: () => 0 });

    const { outputs } = await batcher(async () => column(3), 1);

    expect([runs, valuesOf(outputs)]).toEqual([[[3]], [6]]);
  });

  test('are waited for by a run that takes long', async () => {
    const { batcher, runs, finish } = await openBusy({ runMs: LONG });
    const late = inputs(2);
    const answers = [batcher(column(1), 1), batcher(late.make, 1)];

    finish();
    await settle();
    expect(runs).toEqual([[0]]);
    late.finish();
    await Promise.all(answers);

    expect(runs).toEqual([[0], [1, 2]]);
  });

  test('are waited for no longer than until the run is full', async () => {
    const { batcher, runs, finish } = await openBusy({ runMs: LONG, maxRows: 2 });
    const late = inputs(3);
    const answers = [batcher(column(1), 1), batcher(late.make, 1), batcher(column(2), 1)];

    finish();
    await settle();
    late.finish();
    await Promise.all(answers);

    expect(runs).toEqual([[0], [1, 2], [3]]);
  });

  test('are waited for no longer than a quarter of a run', async () => {
    const { batcher, runs, finish } = await openBusy({ runMs: 8 });
    const late = inputs(2);
    const waits = batcher(late.make, 1);

    finish();
    await batcher(column(1), 1);
    late.finish();
    await waits;

    expect(runs).toEqual([[0], [1], [2]]);
  });

  test('are not waited for by runs that are short', async () => {
    const { batcher, runs, finish } = await openBusy({ runMs: 0 });
    const late = inputs(2);
    const answers = [batcher(column(1), 1), batcher(late.make, 1)];

    finish();
    await answers[0];
    late.finish();
    await answers[1];

    expect(runs).toEqual([[0], [1], [2]]);
  });

  test('are made no further ahead than for two runs', async () => {
    const { batcher, finish } = await openBusy({ runMs: 0, maxRows: 1 });
    const three = [inputs(1), inputs(2), inputs(3)];
    const answers = three.map(({ make }) => batcher(make, 1));
    const begun = () => three.map(({ make }) => make.mock.calls.length);

    expect(begun()).toEqual([1, 1, 0]);
    for (const input of three) input.finish();
    finish();
    await Promise.all(answers);

    expect(begun()).toEqual([1, 1, 1]);
  });

  test('that cannot be made fail their own call, and make way for the next', async () => {
    const { batcher, runs, finish } = await openBusy({ runMs: 0, maxRows: 1 });
    const broken = inputs(1);
    const fails = batcher(broken.make, 1);
    const others = [batcher(column(2), 1), batcher(async () => column(3), 1)];

    broken.finish(new Error('not an image'));
    await expect(fails).rejects.toThrow('not an image');
    finish();
    await Promise.all(others);

    expect(runs).toEqual([[0], [2], [3]]);
  });

  test('are not made for a caller who left, nor for one who is refused', async () => {
    const { batcher, finish, first } = await openBusy({ runMs: 0, maxRows: 1 });
    const ready = [column(1), column(2), column(3), column(4)].map((tensors) => batcher(tensors, 1));
    const left = inputs(5);
    const refused = inputs(6);
    let hasLeft = false;
    const leaves = batcher(left.make, 1, { hasLeft: () => hasLeft });

    await expect(batcher(refused.make, 1)).rejects.toMatchObject({ code: 'overloaded' });
    hasLeft = true;
    finish();

    await expect(leaves).rejects.toMatchObject({ code: 'caller-left' });
    await Promise.all([first, ...ready]);
    expect([left.make, refused.make].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
  });
});

test.each([
  ['long run joins the next', LONG, [[0], [1, 2]]],
  ['short one comes after it', 0, [[0], [1], [2]]],
])('what is read at the end of a %s', async (_what, runMs, expected) => {
  const { batcher, runs, finish } = await openBusy({ runMs });
  const answers = [batcher(column(1), 1), callNextTurn(batcher, 2)];

  finish();
  await Promise.all(answers);

  expect(runs).toEqual(expected);
});
