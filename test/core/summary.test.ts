import type { TabularManifest } from '../../shared/core/manifest';
import { createNumbersTally, createSummaryTally, summarise } from '../../shared/core/summary';
import type { Tensor } from '../../shared/core/tensor';

const moments = { mean: 0, std: 1, min: 0, max: 0.3 };

/** A model with one input for each feature, as texts and truth values need. */
function manifestOf(members: Partial<TabularManifest>): TabularManifest {
  return {
    schema_version: 1,
    name: 'mixed',
    version: '1.0.0',
    task: 'regression',
    artifact: { file: 'model.onnx', bytes: 1, sha256: '' },
    signature: {
      inputs: [
        { name: 'size', type: 'float32', shape: ['N', 1] },
        { name: 'colour', type: 'string', shape: ['N', 1] },
        { name: 'new', type: 'bool', shape: ['N', 1] },
      ],
      outputs: [{ name: 'y', type: 'float32', shape: ['N', 1] }],
    },
    features: [
      { name: 'size', example: 0.1, range: [0, 0.3] },
      { name: 'colour', example: 'red' },
      { name: 'new', example: true },
    ],
    output: { value: 'y' },
    ...members,
  };
}

const column = (data: Tensor['data'], type: Tensor['type']) =>
  ({ type, dims: [data.length, 1], data }) as Tensor;

const numbers = (...values: number[]) => ({ size: column(Float32Array.from(values), 'float32') });

describe('summarise()', () => {
  const baseline = {
    rows: 4,
    features: { size: { ...moments, bins: { edges: [0.1, 0.3], counts: [2, 2, 0] } } },
  };

  test('counts values in the bins of the baseline, rounded as the tensor rounds them', () => {
    const summary = summarise(manifestOf({ baseline }), numbers(0.1, 0.2, 0.3, 0.4, -1));

    expect(summary['size']).toMatchObject({ count: 5, bins: [2, 2, 1], outside: 2 });
  });

  test('counts no bins of two values, which are the smallest and the largest', () => {
    const summary = summarise(manifestOf({ baseline }), numbers(0.1, 0.4));

    expect(summary['size']).toEqual({
      count: 2,
      mean: expect.closeTo(0.25),
      std: expect.closeTo(0.15),
      min: 0.1,
      max: 0.4,
    });
  });

  test('leaves what is missing out of the count and of the bins', () => {
    const summary = summarise(manifestOf({ baseline }), numbers(0.1, Number.NaN, 0.2, 0.3));

    expect(summary['size']).toMatchObject({ count: 3, bins: [1, 2, 0] });
  });

  test('counts no bins where the manifest has no baseline', () => {
    expect(summarise(manifestOf({}), numbers(0.1, 0.2, 0.3))['size']).not.toHaveProperty('bins');
  });

  test('counts texts by the values that the baseline knows', () => {
    const known = manifestOf({
      baseline: { rows: 2, features: { colour: { categories: { red: 1, blue: 1 } } } },
    });

    const summary = summarise(known, { colour: column(['red', 'red', 'green'], 'string') });

    expect(summary).toEqual({ colour: { count: 3, categories: { red: 2 }, other: 1 } });
  });

  test('says nothing of texts that may be anything', () => {
    expect(summarise(manifestOf({}), { colour: column(['Ada Lovelace'], 'string') })).toEqual({});
  });

  test('counts truth values', () => {
    const summary = summarise(manifestOf({}), { new: column(Uint8Array.of(1, 0, 1), 'bool') });

    expect(summary).toEqual({ new: { count: 3, categories: { true: 2, false: 1 } } });
  });
});

test('createNumbersTally() counts predictions in the bins of theirs, in however many pieces', () => {
  const tally = createNumbersTally({ ...moments, quantiles: [0.2, 0.5, 1] }, 10);
  for (const piece of [[0.1, 0.5], [], [0.9]]) tally.add(piece);

  expect(tally.total()).toMatchObject({ count: 3, bins: [1, 1, 1, 0] });
});

describe('createSummaryTally()', () => {
  const baseline = {
    rows: 4,
    features: {
      size: { ...moments, bins: { edges: [0.1, 0.3], counts: [2, 2, 0] } },
      colour: { categories: { red: 1, blue: 1 } },
    },
  };
  const manifest = manifestOf({ baseline });
  const sizes = [0.1, 0.2, Number.NaN, 0.3, 0.4, -1, 0.25];
  const colours = ['red', 'red', 'green', 'blue', 'red', '', 'blue'];
  const rows = (from: number, to: number) => ({
    size: column(Float32Array.from(sizes.slice(from, to)), 'float32'),
    colour: column(colours.slice(from, to), 'string'),
    new: column(
      Uint8Array.from(sizes.slice(from, to), (size) => (size > 0.2 ? 1 : 0)),
      'bool',
    ),
  });

  test.each([1, 2, 3, 7])('summarises rows that come %i at a time as if they came together', (size) => {
    const tally = createSummaryTally(manifest);
    for (let at = 0; at < sizes.length; at += size) tally.add(rows(at, at + size));

    const { size: numbers, ...others } = tally.total();
    const { size: whole, ...wholeOthers } = summarise(manifest, rows(0, 7));
    expect(others).toEqual(wholeOthers);
    expect(numbers).toMatchObject({ count: 6, bins: [2, 3, 1], outside: 2, min: -1, max: 0.4 });
    expect(numbers).toEqual({
      ...whole,
      mean: expect.closeTo(0.041667, 6),
      std: expect.closeTo((whole as { std: number }).std, 12),
    });
  });
});
