import { binOf } from './baseline';
import { type NumberColumn, rowsOutside } from './feature-column';
import { shortestFloat32 } from './float32';
import { createMomentsTally, type Moments } from './moments';

/** Summary of numbers over some rows: those of one feature, or what was predicted. */
export interface NumberSummary extends Moments {
  /** How many lay in each bin of the baseline. Absent for one or two values: those are `min` and `max`. */
  readonly bins?: readonly number[];
  /** How many lay outside the range seen in training. Absent for one or two values, and for none. */
  readonly outside?: number;
}

/** Summary of a text or a truth value over some rows. */
export interface CategorySummary {
  readonly count: number;
  /** How many rows had which of the known values. */
  readonly categories: Readonly<Record<string, number>>;
  /** How many rows had another. */
  readonly other?: number;
}

/** What numbers are held against. */
export interface Expected {
  /** Of the bins of the baseline. */
  readonly edges?: readonly number[] | undefined;
  /** Seen in training. */
  readonly range?: readonly [number, number] | undefined;
}

/** Summarises columns that follow each other, in memory that does not grow with them. */
export interface ColumnTally<C, S> {
  add(column: C): void;
  total(): S;
}

/** Summarises numbers; what is not finite is left out of the count. */
export function summariseColumn(column: NumberColumn, expected: Expected): NumberSummary {
  const moments = momentsOf(column);
  if (moments.count <= 2) return toSummary(moments);
  const tally = createNumberTally(expected);
  tally.add(column, moments);
  return tally.total();
}

interface NumberTally extends ColumnTally<NumberColumn, NumberSummary> {
  add(column: NumberColumn, moments?: Moments): void;
}

/** Begins with no number. */
export function createNumberTally({ edges, range }: Expected): NumberTally {
  const all = createMomentsTally();
  let bins: BinCounts | undefined;
  let outside = 0;
  return {
    add(column, moments = momentsOf(column)) {
      all.add(moments);
      if (edges !== undefined) {
        bins ??= createBinCounts(edges, column.data instanceof Float32Array);
        countBins(column, bins);
      }
      if (range !== undefined) outside += rowsOutside(range, column, moments.count).length;
    },
    total() {
      const summary = toSummary(all.total());
      if (summary.count <= 2) return summary;
      return {
        ...summary,
        ...(bins && { bins: bins.counts.slice() }),
        ...(outside > 0 && { outside }),
      };
    },
  };
}

/** Edges are of one kind, whatever the column is: a file of a million rows goes through here. */
interface BinCounts {
  readonly edges: Float64Array;
  readonly counts: number[];
}

/** As for ranges: a float32 of 5.1 is at most an edge of 5.1 only if that is rounded too. */
function createBinCounts(edges: readonly number[], isFloat32: boolean): BinCounts {
  const rounded = new Float64Array(edges.length);
  for (let at = 0; at < edges.length; at++) {
    const edge = edges[at] as number;
    rounded[at] = isFloat32 ? Math.fround(edge) : edge;
  }
  return { edges: rounded, counts: new Array<number>(edges.length + 1).fill(0) };
}

/** Begins with no text; others than the known ones are counted together. */
export function createTextTally(known: readonly string[]): ColumnTally<readonly string[], CategorySummary> {
  const counts = new Map(known.map((name) => [name, 0]));
  let count = 0;
  let other = 0;
  return {
    add(texts) {
      count += texts.length;
      for (const text of texts) {
        const before = counts.get(text);
        if (before === undefined) other++;
        else counts.set(text, before + 1);
      }
    },
    total() {
      const seen = [...counts].filter(([, times]) => times > 0);
      return { count, categories: Object.fromEntries(seen), ...(other > 0 && { other }) };
    },
  };
}

/** Moments of the numbers of a column, as they are. */
function momentsOf({ data, offset, stride }: NumberColumn): Moments {
  let count = 0;
  let mean = 0;
  let squares = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  // Welford's update: one pass, and no cancellation between large sums.
  for (let at = offset; at < data.length; at += stride) {
    const value = data[at] as number;
    if (!Number.isFinite(value)) continue;
    count++;
    const delta = value - mean;
    mean += delta / count;
    squares += delta * (value - mean);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (count === 0) return { count, mean: 0, std: 0, min: 0, max: 0 };
  return { count, mean, std: Math.sqrt(squares / count), min, max };
}

/** Moments as they are written: with few decimals where a float32 has no more. */
function toSummary({ count, mean, std, min, max }: Moments): NumberSummary {
  return { count, mean: shortestFloat32(mean), std, min: shortestFloat32(min), max: shortestFloat32(max) };
}

function countBins({ data, offset, stride }: NumberColumn, { edges, counts }: BinCounts): void {
  for (let at = offset; at < data.length; at += stride) {
    const value = data[at] as number;
    if (!Number.isFinite(value)) continue;
    const bin = binOf(edges, value);
    counts[bin] = (counts[bin] as number) + 1;
  }
}
