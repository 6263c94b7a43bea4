import { median, quantile, ratioOf, slopeOf, spreadOf } from '../../bench/measure/statistics';

test('the median of an odd count is the middle one, of an even count the mean of the middle two', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 7])).toBe(6);
});

test('a quantile is the smallest value that its share does not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

  expect([0, 0.5, 0.99, 1].map((share) => quantile(hundred, share))).toEqual([1, 50, 99, 100]);
});

test('a ratio is that of the medians, its spread that of the rounds', () => {
  expect(ratioOf([2, 4, 9], [1, 4, 3])).toEqual({ median: 4 / 3, min: 1, max: 3 });
});

test('a spread needs at least one value', () => {
  expect(() => spreadOf([])).toThrow(RangeError);
});

test('a slope is that of the straight line through the points', () => {
  expect(
    slopeOf([
      [0, 1],
      [2, 5],
      [4, 9],
    ]),
  ).toBe(2);
});
