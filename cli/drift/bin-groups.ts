import type { Bins } from '../../shared/core/baseline';

/** Neighbouring bins taken together. */
export interface BinGroup {
  /** Values above this; undefined for the first group. */
  readonly above: number | undefined;
  /** Values of at most this; undefined for the last group. */
  readonly upTo: number | undefined;
  readonly expected: number;
  readonly actual: number;
}

/** The stability index is judged by thresholds that are meant for about ten bins. */
const GROUPS = 10;

/** A chi-squared test means nothing with a handful of rows in a cell (Cochran, 1954). */
const LEAST_ROWS = 5;

/** Takes bins together until each group has a tenth of the baseline, as far as equal values allow. */
export function groupBins({ edges, counts }: Bins, live: readonly number[]): BinGroup[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const least = Math.max(total / GROUPS, LEAST_ROWS);
  const groups: BinGroup[] = [];
  let open: BinGroup = { above: undefined, upTo: undefined, expected: 0, actual: 0 };
  counts.forEach((count, bin) => {
    const upTo = edges[bin];
    open = { ...open, upTo, expected: open.expected + count, actual: open.actual + (live[bin] ?? 0) };
    if (open.expected < least) return;
    groups.push(open);
    open = { above: upTo, upTo: undefined, expected: 0, actual: 0 };
  });
  const last = groups.pop();
  // What is left over is too little for a group of its own.
  if (last === undefined) return [{ ...open, upTo: undefined }];
  const rest = { expected: last.expected + open.expected, actual: last.actual + open.actual };
  return [...groups, { ...last, ...rest, upTo: undefined }];
}
