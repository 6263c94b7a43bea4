import { type Bins, binOf, type NumberBaseline } from '../shared/core/baseline';
import { at } from './linear-algebra';

/** Quantiles are 0, 1/10 … 1: the minimum, the deciles and the maximum. */
const QUANTILE_STEPS = 10;

/** Most edges of the bins: with more values than that, every fiftieth part of the rows ends at one. */
const MAX_EDGES = 50;

/** Moments, deciles and bins of one column. The standard deviation is the population's. */
export function describeValues(values: readonly number[]): NumberBaseline {
  const sorted = values.toSorted((left, right) => left - right);
  return {
    mean: roundForRecord(averageOf(values)),
    std: roundForRecord(deviationOf(values)),
    min: at(sorted, 0),
    max: at(sorted, sorted.length - 1),
    quantiles: Array.from({ length: QUANTILE_STEPS + 1 }, (_, step) =>
      roundForRecord(quantile(sorted, step / QUANTILE_STEPS)),
    ),
    bins: binValues(sorted),
  };
}

/** The arithmetic mean. */
export function averageOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The standard deviation of a population. */
export function deviationOf(values: readonly number[]): number {
  const mean = averageOf(values);
  return Math.sqrt(averageOf(values.map((value) => (value - mean) ** 2)));
}

/** How often each of the names stands among indices of names. */
export function countNames(indices: readonly number[], names: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    names.map((name, index) => [name, indices.filter((each) => each === index).length]),
  );
}

/** The share of rows that each class has, by its name. */
export function shareOfClasses(
  labels: readonly number[],
  classes: readonly string[],
): Record<string, number> {
  const share = (index: number) => labels.filter((label) => label === index).length / labels.length;
  return Object.fromEntries(classes.map((name, index) => [name, roundForRecord(share(index))]));
}

/**
 * Rounds to nine significant digits.
 *
 * An interpolated decile of 5.1 may come out as 5.1000000000000005, and then a value of 5.1 would fall on the
 * other side of it. It also keeps a record the same where another processor's last digits differ.
 */
export function roundForRecord(value: number): number {
  return Number(value.toPrecision(9));
}

/** Interpolates linearly between the two nearest values, as numpy.quantile does by default. */
function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const below = at(sorted, Math.floor(position));
  const above = at(sorted, Math.ceil(position));
  return below + (above - below) * (position - Math.floor(position));
}

function binValues(sorted: readonly number[]): Bins {
  const distinct = [...new Set(sorted)];
  const complete = distinct.length <= MAX_EDGES;
  const edges = complete ? distinct : someOf(sorted);
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const value of sorted) {
    const bin = binOf(edges, value);
    counts[bin] = at(counts, bin) + 1;
  }
  return { edges, counts, ...(complete && { complete }) };
}

/** Values with equally many between them, as far as equal values allow; the last is the largest. */
function someOf(sorted: readonly number[]): number[] {
  const values = Array.from({ length: MAX_EDGES }, (_, step) =>
    at(sorted, Math.ceil(((step + 1) * sorted.length) / MAX_EDGES) - 1),
  );
  return [...new Set(values)];
}
