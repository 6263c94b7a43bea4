import { ServingError } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { writeNested, writeNestedRow } from '../../core/tensor-json';
import type { TfsForm } from './request';

/** The output tensors of a run, in the order they are answered. */
export type OutputList = readonly (readonly [name: string, tensor: Tensor])[];

/**
 * Writes the answer of TensorFlow Serving's `:predict`: `{"predictions": […]}` by row, `{"outputs": …}` by column.
 * The name of an only output is left out. Strings of an output whose name ends in `_bytes` are `{"b64": "…"}`.
 *
 * Unlike TensorFlow Serving, which writes the bare tokens NaN and Infinity that JSON does not have, NaN is written as
 * null and the infinities as strings.
 *
 * @throws {ServingError} `invalid-request` by row, where the outputs have not the same number of rows.
 */
export function encodeTfs(form: TfsForm, outputs: OutputList): string {
  return form === 'row' ? writePredictions(outputs) : `{"outputs":${writeColumns(outputs)}}`;
}

/** The outputs of a run, readable row by row. */
export interface OutputRows {
  readonly count: number;
  /** One JSON value for each row: an object of the outputs, or the bare value of an only output. */
  writeRow(row: number): string;
}

/**
 * Reads outputs by row.
 *
 * @throws {ServingError} `invalid-request` where the outputs have not the same number of rows.
 */
export function readOutputRows(outputs: OutputList): OutputRows {
  const count = countRows(outputs);
  const [first, ...others] = outputs;
  if (first !== undefined && others.length === 0) {
    const [name, tensor] = first;
    return { count, writeRow: (row) => writeRowOf(name, tensor, row) };
  }
  const members = outputs.map(([name, tensor]) => ({ name, tensor, key: JSON.stringify(name) }));
  return {
    count,
    writeRow(row) {
      const values = members.map(({ name, tensor, key }) => `${key}:${writeRowOf(name, tensor, row)}`);
      return `{${values.join(',')}}`;
    },
  };
}

function writePredictions(outputs: OutputList): string {
  const { count, writeRow } = readOutputRows(outputs);
  return `{"predictions":[${Array.from({ length: count }, (_, row) => writeRow(row)).join(',')}]}`;
}

function writeColumns(outputs: OutputList): string {
  const columns = outputs.map(([name, tensor]) => writeColumn(name, tensor));
  if (columns.length === 1) return columns.join('');
  const members = columns.map((column, index) => `${JSON.stringify(outputs[index]?.[0])}:${column}`);
  return `{${members.join(',')}}`;
}

function countRows(outputs: OutputList): number {
  const [first] = outputs;
  const count = first?.[1].dims[0] ?? 0;
  for (const [name, { dims }] of outputs) {
    if (dims[0] === count) continue;
    const shapes = first?.[0] === name ? '' : `"${first?.[0]}" [${first?.[1].dims.join(',')}] and `;
    throw new ServingError(
      'invalid-request',
      `expected outputs of equally many rows, got ${shapes}"${name}" [${dims.join(',')}]; {"inputs": …} asks for them by column`,
    );
  }
  return count;
}

function writeRowOf(name: string, tensor: Tensor, row: number): string {
  return isBytes(name, tensor) ? writeBytes(rowOf(tensor, row)) : writeNestedRow(tensor, row);
}

function writeColumn(name: string, tensor: Tensor): string {
  return isBytes(name, tensor) ? writeBytes(tensor) : writeNested(tensor);
}

type StringTensor = Extract<Tensor, { type: 'string' }>;

function isBytes(name: string, tensor: Tensor): tensor is StringTensor {
  return tensor.type === 'string' && name.endsWith('_bytes');
}

function rowOf({ type, dims, data }: StringTensor, row: number): StringTensor {
  const rest = dims.slice(1);
  const width = rest.reduce((product, size) => product * size, 1);
  return { type, dims: rest, data: data.slice(row * width, (row + 1) * width) };
}

function writeBytes(tensor: StringTensor): string {
  const { dims, data } = tensor;
  if (dims.length === 0) return `{"b64":"${Buffer.from(data[0] ?? '', 'utf8').toString('base64')}"}`;
  const rows = Array.from({ length: dims[0] ?? 0 }, (_, row) => writeBytes(rowOf(tensor, row)));
  return `[${rows.join(',')}]`;
}
