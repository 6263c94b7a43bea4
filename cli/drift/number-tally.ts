import { type Bins, binOf } from '../../shared/core/baseline';
import { createMomentsTally, type Moments } from '../../shared/core/moments';
import { type Fields, numberOf, numbersOf } from '../prediction-log/log-entry';

/** Numbers that were seen in the log. */
export interface LiveNumbers {
  readonly moments: Moments;
  readonly missing: number;
  /** How many lay outside the range seen in training. */
  readonly outside: number;
  /** How many lay in each bin of the baseline. */
  readonly bins: readonly number[];
  /** How many were equal to each edge; undefined where some are known by their bins only. */
  readonly atEdges: readonly number[] | undefined;
  /** How many are in no bin, because their entries have no bins. */
  readonly unbinned: number;
}

/** Gathers numbers in memory that does not grow with them. */
export interface NumberTally {
  addValue(value: number): void;
  addMissing(count: number): void;
  /** Adds the summary of one entry over so many rows. */
  addSummary(summary: Fields, rows: number): void;
  total(): LiveNumbers;
}

/** What numbers are held against. */
export interface NumberTallyOptions {
  readonly bins?: Bins | undefined;
  readonly range?: readonly [number, number] | undefined;
  /** How the model's tensor rounds a number: a value and an edge that are the same to the model are so here. */
  readonly round?: (value: number) => number;
}

/** Begins with no number. */
export function createNumberTally({
  bins,
  range,
  round = (value) => value,
}: NumberTallyOptions): NumberTally {
  const edges = (bins?.edges ?? []).map(round);
  const counts = new Array<number>(edges.length + 1).fill(0);
  const atEdges = new Array<number>(edges.length).fill(0);
  const moments = createMomentsTally();
  let missing = 0;
  let outside = 0;
  let unbinned = 0;
  let isExact = true;

  function isOutside(value: number): boolean {
    return range !== undefined && (round(value) < round(range[0]) || round(value) > round(range[1]));
  }

  function countValue(value: number): void {
    const rounded = round(value);
    const bin = binOf(edges, rounded);
    increase(counts, bin, 1);
    if (edges[bin] === rounded) increase(atEdges, bin, 1);
    if (isOutside(value)) outside++;
  }

  /** One or two values are the smallest and the largest. */
  function countFew({ count, min, max }: Moments): void {
    if (count > 0) countValue(min);
    if (count > 1) countValue(max);
  }

  function countMany({ count, min, max }: Moments, summary: Fields): void {
    isExact = false;
    const binned = numbersOf(summary['bins']);
    if (binned?.length !== counts.length) {
      unbinned += count;
      // Nobody counted them; that there is one is certain.
      outside += [min, max].filter(isOutside).length;
      return;
    }
    for (const [bin, some] of binned.entries()) increase(counts, bin, some);
    outside += numberOf(summary['outside']) ?? 0;
  }

  return {
    addValue(value) {
      moments.addValue(value);
      countValue(value);
    },
    addMissing(count) {
      missing += count;
    },
    addSummary(summary, rows) {
      const some = momentsOf(summary);
      missing += Math.max(rows - some.count, 0);
      moments.add(some);
      if (some.count <= 2) countFew(some);
      else countMany(some, summary);
    },
    total: () => ({
      moments: moments.total(),
      missing,
      outside,
      bins: counts,
      atEdges: isExact ? atEdges : undefined,
      unbinned,
    }),
  };
}

function momentsOf(summary: Fields): Moments {
  const [count = 0, mean = 0, std = 0, min = 0, max = 0] = ['count', 'mean', 'std', 'min', 'max'].map(
    (name) => numberOf(summary[name]),
  );
  return { count, mean, std, min, max };
}

function increase(counts: number[], index: number, by: number): void {
  counts[index] = (counts[index] ?? 0) + by;
}
