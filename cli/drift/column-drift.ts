import type { CategoryBaseline, NumberBaseline } from '../../shared/core/baseline';
import { binsOf } from '../../shared/core/baseline';
import type { Moments } from '../../shared/core/moments';
import { short } from '../report-text';
import { type ChiSquaredResult, testHomogeneity } from '../statistics/chi-squared';
import { testExcess } from '../statistics/proportions';
import { stabilityIndex } from '../statistics/stability-index';
import { type BinGroup, groupBins } from './bin-groups';
import type { LiveCategories } from './category-tally';
import { type DistributionDistance, measureDistance } from './distribution-distance';
import type { LiveNumbers } from './number-tally';

/** A share of rows that should be small, and how likely so many are where nothing has changed. */
export interface RowShare {
  readonly share: number;
  /** What it was in training. */
  readonly baseline: number;
  readonly pValue: number;
}

/** One bar of a histogram: rows of training and of the log that have the same name, or lie in the same bin. */
export interface Bar {
  readonly name: string;
  readonly expected: number;
  readonly actual: number;
}

/** How one column of live rows differs from the same of the training rows. */
export interface ColumnDrift {
  readonly name: string;
  readonly kind: 'number' | 'category';
  /** Values that were compared. */
  readonly values: number;
  readonly bars: readonly Bar[];
  /** Population stability index; undefined where nothing could be compared. */
  readonly psi: number | undefined;
  readonly chiSquared: ChiSquaredResult | undefined;
  readonly ks: DistributionDistance | undefined;
  readonly missing: RowShare | undefined;
  readonly outside: RowShare | undefined;
  readonly moments: { readonly baseline: Omit<Moments, 'count'>; readonly live: Moments } | undefined;
  /** Values that are in no bin, because their entries have no bins. */
  readonly unbinned: number;
}

/** Compares a number with its baseline, which was made of so many rows. */
export function compareNumbers(
  name: string,
  { baseline, rows }: { readonly baseline: NumberBaseline; readonly rows: number },
  live: LiveNumbers,
): ColumnDrift {
  const bins = binsOf(baseline, rows);
  const groups = bins === undefined ? [] : groupBins(bins, live.bins);
  const seen = live.moments.count + live.missing;
  const trained = bins === undefined ? rows : sum(bins.counts);
  const { mean, std, min, max } = baseline;
  return {
    name,
    kind: 'number',
    values: live.moments.count,
    bars: groups.map(({ expected, actual, ...group }) => ({ name: nameOf(group), expected, actual })),
    ...testCells(groups),
    ks: bins && measureDistance(bins, live),
    missing: seen === 0 ? undefined : missingShare(live.missing, seen, { missing: rows - trained, rows }),
    outside: live.moments.count === 0 ? undefined : outsideShare(live, rows),
    moments: { baseline: { mean, std, min, max }, live: live.moments },
    unbinned: live.unbinned,
  };
}

/** Compares a text, a truth value or a class with its baseline, which was made of so many rows. */
export function compareCategories(
  name: string,
  { baseline, rows }: { readonly baseline: CategoryBaseline; readonly rows: number },
  live: LiveCategories,
): ColumnDrift {
  const bars = barsOf(baseline, live);
  const values = sum(bars.map(({ actual }) => actual));
  const missing = rows - sum(Object.values(baseline.categories));
  const seen = values + live.missing;
  return {
    name,
    kind: 'category',
    values,
    bars,
    ...testCells(poolRare(bars)),
    ks: undefined,
    missing: seen === 0 ? undefined : missingShare(live.missing, seen, { missing, rows }),
    outside: undefined,
    moments: undefined,
    unbinned: 0,
  };
}

interface Cell {
  readonly expected: number;
  readonly actual: number;
}

function testCells(cells: readonly Cell[]): Pick<ColumnDrift, 'psi' | 'chiSquared'> {
  const expected = cells.map((cell) => cell.expected);
  const actual = cells.map((cell) => cell.actual);
  if (sum(expected) === 0 || sum(actual) === 0) return { psi: undefined, chiSquared: undefined };
  return { psi: stabilityIndex(expected, actual), chiSquared: testHomogeneity(expected, actual) };
}

/** The chance is that of one more missing row than there was (Laplace's rule of succession): none seen is not never. */
function missingShare(
  count: number,
  seen: number,
  { missing, rows }: { readonly missing: number; readonly rows: number },
): RowShare {
  const chance = (missing + 1) / (rows + 2);
  return {
    share: count / seen,
    baseline: missing / rows,
    pValue: testExcess({ count, of: seen }, chance),
  };
}

/** A new value of a continuous variable is beyond all of `rows` others with a probability of `2 / (rows + 1)`. */
function outsideShare({ outside, moments: { count } }: LiveNumbers, rows: number): RowShare {
  const pValue = testExcess({ count: outside, of: count }, Math.min(2 / (rows + 1), 1));
  return { share: outside / count, baseline: 0, pValue };
}

function barsOf({ categories }: CategoryBaseline, { counts, other }: LiveCategories): Bar[] {
  const bars = Object.entries(categories).map(([name, expected]) => ({
    name,
    expected,
    actual: counts.get(name) ?? 0,
  }));
  return other === 0 ? bars : [...bars, { name: '(other)', expected: 0, actual: other }];
}

/** Fewer rows than this in training are too few for a chi-squared test (Cochran, 1954). */
const LEAST_ROWS = 5;

/** Takes together what was rare in training, and what was never seen there. */
function poolRare(bars: readonly Bar[]): Cell[] {
  const common = bars.filter(({ expected }) => expected >= LEAST_ROWS);
  const rare = bars.filter(({ expected }) => expected < LEAST_ROWS);
  const pooled = {
    expected: sum(rare.map(({ expected }) => expected)),
    actual: sum(rare.map(({ actual }) => actual)),
  };
  return rare.length === 0 ? common : [...common, pooled];
}

function nameOf({ above, upTo }: Pick<BinGroup, 'above' | 'upTo'>): string {
  if (above === undefined) return upTo === undefined ? 'any' : `up to ${short(upTo)}`;
  return upTo === undefined ? `above ${short(above)}` : `${short(above)} to ${short(upTo)}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
