import type { FieldError } from './errors';
import { shortestFloat32 } from './float32';
import type { Feature, TabularManifest } from './manifest';
import { columnsOf, placeOf } from './manifest';
import { valuePointer } from './rows';
import type { NamedTensors, Tensor } from './tensor';

/** Summary of one feature over the rows of a request. */
export interface FeatureSummary {
  readonly count: number;
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
}

/** Most warnings that one answer lists. */
const MAX_WARNINGS = 100;

/** Where the values of one feature lie: `data[offset + row * stride]`. */
interface Strided {
  readonly data: ArrayLike<number>;
  readonly offset: number;
  readonly stride: number;
}

/** Summarises every numeric feature; values that are not finite are left out of the count. */
export function summarise(manifest: TabularManifest, inputs: NamedTensors): Record<string, FeatureSummary> {
  const summaries: Record<string, FeatureSummary> = {};
  manifest.features.forEach((feature, index) => {
    const values = locate(manifest, inputs, index);
    if (values !== undefined) summaries[feature.name] = summariseColumn(values);
  });
  return summaries;
}

/** Rows as they were sent, and where each lies in the body. */
interface SentRows {
  readonly rows: readonly unknown[];
  readonly pointerOf: (row: number) => string;
}

/** Says which values lie outside the range that the model was trained on. */
export function rangeWarnings(manifest: TabularManifest, inputs: NamedTensors, sent: SentRows): FieldError[] {
  const warnings: FieldError[] = [];
  manifest.features.forEach((feature, index) => {
    const values = feature.range && locate(manifest, inputs, index);
    if (feature.range === undefined || values === undefined) return;
    for (const row of rowsOutside(feature.range, values, MAX_WARNINGS - warnings.length)) {
      const value = values.data[values.offset + row * values.stride] as number;
      const pointer = valuePointer(sent.rows[row], sent.pointerOf(row), feature, index);
      warnings.push({ pointer, detail: describeOutside(feature, feature.range, value) });
    }
  });
  return warnings;
}

function rowsOutside(
  range: readonly [number, number],
  { data, offset, stride }: Strided,
  limit: number,
): number[] {
  // A float32 tensor holds 7.9 as 7.90000010, which is within [4.3, 7.9] only if the bounds are rounded too.
  const isFloat32 = data instanceof Float32Array;
  const min = isFloat32 ? Math.fround(range[0]) : range[0];
  const max = isFloat32 ? Math.fround(range[1]) : range[1];
  const rows: number[] = [];
  for (let at = offset, row = 0; at < data.length && rows.length < limit; at += stride, row++) {
    const value = data[at] as number;
    // NaN, a missing value, is neither.
    if (value < min || value > max) rows.push(row);
  }
  return rows;
}

function describeOutside(
  { name, unit }: Feature,
  [min, max]: readonly [number, number],
  value: number,
): string {
  return `"${name}" is ${shortestFloat32(value)}, outside ${min} to ${max}${unit === undefined ? '' : ` ${unit}`} seen in training`;
}

function locate(manifest: TabularManifest, inputs: NamedTensors, index: number): Strided | undefined {
  const feature = manifest.features[index];
  const place = feature && placeOf(manifest, feature);
  const tensor: Tensor | undefined = place && inputs[place.input.name];
  if (place === undefined || tensor === undefined) return undefined;
  const { type, data } = tensor;
  if (type === 'string' || type === 'bool') return undefined;
  // Every value came from a JSON number, so none is too large for one.
  const numbers = type === 'int64' || type === 'uint64' ? Array.from(data, Number) : data;
  return { data: numbers, offset: place.column, stride: columnsOf(place.input) ?? 1 };
}

function summariseColumn({ data, offset, stride }: Strided): FeatureSummary {
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
