import type { FeatureSummary } from '../../shared/core/summary';
import { fitRows, fitSummaries } from '../../shared/serving/entry-size';

/** Summaries of a million rows by features with fifty bins, every number as long as it may be. */
const wide = (features: number): Record<string, FeatureSummary> =>
  Object.fromEntries(
    Array.from({ length: features }, (_, index) => [
      `feature_${index}`,
      {
        count: 1_000_000,
        mean: -1.2345678901234567e-100,
        std: 1.2345678901234567e-100,
        min: -1.2345678901234567e-100,
        max: 1.2345678901234567e-100,
        bins: new Array(51).fill(999_999),
        outside: 999_999,
      },
    ]),
  );

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

test('summaries that fit are left as they are', () => {
  const summaries = wide(150);

  expect(fitSummaries(summaries)).toBe(summaries);
});

test.each([300, 500, 5000])('summaries of %i features leave room in an entry of 256 KB', (features) => {
  const fitting = fitSummaries(wide(features));

  expect(bytesOf(fitting)).toBeLessThan(140_000);
  expect(Object.keys(fitting).length).toBeGreaterThan(features === 5000 ? 400 : features - 1);
  expect(fitting['feature_0']).toHaveProperty('mean');
});

test('values of a text are left out where there are too many of them', () => {
  const categories = Object.fromEntries(Array.from({ length: 9000 }, (_, index) => [`value-${index}`, 1000]));
  const texts = { city: { count: 9_000_000, categories }, colour: { count: 9, categories: { red: 9 } } };

  expect(fitSummaries(texts)).toEqual({ colour: texts.colour });
});

test('rows are shown until there is no more room', () => {
  const row = new Array(1000).fill(1.234567);

  expect(fitRows([row, [1], [2]])).toHaveLength(3);
  expect(fitRows(new Array(100).fill(row))).toHaveLength(6);
  expect(bytesOf(fitRows(new Array(100).fill(['x'.repeat(5000)])))).toBeLessThan(61_000);
});
