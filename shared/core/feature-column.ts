import { columnsOf, placeOf, type TabularManifest } from './manifest';
import type { NamedTensors, Tensor } from './tensor';

/** Where the values of one feature lie: `data[offset + row * stride]`. */
export interface NumberColumn {
  readonly data: ArrayLike<number>;
  readonly offset: number;
  readonly stride: number;
}

/** The values of a feature that is a number; undefined for one that is none, or is not there. */
export function locateNumbers(
  manifest: TabularManifest,
  inputs: NamedTensors,
  index: number,
): NumberColumn | undefined {
  const column = locate(manifest, inputs, index);
  if (column === undefined) return undefined;
  const { type, data } = column.tensor;
  if (type === 'string' || type === 'bool') return undefined;
  // Every value came from a JSON number, so none is too large for one.
  const numbers = type === 'int64' || type === 'uint64' ? Array.from(data, Number) : data;
  return { data: numbers, offset: column.offset, stride: column.stride };
}

/** The values of a feature that is a text or a truth value; undefined for one that is neither. */
export function locateTexts(
  manifest: TabularManifest,
  inputs: NamedTensors,
  index: number,
): { readonly type: 'string' | 'bool'; readonly values: readonly string[] } | undefined {
  const column = locate(manifest, inputs, index);
  if (column === undefined) return undefined;
  const { tensor, offset, stride } = column;
  const { type, data } = tensor;
  if (type !== 'string' && type !== 'bool') return undefined;
  const values: string[] = [];
  for (let at = offset; at < data.length; at += stride) {
    values.push(type === 'bool' ? String(data[at] === 1) : String(data[at]));
  }
  return { type, values };
}

/** The first rows whose values lie outside a range, as many as asked for. */
export function rowsOutside(
  range: readonly [number, number],
  { data, offset, stride }: NumberColumn,
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

interface Column {
  readonly tensor: Tensor;
  readonly offset: number;
  readonly stride: number;
}

function locate(manifest: TabularManifest, inputs: NamedTensors, index: number): Column | undefined {
  const feature = manifest.features[index];
  const place = feature && placeOf(manifest, feature);
  const tensor: Tensor | undefined = place && inputs[place.input.name];
  if (place === undefined || tensor === undefined) return undefined;
  return { tensor, offset: place.column, stride: columnsOf(place.input) ?? 1 };
}
