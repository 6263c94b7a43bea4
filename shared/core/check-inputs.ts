import { type FieldError, ServingError } from './errors';
import { quote } from './schema-error';
import { formatSpec, type Signature, type TensorSpec } from './signature';
import type { NamedTensors, Tensor } from './tensor';

/**
 * Checks that tensors are the inputs of a model: every one, no others, each of its type and rank, with the sizes
 * that the model fixes. ONNX Runtime would ignore a surplus input silently and fail late on the rest.
 *
 * @param pointerOf JSON Pointer of an input in the body; it is asked for missing inputs too.
 * @throws {ServingError} `validation-failed`, its `errors` naming every defect.
 */
export function checkInputs(
  signature: Signature,
  inputs: NamedTensors,
  pointerOf: (name: string) => string,
): void {
  const errors = [
    ...signature.inputs.flatMap((spec) => checkInput(signature, spec, own(inputs, spec.name), pointerOf)),
    ...unknownNames(signature, inputs).map((name) => ({
      pointer: pointerOf(name),
      detail: `${expectedInputs(signature)}, got ${quote(name)}`,
    })),
  ];
  const [first] = errors;
  if (first === undefined) return;
  const message = first.pointer === '' ? first.detail : `${first.pointer}: ${first.detail}`;
  const detail = errors.length === 1 ? message : `${errors.length} things do not fit; the first: ${message}`;
  throw new ServingError('validation-failed', detail, { errors });
}

/** A tensor by its name, which may be one that every object inherits, such as `constructor`. */
function own(inputs: NamedTensors, name: string): Tensor | undefined {
  return Object.hasOwn(inputs, name) ? inputs[name] : undefined;
}

/** Says which inputs a model has: `expected the inputs "X" float32[N,4]`. */
export function expectedInputs({ inputs }: Signature): string {
  const names = inputs.map((spec) => `"${spec.name}" ${formatSpec(spec)}`).join(', ');
  return `expected the input${inputs.length === 1 ? '' : 's'} ${names || '(none)'}`;
}

function checkInput(
  signature: Signature,
  spec: TensorSpec,
  tensor: Tensor | undefined,
  pointerOf: (name: string) => string,
): FieldError[] {
  const detail =
    tensor === undefined
      ? `${expectedInputs(signature)}, "${spec.name}" is missing`
      : describeMisfit(spec, tensor);
  return detail === undefined ? [] : [{ pointer: pointerOf(spec.name), detail }];
}

function describeMisfit(spec: TensorSpec, { type, dims }: Tensor): string | undefined {
  const start = `input "${spec.name}"`;
  if (type !== spec.type) return `${start}: expected type ${spec.type}, got ${type}`;
  if (dims.length !== spec.shape.length) {
    return `${start}: expected ${spec.shape.length} dimensions [${spec.shape.join(',')}], got ${dims.length} [${dims.join(',')}]`;
  }
  const axis = spec.shape.findIndex((size, at) => typeof size === 'number' && size !== dims[at]);
  if (axis === -1) return undefined;
  return `${start}: expected size ${spec.shape[axis]} in dimension ${axis}, got ${dims[axis]}`;
}

function unknownNames(signature: Signature, inputs: NamedTensors): string[] {
  const known = new Set(signature.inputs.map(({ name }) => name));
  return Object.keys(inputs).filter((name) => !known.has(name));
}
