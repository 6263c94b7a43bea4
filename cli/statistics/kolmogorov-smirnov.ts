import { kolmogorovTail } from './special-functions';

/** Up to so many pairs of values the p-value is exact; it takes less than a tenth of a second then. */
const MAX_EXACT_PAIRS = 1e7;

/**
 * The p-value of the two-sample Kolmogorov-Smirnov test: the probability that two samples of one continuous
 * distribution differ by `distance` or more. Where values are equal, or were looked at in bins, the true one is smaller.
 *
 * It is exact for small samples, else that of the limit distribution.
 *
 * @param distance largest difference between the two empirical distribution functions.
 * @see scipy.stats.ks_2samp with `method='exact'`; scipy.special.kolmogorov
 */
export function kolmogorovSmirnovPValue(distance: number, first: number, second: number): number {
  if (first * second <= MAX_EXACT_PAIRS) return exactPValue(distance, first, second);
  return kolmogorovTail(Math.sqrt((first * second) / (first + second)) * distance);
}

/**
 * All orders in which the two samples may lie are equally likely, and each is a path through a grid: a step to the right
 * for a value of the one, up for one of the other. `leaving[j]` is the share of paths to (i, j) that touch the places
 * where the two differ by `distance` or more.
 *
 * @see Hodges, "The significance probability of the Smirnov two-sample test", Arkiv för Matematik 3 (1958)
 */
function exactPValue(distance: number, first: number, second: number): number {
  const divisor = greatestCommonDivisor(first, second);
  const [right, up] = [second / divisor, first / divisor];
  // In whole numbers, so that no rounding decides whether a place is touched.
  const limit = Math.round(distance * right * first);
  if (limit === 0) return 1;
  const leaving = new Float64Array(second + 1);
  for (let i = 0; i <= first; i++) {
    for (let j = 0; j <= second; j++) {
      const isOutside = Math.abs(i * right - j * up) >= limit;
      leaving[j] = isOutside ? 1 : mixed(leaving, i, j);
    }
  }
  return leaving[second] as number;
}

/** A path to (i, j) comes from the left in `i` of `i + j` cases. */
function mixed(leaving: Float64Array, i: number, j: number): number {
  if (i + j === 0) return 0;
  const fromBelow = j === 0 ? 0 : (leaving[j - 1] as number);
  return ((leaving[j] as number) * i + fromBelow * j) / (i + j);
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}
