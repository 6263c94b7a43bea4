import { checkInputs } from '../../core/check-inputs';
import { ServingError } from '../../core/errors';
import { invalidAt } from '../../core/invalid';
import { describeValue, escapePointer, quote } from '../../core/schema-error';
import type { Signature, TensorSpec } from '../../core/signature';
import type { NamedTensors, Tensor } from '../../core/tensor';
import { decodeTensor, shapeOf } from '../../core/tensor-json';

/**
 * Stacks rows into the input tensors of a model: each row is one element of axis 0, `[4]` and `[4]` → `[2, 4]`. The
 * rows of a model with one input may be bare values; otherwise each is an object of all inputs by name. The first row
 * decides which, and what shape the others have.
 *
 * @param rows at least one.
 * @param pointerOf the JSON Pointer of a row in the request's body.
 * @throws {ServingError} `validation-failed`
 */
export function stackRows(
  signature: Signature,
  rows: readonly unknown[],
  pointerOf: (row: number) => string,
): NamedTensors {
  const named = isNamed(rows[0]);
  if (!named) checkOneInput(signature, rows[0], pointerOf(0));
  for (let row = 0; row < rows.length; row++) checkRow(signature, rows[row], named, () => pointerOf(row));
  const memberOf = (name: string) => (named ? `/${escapePointer(name)}` : '');
  const stacks = signature.inputs.map((spec): [string, Tensor] => {
    const values = named ? rows.map((row) => (row as Record<string, unknown>)[spec.name]) : rows;
    return [spec.name, stack(spec, values, (row) => pointerOf(row) + memberOf(spec.name))];
  });
  const inputs = Object.fromEntries(stacks);
  checkInputs(signature, inputs, (name) => pointerOf(0) + memberOf(name));
  return inputs;
}

/** Says whether a value holds inputs by name; `{"b64": "…"}` is a value of a string tensor. */
export function isNamed(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !('b64' in value && typeof value.b64 === 'string' && Object.keys(value).length === 1);
}

/**
 * Refuses an object that does not hold exactly the inputs of a model.
 *
 * @throws {ServingError} `validation-failed`
 */
export function checkNames(
  { inputs }: Signature,
  value: Readonly<Record<string, unknown>>,
  pointer: string,
): void {
  const missing = inputs.find(({ name }) => !Object.hasOwn(value, name));
  if (missing !== undefined)
    throw invalidAt(pointer, `expected a member ${quote(missing.name)}, which is missing`);
  const unknown = Object.keys(value).find((key) => !inputs.some(({ name }) => name === key));
  if (unknown === undefined) return;
  throw invalidAt(
    `${pointer}/${escapePointer(unknown)}`,
    `expected ${listNames(inputs)}, got ${quote(unknown)}`,
  );
}

/**
 * Refuses a bare value where a model has several inputs.
 *
 * @throws {ServingError} `validation-failed`
 */
export function checkOneInput({ inputs }: Signature, value: unknown, pointer: string): void {
  if (inputs.length === 1) return;
  throw invalidAt(pointer, `expected an object of ${listNames(inputs)}, got ${describeValue(value)}`);
}

function listNames(inputs: readonly TensorSpec[]): string {
  const names = inputs.map(({ name }) => `"${name}"`).join(', ');
  return inputs.length === 1 ? `the input ${names}` : `the inputs ${names}`;
}

function checkRow(signature: Signature, row: unknown, named: boolean, pointer: () => string): void {
  if (isNamed(row)) {
    if (!named) throw invalidAt(pointer(), 'expected a value without a name, like the first, got an object');
    checkNames(signature, row, pointer());
    return;
  }
  if (named) throw invalidAt(pointer(), `expected an object, like the first, got ${describeValue(row)}`);
}

function stack(spec: TensorSpec, values: readonly unknown[], pointerOf: (row: number) => string): Tensor {
  try {
    return decodeTensor(spec.type, shapeOf(values), values, '');
  } catch (error) {
    throw error instanceof ServingError ? atRow(error, pointerOf) : error;
  }
}

/** The same error at its place in the body: the values were taken out of their rows to be decoded in one go. */
function atRow(error: ServingError, pointerOf: (row: number) => string): ServingError {
  const [{ pointer, detail } = { pointer: '', detail: error.message }] = error.errors;
  const [, row = '0', rest = ''] = /^\/(\d+)(.*)$/s.exec(pointer) ?? [];
  return invalidAt(pointerOf(Number(row)) + rest, detail);
}
