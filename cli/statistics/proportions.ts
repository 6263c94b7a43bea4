import { binomialTail, normalQuantile, normalTails } from './special-functions';

/** How many of so many. */
export interface Proportion {
  readonly count: number;
  readonly of: number;
}

/** How two proportions differ. */
export interface ProportionDifference {
  /** The second less the first. */
  readonly difference: number;
  /** Where the true difference is, with the confidence asked for. */
  readonly interval: readonly [low: number, high: number];
  readonly pValue: number;
}

/**
 * The two-sided z-test of two proportions with a pooled variance, and Wald's interval for their difference.
 *
 * @see scipy.stats.chi2_contingency of the four counts with `correction=False`, which has the same p-value
 */
export function compareProportions(
  first: Proportion,
  second: Proportion,
  confidence = 0.95,
): ProportionDifference {
  const [left, right] = [first.count / first.of, second.count / second.of];
  const difference = right - left;
  const pooled = (first.count + second.count) / (first.of + second.of);
  const pooledError = Math.sqrt(pooled * (1 - pooled) * (1 / first.of + 1 / second.of));
  const error = Math.sqrt((left * (1 - left)) / first.of + (right * (1 - right)) / second.of);
  const reach = normalQuantile((1 + confidence) / 2) * error;
  return {
    difference,
    interval: [difference - reach, difference + reach],
    // Both are all or nothing, and then the same.
    pValue: pooledError === 0 ? 1 : normalTails(difference / pooledError),
  };
}

/**
 * The probability of so many or more where each has an expected chance.
 *
 * @see scipy.stats.binomtest with `alternative='greater'`
 */
export function testExcess({ count, of }: Proportion, chance: number): number {
  return binomialTail(count, of, chance);
}
