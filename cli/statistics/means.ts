import type { Moments } from '../../shared/core/moments';
import { studentTails } from './special-functions';

/** How two means differ. */
export interface MeanDifference {
  /** The second less the first. */
  readonly difference: number;
  readonly pValue: number;
}

/**
 * Welch's two-sided test of two means, whose variances may differ.
 *
 * @see scipy.stats.ttest_ind with `equal_var=False`
 */
export function compareMeans(first: Moments, second: Moments): MeanDifference {
  const difference = second.mean - first.mean;
  const [left, right] = [squaredError(first), squaredError(second)];
  const error = Math.sqrt(left + right);
  // One number has no spread to be judged by, and equal numbers leave nothing to be judged.
  if (!(error > 0)) return { difference, pValue: 1 };
  const degreesOfFreedom =
    (left + right) ** 2 / (left ** 2 / (first.count - 1) + right ** 2 / (second.count - 1));
  return { difference, pValue: studentTails(difference / error, degreesOfFreedom) };
}

/** The squared standard error of a mean, from the sample's variance. */
function squaredError({ std, count }: Moments): number {
  return count < 2 ? Number.NaN : std ** 2 / (count - 1);
}
