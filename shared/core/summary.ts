import { binOf, binsOf, isNumberBaseline, type NumberBaseline } from './baseline';
import { locateNumbers, locateTexts, type NumberColumn, rowsOutside } from './feature-column';
import { shortestFloat32 } from './float32';
import type { Feature, TabularManifest } from './manifest';
import type { NamedTensors } from './tensor';

/** Summary of numbers over the rows of a request: those of one feature, or what was predicted. */
export interface NumberSummary {
  readonly count: number;
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
  /** How many lay in each bin of the baseline. Absent for one or two values: those are `min` and `max`. */
  readonly bins?: readonly number[];
  /** How many lay outside the range seen in training. Absent for one or two values, and for none. */
  readonly outside?: number;
}

/** Summary of a text or a truth value over the rows of a request. */
export interface CategorySummary {
  readonly count: number;
  /** How many rows had which of the known values. */
  readonly categories: Readonly<Record<string, number>>;
  /** How many rows had another. */
  readonly other?: number;
}

export type FeatureSummary = NumberSummary | CategorySummary;

/**
 * Summarises every feature: numbers, where what is not finite is left out of the count; truth values; and texts, where
 * the manifest names the values that there are.
 */
export function summarise(manifest: TabularManifest, inputs: NamedTensors): Record<string, FeatureSummary> {
  const summaries: Record<string, FeatureSummary> = {};
  manifest.features.forEach((feature, index) => {
    const summary = summariseFeature(manifest, inputs, index);
    if (summary !== undefined) summaries[feature.name] = summary;
  });
  return summaries;
}

/**
 * Summarises numbers that lie side by side.
 *
 * @param rows how many rows the baseline was made of.
 */
export function summariseNumbers(
  data: ArrayLike<number>,
  baseline: NumberBaseline | undefined,
  rows: number,
): NumberSummary {
  const bins = baseline && binsOf(baseline, rows);
  return summariseColumn({ data, offset: 0, stride: 1 }, { edges: bins?.edges });
}

function summariseFeature(
  manifest: TabularManifest,
  inputs: NamedTensors,
  index: number,
): FeatureSummary | undefined {
  const { name, range, categories } = manifest.features[index] as Feature;
  const baseline = manifest.baseline?.features[name];
  const numbers = locateNumbers(manifest, inputs, index);
  if (numbers !== undefined) {
    const bins =
      baseline && isNumberBaseline(baseline) ? binsOf(baseline, manifest.baseline?.rows ?? 0) : undefined;
    return summariseColumn(numbers, { edges: bins?.edges, range });
  }
  const texts = locateTexts(manifest, inputs, index);
  if (texts === undefined) return undefined;
  if (texts.type === 'bool') return countTexts(texts.values, ['true', 'false']);
  const seen = baseline && !isNumberBaseline(baseline) ? Object.keys(baseline.categories) : undefined;
  const known = categories ?? seen;
  return known && countTexts(texts.values, known);
}

/** What values are held against. */
interface Expected {
  readonly edges?: readonly number[] | undefined;
  readonly range?: readonly [number, number] | undefined;
}

function summariseColumn(column: NumberColumn, { edges, range }: Expected): NumberSummary {
  const moments = describeColumn(column);
  if (moments.count <= 2) return moments;
  const outside = range === undefined ? 0 : rowsOutside(range, column, moments.count).length;
  return {
    ...moments,
    ...(edges && { bins: countBins(column, edges) }),
    ...(outside > 0 && { outside }),
  };
}

function describeColumn({ data, offset, stride }: NumberColumn): NumberSummary {
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
  const std = Math.sqrt(squares / count);
  return { count, mean: shortestFloat32(mean), std, min: shortestFloat32(min), max: shortestFloat32(max) };
}

function countBins({ data, offset, stride }: NumberColumn, edges: readonly number[]): number[] {
  // As for ranges: a float32 of 5.1 is at most an edge of 5.1 only if that is rounded too.
  const rounded = data instanceof Float32Array ? Float32Array.from(edges) : edges;
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (let at = offset; at < data.length; at += stride) {
    const value = data[at] as number;
    if (!Number.isFinite(value)) continue;
    const bin = binOf(rounded, value);
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

function countTexts(texts: readonly string[], known: readonly string[]): CategorySummary {
  const counts = new Map(known.map((name) => [name, 0]));
  let other = 0;
  for (const text of texts) {
    const count = counts.get(text);
    if (count === undefined) other++;
    else counts.set(text, count + 1);
  }
  const seen = [...counts].filter(([, count]) => count > 0);
  return { count: texts.length, categories: Object.fromEntries(seen), ...(other > 0 && { other }) };
}
