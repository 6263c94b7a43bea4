import { chiSquaredTail } from './special-functions';

/** Outcome of a test: small `pValue`s are rare where nothing has changed. */
export interface ChiSquaredResult {
  readonly statistic: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
}

/**
 * Pearson's test of homogeneity: whether two samples, counted in the same cells, may be of one distribution. Cells that
 * are empty in both are left out.
 *
 * @returns undefined where there are fewer than two cells, or one of the samples is empty.
 * @see scipy.stats.chi2_contingency with `correction=False`
 */
export function testHomogeneity(
  first: readonly number[],
  second: readonly number[],
): ChiSquaredResult | undefined {
  const cells = first
    .map((count, cell) => [count, second[cell] ?? 0] as const)
    .filter(([left, right]) => left + right > 0);
  const totals = [sum(cells.map(([left]) => left)), sum(cells.map(([, right]) => right))] as const;
  if (cells.length < 2 || totals[0] === 0 || totals[1] === 0) return undefined;
  const all = totals[0] + totals[1];
  const terms = cells.flatMap(([left, right]) => [
    deviation(left, ((left + right) * totals[0]) / all),
    deviation(right, ((left + right) * totals[1]) / all),
  ]);
  const statistic = sum(terms);
  const degreesOfFreedom = cells.length - 1;
  return { statistic, degreesOfFreedom, pValue: chiSquaredTail(statistic, degreesOfFreedom) };
}

function deviation(count: number, expected: number): number {
  return (count - expected) ** 2 / expected;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
