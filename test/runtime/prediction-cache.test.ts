import type { NamedTensors, Tensor } from '../../shared/core/tensor';
import { memoryOf } from '../../shared/core/tensor-memory';
import { type Batcher, createBatcher } from '../../shared/runtime/batcher';
import { createPredictionCache, type PredictionCacheOptions } from '../../shared/runtime/prediction-cache';
import { column, doubler, valuesOf } from './doubler';

let clock: number;
beforeEach(() => {
  clock = 1_000;
});

const openCache = (options: Partial<PredictionCacheOptions> = {}) =>
  createPredictionCache({ maxBytes: 1_000_000, maxAgeMs: 60_000, now: () => clock, ...options });

/** A batcher of a model that gives its inputs back. */
const echo = (maxRows = 1): Batcher =>
  createBatcher({ run: async (inputs) => inputs, maxRows, now: () => clock });

const outcomeOf = async (batcher: Batcher, inputs: NamedTensors) => (await batcher(inputs, 1)).cache;

const floats = (dims: readonly number[], ...values: number[]): Tensor => ({
  type: 'float32',
  dims,
  data: new Float32Array(values),
});

const texts = (...data: string[]): Tensor => ({ type: 'string', dims: [data.length], data });

describe('two inputs share an answer', () => {
  test('where they have the same elements, wherever these lie in memory', async () => {
    const cached = openCache().wrap('all', echo());
    const part = { type: 'float32', dims: [2], data: new Float32Array([9, 1, 2, 9]).subarray(1, 3) } as const;

    const outcomes = [
      await outcomeOf(cached, { x: floats([2], 1, 2) }),
      await outcomeOf(cached, { x: part }),
    ];

    expect(outcomes).toEqual(['miss', 'hit']);
  });

  test.each<[string, NamedTensors, NamedTensors]>([
    ['an element', { x: floats([2], 1, 2) }, { x: floats([2], 1, 3) }],
    ['the shape', { x: floats([1, 4], 1, 2, 3, 4) }, { x: floats([4, 1], 1, 2, 3, 4) }],
    [
      'the type',
      { x: { type: 'int32', dims: [1], data: new Int32Array([7]) } },
      { x: { type: 'uint32', dims: [1], data: new Uint32Array([7]) } },
    ],
    ['the name', { x: floats([1], 1) }, { y: floats([1], 1) }],
    [
      'which tensor has which elements',
      { x: floats([1], 1), y: floats([1], 2) },
      { x: floats([1], 2), y: floats([1], 1) },
    ],
    ['how many there are', { x: floats([1], 1) }, { x: floats([1], 1), y: floats([0]) }],
    ['where one text ends and the next begins', { x: texts('ab', 'c') }, { x: texts('a', 'bc') }],
    ['half a surrogate pair, which UTF-8 cannot tell apart', { x: texts('\ud800') }, { x: texts('\ud801') }],
  ])('and not where %s differs', async (_what, first, second) => {
    const cached = openCache().wrap('all', echo());

    const answers = [await cached(first, 1), await cached(second, 1), await cached(second, 1)];

    expect(answers.map(({ cache }) => cache)).toEqual(['miss', 'miss', 'hit']);
    expect(answers.map(({ outputs }) => outputs)).toEqual([first, second, second]);
  });

  test('and not where other outputs are computed of them', async () => {
    const cache = openCache();
    const [one, other] = [cache.wrap('one', echo()), cache.wrap('other', echo())];

    const outcomes = [await outcomeOf(one, column(1)), await outcomeOf(other, column(1))];

    expect(outcomes).toEqual(['miss', 'miss']);
  });
});

describe('an answer that is kept', () => {
  test('does not change with what is done to those that were given', async () => {
    const { run } = doubler();
    const cached = openCache().wrap('all', createBatcher({ run, maxRows: 1, now: () => clock }));
    const spoil = async () => {
      const { outputs } = await cached(column(1), 1);
      const before = valuesOf(outputs);
      const { data, dims } = outputs['Y'] as Tensor;
      (data as Float32Array).fill(-1);
      (dims as number[]).fill(-1);
      return before;
    };

    // The first is made by the run, and the others are given from what is kept.
    expect([await spoil(), await spoil(), await spoil()]).toEqual([[2], [2], [2]]);
    expect((await cached(column(1), 1)).outputs['Y']?.dims).toEqual([1, 1]);
  });

  test('holds no more memory than its own rows of a run that many shared', async () => {
    const { run, runs } = doubler();
    const cached = openCache().wrap('all', createBatcher({ run, maxRows: 100, now: () => clock }));
    await Promise.all([cached(column(1), 1), cached(column(2), 1), cached(column(3), 1)]);

    const { outputs } = await cached(column(2), 1);

    expect(runs).toEqual([[1, 2, 3]]);
    const { data } = outputs['Y'] as Tensor;
    expect((data as Float32Array).buffer.byteLength).toBe(Float32Array.BYTES_PER_ELEMENT);
  });

  test('is as good as new for its time, however often it is given, and then no more', async () => {
    const cached = openCache({ maxAgeMs: 60_000 }).wrap('all', echo());
    const askAfter = (ms: number) => {
      clock += ms;
      return outcomeOf(cached, column(1));
    };

    expect([await askAfter(0), await askAfter(40_000), await askAfter(20_000), await askAfter(1)]).toEqual([
      'miss',
      'hit',
      'hit',
      'miss',
    ]);
  });

  test('says that nothing was run, and how long it took to make its inputs', async () => {
    const cached = openCache().wrap('all', echo());
    await cached(column(1), 1);

    const { startedAt, ...hit } = await cached(async () => {
      clock += 30;
      return column(1);
    }, 1);

    expect(startedAt).toBeUndefined();
    expect(hit).toEqual({ outputs: column(1), queueMs: 30, runMs: 0, cache: 'hit' });
  });

  test('says, when it is made, how long its inputs took that nothing else waited for', async () => {
    const cached = openCache().wrap('all', echo());

    const miss = await cached(async () => {
      clock += 30;
      return column(1);
    }, 1);

    expect(miss).toEqual({ outputs: column(1), startedAt: 1_030, queueMs: 30, runMs: 0, cache: 'miss' });
  });

  test('is not made for a caller that has left', async () => {
    const { run, runs } = doubler();
    const cached = openCache().wrap('all', createBatcher({ run, maxRows: 1, now: () => clock }));

    await expect(cached(column(1), 1, { hasLeft: () => true })).rejects.toThrow('the caller left');

    expect(runs).toEqual([]);
  });

  test('is not there after a run that failed', async () => {
    const { run, runs } = doubler();
    const cached = openCache().wrap('all', createBatcher({ run, maxRows: 1, now: () => clock }));

    await expect(cached(column(Number.NaN), 1)).rejects.toThrow('not a number');
    await expect(cached(column(Number.NaN), 1)).rejects.toThrow('not a number');

    expect(runs).toHaveLength(2);
  });
});

describe('the memory of answers that are kept', () => {
  const wide = (first: number): NamedTensors => ({
    x: { type: 'float64', dims: [1, 1_000], data: new Float64Array(1_000).fill(first) },
  });

  test('is bounded: who was asked for longest ago gives way', async () => {
    // Each takes 8000 bytes and a little.
    const cached = openCache({ maxBytes: 30_000 }).wrap('all', echo());
    for (const first of [1, 2, 3]) await cached(wide(first), 1);
    await cached(wide(1), 1);
    await cached(wide(4), 1);

    expect(await outcomeOf(cached, wide(1))).toBe('hit');
    expect(await outcomeOf(cached, wide(2))).toBe('miss');
  });

  test('is that of texts too, by their characters', async () => {
    const story = (first: string) => ({ x: texts(first, 'é'.repeat(9_000)) });
    expect(memoryOf(story('a'))).toBeGreaterThan(9_000);
    const cached = openCache({ maxBytes: 30_000 }).wrap('all', echo());
    for (const first of ['a', 'b', 'c', 'd']) await cached(story(first), 1);

    expect(await outcomeOf(cached, story('d'))).toBe('hit');
    expect(await outcomeOf(cached, story('a'))).toBe('miss');
  });

  test('counts what an entry takes besides its elements', async () => {
    const cached = openCache({ maxBytes: 10_000 }).wrap('all', echo());
    for (let first = 0; first < 20; first++) await cached(column(first), 1);

    expect(await outcomeOf(cached, column(19))).toBe('hit');
    expect(await outcomeOf(cached, column(0))).toBe('miss');
  });

  test('has no room for one that is larger than all of it, which pushes nothing out', async () => {
    const cached = openCache({ maxBytes: 5_000 }).wrap('all', echo());
    await cached(column(1), 1);
    await cached(wide(1), 1);

    expect(await outcomeOf(cached, wide(1))).toBe('miss');
    expect(await outcomeOf(cached, column(1))).toBe('hit');
  });
});

test('work of many calls is neither kept nor answered from what is', async () => {
  const { run, runs } = doubler();
  const cached = openCache().wrap('all', createBatcher({ run, maxRows: 1, now: () => clock }));
  const patient = () => cached(column(1), 1, { isPatient: true });

  const [first] = [await patient(), await cached(column(1), 1)];
  const last = await patient();

  expect([first.cache, last.cache]).toEqual([undefined, undefined]);
  expect(runs).toHaveLength(3);
});
