import type { Feature, TabularManifest } from './manifest';
import { columnsOf, placeOf } from './manifest';
import { escapePointer } from './schema-error';
import { allocateData, type DataType, type NamedTensors, type Tensor, type TensorData } from './tensor';

/** Largest finite float32 (IEEE 754): a larger number would become infinite in the tensor. */
const MAX_FLOAT32 = 3.4028234663852886e38;

/** Most defects of a request that one answer lists. */
export const MAX_REPORTED = 100;

/** Turns the rows of a request into the input tensors of a tabular model. */
export interface RowDecoder {
  /**
   * Decodes rows in one pass. Each is `[v, …]` in feature order, `{name: v, …}`, or either of them under
   * `features`; forms may be mixed.
   *
   * @returns tensors of `rows.length` rows, or undefined if any row does not fit the model. What is wrong is
   *   then for `row-report.ts` to say: it costs far more, and a good request should not pay for it.
   */
  decode(rows: readonly unknown[]): NamedTensors | undefined;
}

/** Makes the decoder of a model from its manifest. */
export function createRowDecoder(manifest: TabularManifest): RowDecoder {
  const { inputs } = manifest.signature;
  const columns = manifest.features.map((feature) => toColumn(manifest, feature));
  return {
    decode(rows) {
      const data = inputs.map((spec) => allocateData(spec.type, rows.length * (columnsOf(spec) ?? 1)));
      for (let row = 0; row < rows.length; row++) {
        if (!writeRow(columns, data, row, rows[row])) return undefined;
      }
      return Object.fromEntries(
        inputs.map((spec, index) => [
          spec.name,
          { type: spec.type, dims: dimsOf(spec.shape, rows.length), data: data[index] } as Tensor,
        ]),
      );
    },
  };
}

/** The values of one row, whichever way it was written: by position, or by name. */
export function rowValues(row: unknown): readonly unknown[] | Readonly<Record<string, unknown>> | undefined {
  if (typeof row !== 'object' || row === null) return undefined;
  if (Array.isArray(row) || !('features' in row)) return row as Record<string, unknown>;
  const { features } = row;
  if (typeof features !== 'object' || features === null || Object.keys(row).length > 1) return undefined;
  return features as Record<string, unknown>;
}

/** The JSON Pointer of one feature's value within a row that the decoder accepted. */
export function valuePointer(row: unknown, rowPointer: string, feature: Feature, index: number): string {
  const values = rowValues(row);
  const base = values === row ? rowPointer : `${rowPointer}/features`;
  return `${base}/${Array.isArray(values) ? index : escapePointer(feature.name)}`;
}

type Write = (data: TensorData, at: number, value: unknown) => boolean;

interface Column {
  readonly name: string;
  readonly input: number;
  readonly width: number;
  readonly offset: number;
  readonly write: Write;
}

function toColumn(manifest: TabularManifest, feature: Feature): Column {
  const place = placeOf(manifest, feature);
  if (place === undefined) throw new TypeError(`feature "${feature.name}" has no input`);
  const { input, column } = place;
  return {
    name: feature.name,
    input: manifest.signature.inputs.indexOf(input),
    width: columnsOf(input) ?? 1,
    offset: column,
    write: writerOf(input.type, feature),
  };
}

function writeRow(
  columns: readonly Column[],
  data: readonly TensorData[],
  row: number,
  source: unknown,
): boolean {
  const values = rowValues(source);
  if (values === undefined) return false;
  const byPosition = Array.isArray(values);
  if (countKeys(values) !== columns.length) return false;
  // Indexed loops: this runs once for every number of every request.
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i] as Column;
    const value = byPosition ? values[i] : (values as Record<string, unknown>)[column.name];
    if (!column.write(data[column.input] as TensorData, row * column.width + column.offset, value))
      return false;
  }
  return true;
}

function countKeys(values: readonly unknown[] | Readonly<Record<string, unknown>>): number {
  if (Array.isArray(values)) return values.length;
  let count = 0;
  for (const _ in values) count++;
  return count;
}

function dimsOf(shape: readonly unknown[], rows: number): number[] {
  return shape.map((size, axis) => (axis === 0 ? rows : (size as number)));
}

function writerOf(type: DataType, feature: Feature): Write {
  const write = writerOfType(type, feature);
  if (feature.nullable !== true || (type !== 'float32' && type !== 'float64')) return write;
  return (data, at, value) => {
    if (value !== null) return write(data, at, value);
    (data as Float64Array)[at] = Number.NaN;
    return true;
  };
}

/** Smallest and largest value of each number type; integers beyond 2^53 would already be rounded by JSON. */
export const NUMBER_RANGES: Readonly<Partial<Record<DataType, readonly [min: number, max: number]>>> = {
  float32: [-MAX_FLOAT32, MAX_FLOAT32],
  float64: [-Number.MAX_VALUE, Number.MAX_VALUE],
  int8: [-128, 127],
  int16: [-32_768, 32_767],
  int32: [-2_147_483_648, 2_147_483_647],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint8: [0, 255],
  uint16: [0, 65_535],
  uint32: [0, 4_294_967_295],
  uint64: [0, Number.MAX_SAFE_INTEGER],
};

/** Whether numbers of a type must be whole. */
export function isIntegerType(type: DataType): boolean {
  return type.startsWith('int') || type.startsWith('uint');
}

function writerOfType(type: DataType, feature: Feature): Write {
  if (type === 'string') return textWriter(feature);
  if (type === 'bool') return writeBool;
  if (type === 'int64' || type === 'uint64') return bigWriter(type);
  const [min, max] = NUMBER_RANGES[type] as readonly [number, number];
  const mustBeWhole = isIntegerType(type);
  return (data, at, value) => {
    if (typeof value !== 'number' || !(value >= min && value <= max)) return false;
    if (mustBeWhole && !Number.isInteger(value)) return false;
    (data as Float32Array)[at] = value;
    return true;
  };
}

function bigWriter(type: 'int64' | 'uint64'): Write {
  return (data, at, value) => {
    if (!Number.isSafeInteger(value) || (type === 'uint64' && (value as number) < 0)) return false;
    (data as BigInt64Array)[at] = BigInt(value as number);
    return true;
  };
}

function textWriter(feature: Feature): Write {
  const categories = feature.categories && new Set(feature.categories);
  return (data, at, value) => {
    if (typeof value !== 'string' || categories?.has(value) === false) return false;
    (data as string[])[at] = value;
    return true;
  };
}

const writeBool: Write = (data, at, value) => {
  if (typeof value !== 'boolean') return false;
  (data as Uint8Array)[at] = value ? 1 : 0;
  return true;
};
