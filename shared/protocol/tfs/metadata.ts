import type { Signature, TensorSpec } from '../../core/signature';
import type { DataType } from '../../core/tensor';

/** The life of a model version, as `ModelVersionStatus.State` of TensorFlow Serving names it. */
export type TfsState = 'UNKNOWN' | 'START' | 'LOADING' | 'AVAILABLE' | 'UNLOADING' | 'END';

interface ModelStatus {
  readonly name: string;
  readonly versions: readonly { readonly version: string; readonly state: TfsState }[];
  /** Whether a prediction would be answered now. */
  readonly ready: boolean;
}

/**
 * The answer of `GET /v1/models/{model}`: what TensorFlow Serving and KServe's V1 protocol each send there, in one
 * object, because clients of both ask at the same address.
 */
export function tfsStatus({ name, versions, ready }: ModelStatus): object {
  return {
    name,
    ready,
    model_version_status: versions.map(({ version, state }) => ({
      version,
      state,
      status: { error_code: 'OK', error_message: '' },
    })),
  };
}

interface ModelMetadata {
  readonly name: string;
  readonly version: string;
  readonly signature: Signature;
}

/** The answer of `GET /v1/models/{model}/metadata`. */
export function tfsMetadata({ name, version, signature }: ModelMetadata): object {
  const servingDefault = {
    inputs: tensorInfos(signature.inputs),
    outputs: tensorInfos(signature.outputs),
    method_name: 'tensorflow/serving/predict',
  };
  return {
    model_spec: { name, signature_name: '', version },
    metadata: { signature_def: { signature_def: { serving_default: servingDefault } } },
  };
}

/** The names of `tensorflow/core/framework/types.proto`. */
const DTYPES: Readonly<Record<DataType, string>> = {
  float32: 'DT_FLOAT',
  float64: 'DT_DOUBLE',
  float16: 'DT_HALF',
  int8: 'DT_INT8',
  int16: 'DT_INT16',
  int32: 'DT_INT32',
  int64: 'DT_INT64',
  uint8: 'DT_UINT8',
  uint16: 'DT_UINT16',
  uint32: 'DT_UINT32',
  uint64: 'DT_UINT64',
  bool: 'DT_BOOL',
  string: 'DT_STRING',
};

function tensorInfos(specs: readonly TensorSpec[]): object {
  return Object.fromEntries(specs.map((spec) => [spec.name, tensorInfo(spec)]));
}

/** Sizes are int64, which protobuf writes as strings in JSON; a symbolic one is -1. */
function tensorInfo({ name, type, shape }: TensorSpec): object {
  const dim = shape.map((size) => ({ size: typeof size === 'number' ? `${size}` : '-1', name: '' }));
  return { dtype: DTYPES[type], tensor_shape: { dim, unknown_rank: false }, name };
}
