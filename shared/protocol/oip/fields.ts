import { invalidAt } from '../../core/invalid';
import { describeValue, escapePointer } from '../../core/schema-error';

/** An object of a body, its members not yet looked at. */
export type Fields = Readonly<Record<string, unknown>>;

/** @throws {ServingError} `validation-failed` unless the value is an object. */
export function readObject(value: unknown, pointer: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw invalidAt(pointer, `expected an object, got ${describeValue(value)}`);
}

/** @throws {ServingError} `validation-failed` unless the value is an array. */
export function readArray(value: unknown, pointer: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalidAt(pointer, `expected an array, got ${describeValue(value)}`);
}

/** @throws {ServingError} `validation-failed` unless the value is a string. */
export function readString(value: unknown, pointer: string): string {
  if (typeof value === 'string') return value;
  throw invalidAt(pointer, `expected a string, got ${describeValue(value)}`);
}

/** The parameters of a request, an input or an output that mean something here; others are ignored. */
export interface Parameters {
  readonly binary_data?: boolean;
  readonly binary_data_output?: boolean;
  /** Bytes. */
  readonly binary_data_size?: number;
  /** How many of the highest scores to give; 0 asks for none. */
  readonly classification?: number;
  readonly content_type?: string;
}

/**
 * Reads `parameters`. Absent ones may be null, as pydantic writes them.
 *
 * @throws {ServingError} `validation-failed` for a reserved parameter of the wrong type, and shared memory, which no caller of a function has.
 */
export function readParameters(value: unknown, pointer: string): Parameters {
  if (value === undefined || value === null) return {};
  const fields = Object.entries(readObject(value, pointer)).filter(([, member]) => member !== null);
  for (const [name, member] of fields) checkParameter(name, member, `${pointer}/${escapePointer(name)}`);
  // Every name of the type was checked to have its type.
  return Object.fromEntries(fields) as Parameters;
}

function checkParameter(name: string, value: unknown, pointer: string): void {
  if (name.startsWith('shared_memory_')) throw invalidAt(pointer, 'shared memory is not supported');
  const expected = RESERVED.get(name);
  // A parameter that means nothing here is no mistake, whatever it is.
  if (expected === undefined || expected.some((kind) => KINDS[kind](value))) return;
  throw invalidAt(pointer, `expected ${expected.join(' or ')}, got ${describeValue(value)}`);
}

const KINDS = {
  'a string': (value: unknown) => typeof value === 'string',
  'a boolean': (value: unknown) => typeof value === 'boolean',
  'a non-negative integer': (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0,
} as const;

/** Parameters with a type of their own in the protocol and its extensions, whether or not they mean something here. */
const RESERVED: ReadonlyMap<string, readonly (keyof typeof KINDS)[]> = new Map([
  ['binary_data', ['a boolean']],
  ['binary_data_output', ['a boolean']],
  ['binary_data_size', ['a non-negative integer']],
  ['classification', ['a non-negative integer']],
  ['content_type', ['a string']],
  ['sequence_id', ['a string', 'a non-negative integer']],
  ['sequence_start', ['a boolean']],
  ['sequence_end', ['a boolean']],
  ['priority', ['a non-negative integer']],
  ['timeout', ['a non-negative integer']],
]);
