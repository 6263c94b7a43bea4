import type { Signature, TensorSpec } from '../../core/signature';
import type { DataType } from '../../core/tensor';

/** The name that the Open Inference Protocol has for each element type. */
export const OIP_DATATYPES = {
  float16: 'FP16',
  float32: 'FP32',
  float64: 'FP64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  bool: 'BOOL',
  string: 'BYTES',
} as const satisfies Record<DataType, string>;

/** Extensions of the protocol that are served, by the names that Triton advertises them with. */
const EXTENSIONS = ['binary_tensor_data', 'classification', 'model_repository', 'parameters'] as const;

/** Body of `GET /v2`. */
export function oipServerMetadata(version: string): object {
  return { name: 'onnx-functions', version, extensions: EXTENSIONS };
}

/** What the metadata of a model is made of. */
export interface OipModel {
  readonly name: string;
  /** Versions that a URL may name. */
  readonly versions: readonly string[];
  readonly signature: Signature;
}

/** Body of `GET /v2/models/{name}`. */
export function oipModelMetadata({ name, versions, signature }: OipModel): object {
  return {
    name,
    versions,
    platform: 'onnxruntime_onnx',
    inputs: signature.inputs.map(tensorMetadata),
    outputs: signature.outputs.map(tensorMetadata),
  };
}

/** The protocol writes a size that is known only when run as -1. */
function tensorMetadata({ name, type, shape }: TensorSpec): object {
  return {
    name,
    datatype: OIP_DATATYPES[type],
    shape: shape.map((size) => (typeof size === 'number' ? size : -1)),
  };
}
