import type { Manifest } from '../../shared/core/manifest';
import type { Signature, TensorSpec } from '../../shared/core/signature';
import type { DataType } from '../../shared/core/tensor';
import { formatJson } from '../manifest';

/** Where a model lies among the artifacts of a run that logged it. */
export interface LoggedModel {
  readonly runId: string;
  /** Folder below the artifacts of the run. */
  readonly path: string;
  /** ISO 8601, in UTC. */
  readonly createdAt: string;
}

/**
 * The text of the file `MLmodel`, by which MLflow knows a folder as a model and how it is loaded: as the ONNX flavour,
 * and through that as a Python function. It is YAML, of which JSON is a part.
 *
 * @see https://mlflow.org/docs/latest/ml/model/#model-format
 */
export function writeModelFile(manifest: Manifest, logged: LoggedModel): string {
  return formatJson(describeModel(manifest, logged));
}

/** What `MLmodel` says, which the API takes as JSON too. */
export function describeModel({ artifact, signature }: Manifest, { runId, path, createdAt }: LoggedModel) {
  const { file: data, bytes } = artifact;
  return {
    artifact_path: path,
    run_id: runId,
    utc_time_created: createdAt.replace('T', ' ').replace('Z', ''),
    model_size_bytes: bytes,
    flavors: {
      onnx: { data, providers: ['CPUExecutionProvider'] },
      python_function: { loader_module: 'mlflow.onnx', data },
    },
    ...(signature && { signature: describeSignature(signature) }),
  };
}

/** MLflow keeps each side of a signature as JSON in a text. */
function describeSignature({ inputs, outputs }: Signature) {
  return {
    inputs: JSON.stringify(inputs.map(describeTensor)),
    outputs: JSON.stringify(outputs.map(describeTensor)),
  };
}

function describeTensor({ name, type, shape }: TensorSpec) {
  const dims = shape.map((size) => (typeof size === 'number' ? size : ANY_SIZE));
  return { name, type: 'tensor', 'tensor-spec': { dtype: NUMPY_TYPES[type] ?? type, shape: dims } };
}

const ANY_SIZE = -1;

/** NumPy's names where they are not ours. */
const NUMPY_TYPES: Partial<Record<DataType, string>> = { string: 'str' };
