import { checkInputs } from '../../core/check-inputs';
import { invalidAt } from '../../core/invalid';
import { describeValue, escapePointer } from '../../core/schema-error';
import type { Signature, TensorSpec } from '../../core/signature';
import type { NamedTensors, Tensor } from '../../core/tensor';
import { decodeTensor, shapeOf } from '../../core/tensor-json';
import { checkNames, checkOneInput, isNamed, stackRows } from './rows';

/** How a body of TensorFlow Serving lays out its tensors: an object for each row, or one list for each tensor. */
export type TfsForm = 'row' | 'columnar';

/** A decoded `:predict` request. Its answer has the same form. */
export interface TfsRequest {
  readonly form: TfsForm;
  readonly inputs: NamedTensors;
}

/**
 * Decodes the body of TensorFlow Serving's `:predict`: `{"instances": […]}` by row or `{"inputs": …}` by column.
 * Values are nested as deep as the tensor; the first at each level says how long the others are.
 *
 * @param body as `parseTensorJson` gives it.
 * @throws {ServingError} `validation-failed`
 * @see https://www.tensorflow.org/tfx/serving/api_rest#predict_api
 */
export function decodeTfs(body: unknown, signature: Signature): TfsRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalidAt('', `expected an object with "instances" or "inputs", got ${describeValue(body)}`);
  if ('signature_name' in body) checkSignatureName(body.signature_name);
  if ('instances' in body && !('inputs' in body)) {
    const instances = readInstances(body.instances);
    return { form: 'row', inputs: stackRows(signature, instances, (row) => `/instances/${row}`) };
  }
  if ('inputs' in body && !('instances' in body))
    return { form: 'columnar', inputs: decodeColumns(signature, body.inputs) };
  throw invalidAt(
    '',
    `expected either "instances" or "inputs", got ${'inputs' in body ? 'both' : 'neither'}`,
  );
}

/**
 * Takes the rows of an `instances` member.
 *
 * @throws {ServingError} `validation-failed` unless there is at least one.
 */
export function readInstances(instances: unknown): readonly unknown[] {
  if (!Array.isArray(instances))
    throw invalidAt('/instances', `expected an array, got ${describeValue(instances)}`);
  if (instances.length === 0) throw invalidAt('/instances', 'expected at least one instance, got none');
  return instances;
}

/** A model here has one signature, which clients call by TensorFlow's default name or not at all. */
function checkSignatureName(name: unknown): void {
  if (name === '' || name === 'serving_default') return;
  throw invalidAt('/signature_name', `expected the string "serving_default", got ${describeValue(name)}`);
}

function decodeColumns(signature: Signature, columns: unknown): NamedTensors {
  const named = isNamed(columns);
  if (named) checkNames(signature, columns, '/inputs');
  else checkOneInput(signature, columns, '/inputs');
  const pointerOf = (name: string) => (named ? `/inputs/${escapePointer(name)}` : '/inputs');
  const inputs = Object.fromEntries(
    signature.inputs.map((spec) => {
      const values = named ? columns[spec.name] : columns;
      return [spec.name, decodeColumn(spec, values, pointerOf(spec.name))];
    }),
  );
  checkInputs(signature, inputs, pointerOf);
  return inputs;
}

function decodeColumn({ type }: TensorSpec, values: unknown, pointer: string): Tensor {
  return decodeTensor(type, shapeOf(values), values, pointer);
}
