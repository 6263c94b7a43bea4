import { createCalibrationTally } from '../../../cli/statistics/calibration';
import { testHomogeneity } from '../../../cli/statistics/chi-squared';
import { createClassificationTally } from '../../../cli/statistics/classification';
import { kolmogorovSmirnovPValue } from '../../../cli/statistics/kolmogorov-smirnov';
import { compareMeans } from '../../../cli/statistics/means';
import { compareProportions, testExcess } from '../../../cli/statistics/proportions';
import { createRegressionTally } from '../../../cli/statistics/regression';
import {
  binomialTail,
  chiSquaredTail,
  kolmogorovTail,
  normalTails,
  studentTails,
} from '../../../cli/statistics/special-functions';
import { stabilityIndex } from '../../../cli/statistics/stability-index';
import { createMomentsTally, type Moments } from '../../../shared/core/moments';
import reference from './reference.json';

// reference.json is written by reference.py, which says with which versions of scipy, scikit-learn and numpy.

/** Whether a figure is that of the reference within 1e-9; of a small p-value eight digits are the same. */
function expectClose(actual: number | undefined, expected: number): void {
  const tolerance = Math.min(1e-9, Math.abs(expected) < 1e-3 ? 1e-8 * Math.abs(expected) : 1);
  expect(Math.abs((actual ?? Number.NaN) - expected)).toBeLessThanOrEqual(tolerance);
}

const momentsOf = (values: readonly number[]): Moments => {
  const tally = createMomentsTally();
  for (const value of values) tally.addValue(value);
  return tally.total();
};

describe('testHomogeneity()', () => {
  test.each(reference.chiSquared)('agrees with scipy on $first and $second', (expected) => {
    const result = testHomogeneity(expected.first, expected.second);

    expectClose(result?.statistic, expected.statistic);
    expectClose(result?.pValue, expected.pValue);
    expect(result?.degreesOfFreedom).toBe(expected.degreesOfFreedom);
  });

  test.each([
    ['one cell', [3, 0], [4, 0]],
    ['an empty sample', [3, 4], [0, 0]],
  ])('says nothing of %s', (_what, first, second) => {
    expect(testHomogeneity(first, second)).toBeUndefined();
  });
});

describe('kolmogorovSmirnovPValue()', () => {
  test.each(reference.exactPValues)('is exact for $first and $second values, $distance apart', (expected) => {
    const { distance, first, second, pValue } = expected;

    expectClose(kolmogorovSmirnovPValue(distance, first, second), pValue);
  });

  test.each(reference.kolmogorovSmirnov)('is exact for two samples of scipy', (expected) => {
    const { statistic, first, second, exactPValue } = expected;

    expectClose(kolmogorovSmirnovPValue(statistic, first.length, second.length), exactPValue);
  });

  test.each(reference.limitPValues)('is the limit for $first and $second values', (expected) => {
    const { distance, first, second, pValue } = expected;

    expectClose(kolmogorovSmirnovPValue(distance, first, second), pValue);
  });

  test('is 1 for samples that do not differ', () => {
    expect(kolmogorovSmirnovPValue(0, 10, 20)).toBe(1);
  });
});

test.each(reference.stabilityIndex)(
  'stabilityIndex() agrees with scipy on $expected and $actual',
  (expected) => {
    expectClose(stabilityIndex(expected.expected, expected.actual), expected.index);
  },
);

describe('compareProportions()', () => {
  test.each(reference.proportions)('agrees with scipy on $first and $second', (expected) => {
    const result = compareProportions(expected.first, expected.second);

    expectClose(result.difference, expected.difference);
    expectClose(result.interval[0], expected.interval[0] ?? 0);
    expectClose(result.interval[1], expected.interval[1] ?? 0);
    expectClose(result.pValue, expected.pValue);
  });

  test('finds nothing between two that are all', () => {
    expect(compareProportions({ count: 5, of: 5 }, { count: 9, of: 9 }).pValue).toBe(1);
  });
});

test.each(reference.excess)(
  'testExcess() agrees with scipy on $count of $of',
  ({ pValue, chance, ...proportion }) => {
    expectClose(testExcess(proportion, chance), pValue);
  },
);

describe('compareMeans()', () => {
  test.each(reference.means)('agrees with scipy', ({ first, second, difference, pValue }) => {
    const result = compareMeans(momentsOf(first), momentsOf(second));

    expectClose(result.difference, difference);
    expectClose(result.pValue, pValue);
  });

  test('finds nothing where a sample is one number', () => {
    expect(compareMeans(momentsOf([1]), momentsOf([2, 3])).pValue).toBe(1);
  });
});

describe('a probability that no number can hold', () => {
  test.each([
    ['of a chi-squared variable', () => chiSquaredTail(1e6, 9)],
    ['of a normal variable', () => normalTails(50)],
    ['of a binomial variable', () => binomialTail(5e9, 1e10, 0.01)],
    ["of Student's variable", () => studentTails(1e3, 1e7)],
    ["of Kolmogorov's variable", () => kolmogorovTail(100)],
  ])('is 0: %s', (_what, compute) => {
    expect(compute()).toBe(0);
  });

  test('is 1 where the distance is next to nothing', () => {
    expect(kolmogorovTail(0)).toBe(1);
    expect(kolmogorovTail(0.05)).toBe(1);
  });
});

describe('the moments', () => {
  const { actual } = reference.regression;

  test('are the same of parts that were summarised as of all', () => {
    const tally = createMomentsTally();
    tally.add(momentsOf(actual.slice(0, 50)));
    tally.add(momentsOf(actual.slice(50, 51)));
    tally.add(momentsOf([]));
    tally.add(momentsOf(actual.slice(51)));

    const whole = momentsOf(actual);
    expectClose(tally.total().mean, whole.mean);
    expectClose(tally.total().std, whole.std);
    expect(tally.total()).toMatchObject({ count: 200, min: Math.min(...actual), max: Math.max(...actual) });
  });
});

describe('the score of a classification', () => {
  const { scores, actual, predicted, ...expected } = reference.classification;
  const names = ['a', 'b', 'c'];

  test('agrees with scikit-learn', () => {
    const tally = createClassificationTally();
    actual.forEach((truth, row) => {
      tally.add(predicted[row] ?? '', truth, scores[row]?.[names.indexOf(truth)]);
    });

    const total = tally.total();
    expectClose(total.accuracy, expected.accuracy);
    expectClose(total.logLoss, expected.logLoss);
    names.forEach((name, index) => {
      expectClose(total.classes[name]?.precision, expected.precision[index] ?? 0);
      expectClose(total.classes[name]?.recall, expected.recall[index] ?? 0);
      expect(total.classes[name]?.support).toBe(expected.support[index]);
    });
  });

  test('has no precision of a class that was never predicted, and no recall of one that never was', () => {
    const tally = createClassificationTally();
    tally.add('a', 'b', 0.1);

    expect(tally.total().classes).toEqual({
      a: { support: 0, precision: 0, recall: undefined },
      b: { support: 1, precision: undefined, recall: 0 },
    });
  });

  test('has no log loss where one probability is not known', () => {
    const tally = createClassificationTally();
    tally.add('a', 'a', 0.9);
    tally.add('a', 'a', undefined);

    expect(tally.total().logLoss).toBeUndefined();
  });

  test('makes a wrong certainty cost much, and not everything', () => {
    const tally = createClassificationTally();
    tally.add('a', 'b', 0);

    expect(tally.total().logLoss).toBeCloseTo(36.04, 2);
  });
});

describe('the calibration', () => {
  test('agrees with numpy', () => {
    const { scores, actual, predicted, expectedCalibrationError } = reference.classification;
    const tally = createCalibrationTally();
    actual.forEach((truth, row) => {
      tally.add(Math.max(...(scores[row] ?? [])), truth === predicted[row]);
    });

    expectClose(tally.total()?.expectedError, expectedCalibrationError);
  });

  test('puts a confidence into the bin that ends at it', () => {
    const tally = createCalibrationTally();
    for (const confidence of [0, 0.1, 0.5, 1]) tally.add(confidence, true);

    expect(tally.total()?.bins.map(({ to, rows }) => [to, rows])).toEqual([
      [0.1, 2],
      [0.5, 1],
      [1, 1],
    ]);
  });

  test('is nothing without predictions', () => {
    expect(createCalibrationTally().total()).toBeUndefined();
  });
});

test('the score of a regression agrees with scikit-learn', () => {
  const { actual, predicted, meanAbsoluteError, rootMeanSquaredError } = reference.regression;
  const tally = createRegressionTally();
  actual.forEach((truth, row) => {
    tally.add(predicted[row] ?? 0, truth);
  });

  expectClose(tally.total().meanAbsoluteError, meanAbsoluteError);
  expectClose(tally.total().rootMeanSquaredError, rootMeanSquaredError);
});
