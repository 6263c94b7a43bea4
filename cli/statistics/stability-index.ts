/** What stands for the share of an empty bin: the index would be infinite, and one row decides nothing. */
const LEAST_SHARE = 1e-4;

/**
 * The population stability index of two samples counted in the same bins: the sum of the two Kullback-Leibler divergences.
 * By convention less than 0.1 is no change, and 0.2 or more is a change that matters.
 *
 * @returns 0 where one of the samples is empty.
 */
export function stabilityIndex(expected: readonly number[], actual: readonly number[]): number {
  const expectedShares = toShares(expected);
  const actualShares = toShares(actual);
  return expectedShares.reduce((index, share, bin) => {
    const other = actualShares[bin] ?? share;
    return index + (other - share) * Math.log(other / share);
  }, 0);
}

function toShares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return total === 0 ? [] : counts.map((count) => Math.max(count / total, LEAST_SHARE));
}
