import { isUtf8 } from 'node:buffer';
import { invalidAt } from '../../core/invalid';
import { formatSpec, type Signature, type TensorSpec } from '../../core/signature';
import type { NamedTensors, Tensor } from '../../core/tensor';
import { ELEMENT_BYTES, readBinary } from './binary';

/**
 * Reads a body that is the data of the only input, without any JSON: `Inference-Header-Content-Length: 0`. Its
 * shape follows from the number of bytes; a string stands for itself, without its length.
 *
 * @throws {ServingError} `validation-failed` when the shape cannot be told.
 */
export function readRawInput(body: Buffer, { inputs }: Signature): NamedTensors {
  const [spec] = inputs;
  if (spec === undefined || inputs.length > 1) {
    throw invalidAt('', `expected a model with 1 input for a request without JSON, it has ${inputs.length}`);
  }
  if (body.length === 0) throw invalidAt('', `expected the bytes of ${formatSpec(spec)}, got none`);
  if (spec.type === 'string') return { [spec.name]: readRawString(body, spec) };
  const dims = rawDims(spec, ELEMENT_BYTES[spec.type], body.length);
  return { [spec.name]: readBinary(spec.type, dims, body, '') };
}

function readRawString(body: Buffer, spec: TensorSpec): Tensor {
  if (spec.shape.some((size) => typeof size === 'number' && size !== 1)) {
    throw invalidAt(
      '',
      `expected an input of one string for a request without JSON, it is ${formatSpec(spec)}`,
    );
  }
  if (!isUtf8(body)) throw invalidAt('', 'expected UTF-8');
  return { type: 'string', dims: spec.shape.map(() => 1), data: [body.toString('utf8')] };
}

function rawDims(spec: TensorSpec, elementBytes: number, bytes: number): number[] {
  const free = spec.shape.filter((size) => typeof size === 'string').length;
  // With two unknown sizes the first is the batch, and this request is one row of it.
  const shape = free === 2 && typeof spec.shape[0] === 'string' ? [1, ...spec.shape.slice(1)] : spec.shape;
  if (shape.filter((size) => typeof size === 'string').length > 1) {
    throw invalidAt(
      '',
      `expected at most one size to tell from ${bytes} bytes, the input is ${formatSpec(spec)}`,
    );
  }
  const step = shape.reduce<number>(
    (product, size) => (typeof size === 'number' ? product * size : product),
    elementBytes,
  );
  if (free > 0 && (step === 0 || bytes % step !== 0)) {
    throw invalidAt('', `expected a multiple of ${step} bytes for ${formatSpec(spec)}, got ${bytes}`);
  }
  return shape.map((size) => (typeof size === 'number' ? size : bytes / step));
}
