import type { Bins } from '../../shared/core/baseline';
import { kolmogorovSmirnovPValue } from '../statistics/kolmogorov-smirnov';
import type { LiveNumbers } from './number-tally';

/** How far two distribution functions are from each other at most. */
export interface DistributionDistance {
  readonly statistic: number;
  readonly pValue: number;
  /** Whether it is that of the values themselves; else that at the edges of the bins, which is no more. */
  readonly exact: boolean;
}

/**
 * Measures the two-sample Kolmogorov-Smirnov distance of live numbers from a baseline.
 *
 * A distribution function of a sample is constant between the sample's values. Where every value of the baseline is an
 * edge, the distance is therefore reached at an edge or just below one, and both are known of live values that were
 * counted one by one.
 *
 * @returns undefined where one of the two is empty.
 * @see scipy.stats.ks_2samp
 */
export function measureDistance(
  { counts, complete = false }: Bins,
  { bins, atEdges }: LiveNumbers,
): DistributionDistance | undefined {
  const [trained, seen] = [sum(counts), sum(bins)];
  if (trained === 0 || seen === 0) return undefined;
  const exact = complete && atEdges !== undefined;
  let expected = 0;
  let actual = 0;
  let statistic = 0;
  // The last bin ends nowhere, and there both functions are 1.
  for (let edge = 0; edge < counts.length - 1; edge++) {
    actual += bins[edge] ?? 0;
    if (exact) {
      const below = (actual - (atEdges[edge] ?? 0)) / seen;
      statistic = Math.max(statistic, Math.abs(below - expected / trained));
    }
    expected += counts[edge] ?? 0;
    statistic = Math.max(statistic, Math.abs(actual / seen - expected / trained));
  }
  return { statistic, pValue: kolmogorovSmirnovPValue(statistic, trained, seen), exact };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
