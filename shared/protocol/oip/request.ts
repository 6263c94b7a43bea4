import { ServingError } from '../../core/errors';
import { invalidAt } from '../../core/invalid';
import { quote } from '../../core/schema-error';
import { formatSpec, type Signature, type TensorSpec } from '../../core/signature';
import type { NamedTensors } from '../../core/tensor';
import { parseTensorJson } from '../../core/tensor-body';
import { createBinaryReader } from './binary';
import { type Fields, readArray, readObject, readParameters, readString } from './fields';
import { readInputs } from './input';
import { readRawInput } from './raw';

/** One output that a request asks for. */
export interface OipOutput {
  readonly name: string;
  /** Whether its data follows the JSON as bytes. */
  readonly binary: boolean;
  /** How many of the highest scores of each row to give, as text, instead of the tensor; at least 1. */
  readonly classification?: number;
}

/** An inference request in our terms. */
export interface OipRequest {
  readonly id?: string;
  readonly inputs: NamedTensors;
  /** As they were asked for and in that order; all outputs in model order where none were. */
  readonly outputs: readonly OipOutput[];
}

/**
 * Decodes the body of `POST /v2/models/{name}/infer`, in JSON or with the binary tensor data extension.
 *
 * @param headerLength the `Inference-Header-Content-Length` header, undefined when absent.
 * @throws {ServingError} `invalid-json`, `invalid-encoding`, `invalid-request` for the header, `validation-failed`.
 * @see https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 * @see https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */
export function decodeOip(body: Buffer, headerLength: string | undefined, signature: Signature): OipRequest {
  const length = headerLength === undefined ? body.length : jsonLength(headerLength, body.length);
  if (headerLength !== undefined && length === 0) {
    const outputs = signature.outputs.map(({ name }) => ({ name, binary: true }));
    return { inputs: readRawInput(body, signature), outputs };
  }
  const fields = readObject(parseTensorJson(body.subarray(0, length)), '');
  const outputs = readOutputs(fields, signature);
  const binary = createBinaryReader(body.subarray(length));
  const inputs = readInputs(fields['inputs'], signature, binary);
  binary.end();
  return { ...readId(fields), inputs, outputs };
}

function jsonLength(headerLength: string, bodyLength: number): number {
  const length = /^\d{1,15}$/.test(headerLength) ? Number(headerLength) : Number.NaN;
  if (length <= bodyLength) return length;
  const expected = `expected Inference-Header-Content-Length from 0 to the ${bodyLength} bytes of the body`;
  throw new ServingError('invalid-request', `${expected}, got ${quote(headerLength)}`);
}

function readId({ id }: Fields): { id?: string } {
  return id === undefined || id === null ? {} : { id: readString(id, '/id') };
}

function readOutputs(fields: Fields, signature: Signature): OipOutput[] {
  const { binary_data_output: binary = false } = readParameters(fields['parameters'], '/parameters');
  const asked = readArray(fields['outputs'] ?? [], '/outputs');
  if (asked.length === 0) return signature.outputs.map(({ name }) => ({ name, binary }));
  const names = new Set<string>();
  return asked.map((value, index) => {
    const pointer = `/outputs/${index}`;
    const output = readOutput(readObject(value, pointer), signature, { binary, pointer });
    if (names.has(output.name))
      throw invalidAt(`${pointer}/name`, `expected each output once, got ${quote(output.name)} again`);
    names.add(output.name);
    return output;
  });
}

interface OutputContext {
  /** What the request says for outputs that say nothing. */
  readonly binary: boolean;
  readonly pointer: string;
}

function readOutput(fields: Fields, signature: Signature, { binary, pointer }: OutputContext): OipOutput {
  const name = readString(fields['name'], `${pointer}/name`);
  const spec = signature.outputs.find((candidate) => candidate.name === name);
  if (spec === undefined) {
    const names = signature.outputs.map((output) => `"${output.name}"`).join(', ');
    throw invalidAt(`${pointer}/name`, `expected one of the outputs ${names}, got ${quote(name)}`);
  }
  const at = `${pointer}/parameters`;
  const { binary_data = binary, classification = 0 } = readParameters(fields['parameters'], at);
  if (classification === 0) return { name, binary: binary_data };
  if (!hasScores(spec)) {
    const detail = `expected an output with a row of scores to classify, "${name}" is ${formatSpec(spec)}`;
    throw invalidAt(`${at}/classification`, detail);
  }
  return { name, binary: binary_data, classification };
}

/** One number for each row is no row of scores: the rows of the batch would be ranked against each other. */
function hasScores({ type, shape }: TensorSpec): boolean {
  if (type === 'string' || type === 'bool' || shape.length === 0) return false;
  return shape.length > 1 || typeof shape[0] === 'number';
}
