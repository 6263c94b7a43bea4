import { invalidAt } from '../core/invalid';
import { describeValue, quote } from '../core/schema-error';
import type { Signature } from '../core/signature';
import type { NamedTensors } from '../core/tensor';
import { readInstances } from './tfs/request';
import { stackRows } from './tfs/rows';

/** A prediction request as Vertex AI sends it to a container. */
export interface VertexRequest {
  readonly instances: readonly unknown[];
  /** `parameters.outputs`: the outputs to answer with, at least one. Undefined for all of them. */
  readonly outputs?: readonly string[];
  /** `parameters.model_version`: a version or an alias. */
  readonly version?: string;
}

/**
 * Reads `{"instances": […], "parameters": {…}}`. Parameters other than those two are for others to know.
 *
 * @throws {ServingError} `validation-failed`
 * @see https://cloud.google.com/vertex-ai/docs/predictions/custom-container-requirements
 */
export function readVertex(body: unknown): VertexRequest {
  if (typeof body !== 'object' || body === null || !('instances' in body))
    throw invalidAt('', `expected an object with "instances", got ${describeValue(body)}`);
  const instances = readInstances(body.instances);
  const parameters = 'parameters' in body ? body.parameters : undefined;
  const outputs = readOutputs(parameters);
  const version = readVersion(parameters);
  return { instances, ...(outputs && { outputs }), ...(version !== undefined && { version }) };
}

function readVersion(parameters: unknown): string | undefined {
  const version = isObject(parameters) ? parameters['model_version'] : undefined;
  if (version === undefined || typeof version === 'string') return version;
  throw invalidAt(
    '/parameters/model_version',
    `expected a version or an alias, got ${describeValue(version)}`,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The input tensors of a request to a model without features: each instance is one row, as in TensorFlow Serving.
 *
 * @throws {ServingError} `validation-failed`
 */
export function toInputs({ instances }: VertexRequest, signature: Signature): NamedTensors {
  return stackRows(signature, instances, (row) => `/instances/${row}`);
}

/**
 * The names of the outputs to answer with, in the order asked for, else in the order of the model.
 *
 * @throws {ServingError} `validation-failed` where one is not an output of the model, or is asked for twice.
 */
export function outputsOf(request: VertexRequest, signature: Signature): readonly string[] {
  const known = signature.outputs.map(({ name }) => name);
  const { outputs = known } = request;
  outputs.forEach((name, index) => {
    const pointer = `/parameters/outputs/${index}`;
    if (!known.includes(name)) {
      const names = known.map((output) => `"${output}"`).join(', ');
      throw invalidAt(pointer, `expected one of ${names}, got ${quote(name)}`);
    }
    if (outputs.indexOf(name) < index)
      throw invalidAt(pointer, `expected each output once, got ${quote(name)} twice`);
  });
  return outputs;
}

function readOutputs(parameters: unknown): readonly string[] | undefined {
  if (parameters === undefined || parameters === null) return undefined;
  if (typeof parameters !== 'object' || Array.isArray(parameters))
    throw invalidAt('/parameters', `expected an object, got ${describeValue(parameters)}`);
  const outputs = 'outputs' in parameters ? parameters.outputs : undefined;
  if (outputs === undefined || outputs === null) return undefined;
  if (!Array.isArray(outputs))
    throw invalidAt('/parameters/outputs', `expected an array, got ${describeValue(outputs)}`);
  outputs.forEach((name: unknown, index) => {
    if (typeof name === 'string') return;
    throw invalidAt(`/parameters/outputs/${index}`, `expected a string, got ${describeValue(name)}`);
  });
  return outputs.length === 0 ? undefined : outputs;
}
