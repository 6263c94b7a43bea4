import { checkInputs } from '../../core/check-inputs';
import { invalidAt } from '../../core/invalid';
import { describeValue } from '../../core/schema-error';
import { formatSpec, type Signature, type TensorSpec } from '../../core/signature';
import { allocateData, type DataType, type NamedTensors, type Tensor } from '../../core/tensor';
import { stackRows } from '../tfs/rows';
import { isJson, isNumberText, readNumber } from './request';

/** Tensors of the calls of a remote function. */
export interface BigQueryTensors {
  /** One row of axis 0 for each call that has one; without any member where none has. */
  readonly inputs: NamedTensors;
  /** The call that a row came from. A call with a NULL has no row and is answered with NULL. */
  readonly callOf: readonly number[];
}

type Call = readonly unknown[];

/**
 * Makes the calls rows of a model without features. A call is one JSON argument of nested numbers (or of an object of
 * several inputs), one BYTES argument of little-endian elements, or the elements of a row as so many arguments. The first
 * call decides which.
 *
 * @throws {ServingError} `validation-failed`
 */
export function toTensor(signature: Signature, calls: readonly Call[]): BigQueryTensors {
  const callOf = [...calls.keys()].filter((index) => calls[index]?.includes(null) === false);
  const kept = callOf.map((index) => calls[index] as Call);
  const [first] = kept;
  if (first === undefined) return { inputs: {}, callOf: [] };
  const [only, ...others] = signature.inputs;
  const spec = others.length === 0 ? only : undefined;
  const inputs =
    spec !== undefined && isBytes(spec, first)
      ? bytesToTensors(signature, spec, { calls: kept, callOf })
      : valuesToTensors(signature, spec, { calls: kept, callOf });
  return { inputs, callOf };
}

/** The calls without NULL, and which they were. */
interface KeptCalls {
  readonly calls: readonly Call[];
  readonly callOf: readonly number[];
}

/** With one element in a row a text may also be its number, which is never as long as its bytes in base64. */
function isBytes({ type, shape }: TensorSpec, [argument, ...others]: Call): boolean {
  if (typeof argument !== 'string' || others.length > 0 || type === 'string') return false;
  const isScalar = shape.slice(1).every((size) => size === 1);
  return !(isScalar && isNumberText(argument));
}

function valuesToTensors(
  signature: Signature,
  spec: TensorSpec | undefined,
  { calls, callOf }: KeptCalls,
): NamedTensors {
  const isList = (call: Call) => call.length !== 1 || (spec?.shape.length !== 1 && !isJson(call[0]));
  const rows = calls.map((call) => {
    const values = spec === undefined || spec.type === 'string' ? call : call.map(toNumber(spec.type));
    return isList(call) ? values : values[0];
  });
  return stackRows(signature, rows, (row) => {
    const pointer = `/calls/${callOf[row]}`;
    return isList(calls[row] ?? []) ? pointer : `${pointer}/0`;
  });
}

function toNumber(type: DataType): (value: unknown) => unknown {
  return (value) => (typeof value === 'string' ? readNumber(value, type) : value);
}

function bytesToTensors(signature: Signature, spec: TensorSpec, { calls, callOf }: KeptCalls): NamedTensors {
  const pointerOf = (row: number) => `/calls/${callOf[row]}/0`;
  const rows = calls.map((call, row) => readBytes(call, pointerOf(row)));
  const dims = rowDims(spec, rows[0]?.length ?? 0, pointerOf(0));
  const data = allocateData(spec.type, rows.length * product(dims));
  if (Array.isArray(data)) throw new TypeError('strings have no bytes of their own here');
  const rowBytes = product(dims) * data.BYTES_PER_ELEMENT;
  const target = new Uint8Array(data.buffer);
  rows.forEach((bytes, row) => {
    if (bytes.length !== rowBytes) throw wrongLength(spec, pointerOf(row), { rowBytes, got: bytes.length });
    // Little-endian on the wire, and so is every processor that ONNX Runtime for Node is built for.
    target.set(spec.type === 'bool' ? bytes.map((byte) => (byte === 0 ? 0 : 1)) : bytes, row * rowBytes);
  });
  // The data was allocated for this type.
  const inputs = { [spec.name]: { type: spec.type, dims: [rows.length, ...dims], data } as Tensor };
  checkInputs(signature, inputs, () => pointerOf(0));
  return inputs;
}

function readBytes([argument, ...others]: Call, pointer: string): Buffer {
  if (others.length > 0)
    throw invalidAt(pointer, `expected one argument, like the first call, got ${others.length + 1}`);
  if (typeof argument !== 'string')
    throw invalidAt(pointer, `expected base64 text, like the first call, got ${describeValue(argument)}`);
  if (argument.length % 4 === 0 && BASE64.test(argument)) return Buffer.from(argument, 'base64');
  throw invalidAt(pointer, `expected base64 (RFC 4648), got ${describeValue(argument)}`);
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The dims of a row: of those that the model leaves open, the length of the bytes gives one. */
function rowDims(spec: TensorSpec, byteCount: number, pointer: string): number[] {
  const sizes = spec.shape.slice(1);
  const known = product(sizes.filter((size) => typeof size === 'number'));
  const open = sizes.filter((size) => typeof size === 'string').length;
  if (open > 1)
    throw invalidAt(pointer, `expected a JSON argument for ${formatSpec(spec)}: bytes do not tell its shape`);
  const elements = byteCount / bytesPerElement(spec.type);
  const rest = elements / known;
  if (open === 1 && !Number.isInteger(rest))
    throw wrongLength(spec, pointer, { rowBytes: known * bytesPerElement(spec.type), got: byteCount });
  return sizes.map((size) => (typeof size === 'number' ? size : rest));
}

function bytesPerElement(type: DataType): number {
  const data = allocateData(type, 0);
  return Array.isArray(data) ? 1 : data.BYTES_PER_ELEMENT;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}

function wrongLength(
  spec: TensorSpec,
  pointer: string,
  { rowBytes, got }: { readonly rowBytes: number; readonly got: number },
) {
  const multiple = spec.shape.slice(1).some((size) => typeof size === 'string') ? 'equal multiples of ' : '';
  return invalidAt(
    pointer,
    `expected ${multiple}${rowBytes} bytes for a row of ${formatSpec(spec)}, got ${got}`,
  );
}
