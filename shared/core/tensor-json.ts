import { shortestFloat32 } from './float32';
import { invalidAt } from './invalid';
import { describeValue } from './schema-error';
import { allocateData, type DataType, type Tensor, type TensorData } from './tensor';
import { elementReader, elementWriter, expectedElement, FLOAT_LIMITS } from './tensor-element';

/** Shape of nested JSON arrays, by the first element at each level; `[]` for a scalar. */
export function shapeOf(values: unknown): number[] {
  const shape: number[] = [];
  for (let level = values; Array.isArray(level); level = level[0]) shape.push(level.length);
  return shape;
}

/** Elements of a tensor of these dims: their product, 1 for a scalar. Beyond 2^53 it is not exact. */
export function countElements(dims: readonly number[]): number {
  // A zero anywhere means none, even beside sizes whose product would overflow to infinity.
  return dims.includes(0) ? 0 : dims.reduce((product, size) => product * size, 1);
}

/**
 * Decodes JSON values as a tensor of `dims`, row-major. They are either all in one flat list or nested as deep as
 * `dims` are long; a scalar may stand alone. Nothing is allocated for more elements than were sent.
 *
 * @param pointer JSON Pointer of the values in the body; it starts every error.
 * @throws {ServingError} `validation-failed`: wrong count, ragged nesting, an element of the wrong type or range.
 */
export function decodeTensor(
  type: DataType,
  dims: readonly number[],
  values: unknown,
  pointer: string,
): Tensor {
  const list = dims.length === 0 && !Array.isArray(values) ? [values] : values;
  if (!Array.isArray(list)) throw invalidAt(pointer, `expected an array, got ${describeValue(values)}`);
  const isNested = dims.length > 1 && Array.isArray(list[0]);
  if (isNested) checkNesting(list, dims, 0, pointer);
  else checkCount(list, dims, pointer);
  const data = allocateData(type, countElements(dims));
  const refused = isNested ? fillNested(type, data, list, dims.length) : fill(type, data, list, 0);
  if (refused === undefined) return { type, dims, data } as Tensor;
  const at = isNested ? indicesOf(refused.at, dims).join('/') : `${refused.at}`;
  const got = describeValue(refused.value);
  throw invalidAt(
    list === values ? `${pointer}/${at}` : pointer,
    `expected ${expectedElement(type)}, got ${got}`,
  );
}

/** Writes all elements as one flat JSON list, row-major: `[0.97,2]`. */
export function writeFlat({ type, data }: Tensor): string {
  return writeLevel(type, data, [data.length], 0);
}

/** Rows of axis 0, `end` exclusive. */
interface RowRange {
  /** @default 0 */
  readonly start?: number;
  /** @default the size of axis 0 */
  readonly end?: number;
}

/** Writes a tensor, or some rows of it, as nested JSON lists: `[[1,2],[3,4]]`. A scalar is written bare. */
export function writeNested(
  { type, dims, data }: Tensor,
  { start = 0, end = dims[0] ?? 1 }: RowRange = {},
): string {
  const width = countElements(dims.slice(1));
  const taken = dims.length === 0 ? dims : [end - start, ...dims.slice(1)];
  return writeLevel(type, data, taken, start * width);
}

/** Writes one row of axis 0 as nested JSON lists, without that axis: row 1 of `[[1,2],[3,4]]` is `[3,4]`. */
export function writeNestedRow({ type, dims, data }: Tensor, row: number): string {
  const rest = dims.slice(1);
  return writeLevel(type, data, rest, row * countElements(rest));
}

function checkCount(list: readonly unknown[], dims: readonly number[], pointer: string): void {
  const count = countElements(dims);
  if (list.length === count) return;
  throw invalidAt(pointer, `expected ${count} values for shape [${dims.join(',')}], got ${list.length}`);
}

/** Looks at the lists only, not at their elements: a lie about the shape must not cost the memory it asks for. */
function checkNesting(list: unknown, dims: readonly number[], axis: number, pointer: string): void {
  const size = dims[axis] as number;
  if (!Array.isArray(list))
    throw invalidAt(pointer, `expected an array of ${size}, got ${describeValue(list)}`);
  if (list.length !== size) {
    throw invalidAt(pointer, `expected ${size} values for shape [${dims.join(',')}], got ${list.length}`);
  }
  if (axis + 1 === dims.length) return;
  for (let i = 0; i < size; i++) checkNesting(list[i], dims, axis + 1, `${pointer}/${i}`);
}

/** A value that does not fit, and its place in row-major order. */
interface Refused {
  readonly at: number;
  readonly value: unknown;
}

/** @returns the first element that does not fit. */
function fill(
  type: DataType,
  data: TensorData,
  list: readonly unknown[],
  start: number,
): Refused | undefined {
  const read = elementReader(type);
  // Indexed loops: this runs once for every number of every request.
  let i = type === 'float32' || type === 'float64' ? fillNumbers(data, list, start, FLOAT_LIMITS[type]) : 0;
  for (; i < list.length; i++) {
    if (!read(data, start + i, list[i])) return { at: start + i, value: list[i] };
  }
  return undefined;
}

/** Copies until a value is no plain number, and says where that was. */
function fillNumbers(data: TensorData, list: readonly unknown[], start: number, limit: number): number {
  const numbers = data as Float32Array;
  for (let i = 0; i < list.length; i++) {
    const value = list[i];
    if (typeof value !== 'number' || !(value < limit && value > -limit)) return i;
    numbers[start + i] = value;
  }
  return list.length;
}

function fillNested(
  type: DataType,
  data: TensorData,
  list: readonly unknown[],
  rank: number,
): Refused | undefined {
  // The nesting was checked, so `rank - 1` levels are lists of equal length.
  const rows = (rank === 2 ? list : list.flat(rank - 2)) as readonly unknown[][];
  let start = 0;
  for (const row of rows) {
    const refused = fill(type, data, row, start);
    if (refused !== undefined) return refused;
    start += row.length;
  }
  return undefined;
}

function indicesOf(at: number, dims: readonly number[]): number[] {
  let rest = at;
  return dims
    .toReversed()
    .map((size) => {
      const index = rest % size;
      rest = (rest - index) / size;
      return index;
    })
    .reverse();
}

function writeLevel(type: DataType, data: TensorData, dims: readonly number[], start: number): string {
  const [size, ...rest] = dims;
  if (size === undefined) return elementWriter(type)(data, start);
  if (rest.length === 0) return writeList(type, data, start, start + size);
  const width = countElements(rest);
  const parts: string[] = [];
  for (let i = 0; i < size; i++) parts.push(writeLevel(type, data, rest, start + i * width));
  return `[${parts.join(',')}]`;
}

function writeList(type: DataType, data: TensorData, start: number, end: number): string {
  const plain = type === 'float32' || type === 'float64' ? plainNumbers(type, data, start, end) : undefined;
  // It writes a list of numbers in half the time that joining them takes.
  if (plain !== undefined) return JSON.stringify(plain);
  if (start === end) return '[]';
  const write = elementWriter(type);
  let list = write(data, start);
  for (let i = start + 1; i < end; i++) list += `,${write(data, i)}`;
  return `[${list}]`;
}

/** @returns undefined when a number is one that `JSON.stringify` would change: NaN, an infinity, minus zero. */
function plainNumbers(
  type: 'float32' | 'float64',
  data: TensorData,
  start: number,
  end: number,
): number[] | undefined {
  const numbers = data as Float32Array | Float64Array;
  const plain: number[] = [];
  for (let i = start; i < end; i++) {
    const value = numbers[i] as number;
    if (!Number.isFinite(value) || (value === 0 && 1 / value < 0)) return undefined;
    plain.push(type === 'float32' ? shortestFloat32(value) : value);
  }
  return plain;
}
