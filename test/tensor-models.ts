import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TensorSpec } from '../shared/core/signature';
import type { DataType } from '../shared/core/tensor';
import { encodeModel } from '../shared/onnx/encode';

/** Every datatype that a tensor of this package can have. */
export const DATA_TYPES: readonly DataType[] = [
  'float32',
  'float64',
  'float16',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
  'string',
];

/** The ONNX file of a model that gives its input `x` back as `y`. */
export function identityModel(type: DataType, shape: TensorSpec['shape']): Uint8Array {
  return encodeModel({
    name: 'identity',
    producer: 'test',
    operatorSets: { '': 17 },
    signature: { inputs: [{ name: 'x', type, shape }], outputs: [{ name: 'y', type, shape }] },
    nodes: [{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }],
  });
}

/** The ONNX file of a model that multiplies its input `x` by a matrix that takes so many bytes. */
export function weightyModel(bytes: number): Uint8Array {
  const rows = 1_000;
  const columns = Math.round(bytes / rows / Float32Array.BYTES_PER_ELEMENT);
  const data = Float32Array.from({ length: rows * columns }, (_, index) => Math.sin(index));
  return encodeModel({
    name: 'weighty',
    producer: 'test',
    operatorSets: { '': 17 },
    signature: {
      inputs: [{ name: 'x', type: 'float32', shape: ['N', rows] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['N', columns] }],
    },
    nodes: [{ operator: 'MatMul', inputs: ['x', 'W'], outputs: ['y'] }],
    initializers: { W: { type: 'float32', dims: [rows, columns], data } },
  });
}

/** A registry in a temporary folder, of models whose manifests name nothing but the artifact. */
export interface TensorRegistry {
  readonly root: string;
  remove(): void;
}

/** Makes a registry of ONNX files: version 1.0.0 of each name. */
export function createTensorRegistry(models: Readonly<Record<string, Uint8Array>>): TensorRegistry {
  const root = mkdtempSync(join(tmpdir(), 'tensor-registry-'));
  for (const [name, bytes] of Object.entries(models)) publish(join(root, name, '1.0.0'), name, bytes);
  return { root, remove: () => rmSync(root, { recursive: true }) };
}

function publish(folder: string, name: string, bytes: Uint8Array): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.onnx'), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const artifact = { file: 'model.onnx', bytes: bytes.length, sha256 };
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ schema_version: 1, name, version: '1.0.0', artifact }),
  );
}
