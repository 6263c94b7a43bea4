import { binOf, binsOf } from '../../shared/core/baseline';

describe('binsOf()', () => {
  const moments = { mean: 0, std: 1, min: 1, max: 4 };

  test('gives the bins of the manifest where it has some', () => {
    const bins = { edges: [1, 2], counts: [3, 4, 0] };

    expect(binsOf({ ...moments, quantiles: [1, 4], bins }, 7)).toBe(bins);
  });

  test('makes them of quantiles, with an equal share of the rows between two', () => {
    expect(binsOf({ ...moments, quantiles: [1, 2, 3, 4] }, 30)).toEqual({
      edges: [1, 2, 3, 4],
      counts: [0, 10, 10, 10, 0],
    });
  });

  test('gives a quantile that stands several times the rows of all of them', () => {
    expect(binsOf({ ...moments, quantiles: [1, 2, 2, 4] }, 30)).toEqual({
      edges: [1, 2, 4],
      counts: [0, 20, 10, 0],
    });
  });

  test('has none where the manifest has neither', () => {
    expect(binsOf(moments, 30)).toBeUndefined();
  });
});

test.each([
  [0.5, 0],
  [1, 0],
  [1.5, 1],
  [2, 1],
  [3, 2],
])('binOf() puts %d into bin %i of those that end at 1 and 2', (value, bin) => {
  expect(binOf([1, 2], value)).toBe(bin);
});
