import { allocateData, type NamedTensors, type Tensor, type TensorData } from './tensor';

/**
 * Joins calls along axis 0 into one: for each name `[n1, …d]`, `[n2, …d]` → `[n1 + n2, …d]`. All calls have the
 * same names, types and trailing dims; nothing is modified.
 *
 * @see https://onnx.ai/onnx/operators/onnx__Concat.html
 */
export function concatRows(calls: readonly NamedTensors[]): NamedTensors {
  const [first = {}] = calls;
  return Object.fromEntries(
    Object.keys(first).map((name) => [name, concat(calls.map((call) => call[name] as Tensor))]),
  );
}

function concat(parts: readonly Tensor[]): Tensor {
  const [{ type, dims }] = parts as [Tensor];
  const length = parts.reduce((sum, part) => sum + part.data.length, 0);
  const rows = parts.reduce((sum, part) => sum + (part.dims[0] ?? 0), 0);
  const data = allocateData(type, length);
  let at = 0;
  for (const part of parts) {
    copyInto(data, part.data, at);
    at += part.data.length;
  }
  return { type, dims: [rows, ...dims.slice(1)], data } as Tensor;
}

function copyInto(target: TensorData, source: TensorData, at: number): void {
  if (Array.isArray(target)) {
    for (let i = 0; i < source.length; i++) target[at + i] = source[i] as string;
  } else {
    // Both have the type that the caller vouches for.
    (target as Float32Array).set(source as Float32Array, at);
  }
}

/**
 * Takes rows `start` to `end` (exclusive) of each tensor. The data is a view, not a copy.
 *
 * @returns undefined where a tensor has not `total` rows, so that it cannot be told whose they are.
 */
export function sliceRows(
  tensors: NamedTensors,
  start: number,
  end: number,
  total: number,
): NamedTensors | undefined {
  const slices: Record<string, Tensor> = {};
  for (const [name, { type, dims, data }] of Object.entries(tensors)) {
    if (dims[0] !== total) return undefined;
    const width = data.length / total;
    const part = Array.isArray(data)
      ? data.slice(start * width, end * width)
      : data.subarray(start * width, end * width);
    slices[name] = { type, dims: [end - start, ...dims.slice(1)], data: part } as Tensor;
  }
  return slices;
}
