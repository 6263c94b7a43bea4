import { ServingError } from '../../core/errors';
import type { NamedTensors, Tensor } from '../../core/tensor';
import { writeFlat } from '../../core/tensor-json';
import { writeBinary } from './binary';
import { classify } from './classification';
import { OIP_DATATYPES } from './metadata';
import type { OipOutput, OipRequest } from './request';

/** What a run gave, and which model ran. */
export interface OipAnswer {
  readonly modelName: string;
  readonly modelVersion: string;
  /** At least the outputs that the request asks for. */
  readonly outputs: NamedTensors;
  /** Labels of a classification model; a classification with as many scores shows them. */
  readonly classes?: readonly string[];
}

/** An answer as it goes onto the wire. */
export interface OipBody {
  readonly body: string | Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Encodes the answer to an inference request: JSON, or JSON and the bytes of the outputs that were asked for so.
 *
 * @throws {ServingError} `inference-failed` when the run did not give an output.
 */
export function encodeOip({ id, outputs }: OipRequest, answer: OipAnswer): OipBody {
  const binary: Buffer[] = [];
  const texts = outputs.map((output) => writeOutput(output, resultOf(output, answer), binary));
  const start = id === undefined ? '' : `"id":${JSON.stringify(id)},`;
  const model = `"model_name":${JSON.stringify(answer.modelName)},"model_version":${JSON.stringify(answer.modelVersion)}`;
  const json = `{${start}${model},"outputs":[${texts.join(',')}]}`;
  // The content type has no charset: one client takes an answer for JSON only when it is exactly this.
  if (binary.every(({ length }) => length === 0)) {
    return { body: json, headers: { 'content-type': 'application/json' } };
  }
  const header = Buffer.from(json);
  return {
    body: Buffer.concat([header, ...binary]),
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(header.length),
    },
  };
}

function resultOf({ name, classification }: OipOutput, { outputs, classes }: OipAnswer): Tensor {
  const tensor = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
  if (tensor === undefined) {
    throw new ServingError('inference-failed', `expected output "${name}" from the model, got nothing`);
  }
  return classification === undefined ? tensor : classify(tensor, classification, classes ? { classes } : {});
}

/** Writes the JSON of one output; its bytes, where it is binary, go to the end of `binary`. */
function writeOutput({ name, binary: isBinary }: OipOutput, tensor: Tensor, binary: Buffer[]): string {
  const shape = tensor.dims.join(',');
  const start = `{"name":${JSON.stringify(name)},"datatype":"${OIP_DATATYPES[tensor.type]}","shape":[${shape}]`;
  if (!isBinary) return `${start},"data":${writeFlat(tensor)}}`;
  const bytes = writeBinary(tensor);
  binary.push(bytes);
  return `${start},"parameters":{"binary_data_size":${bytes.length}}}`;
}
