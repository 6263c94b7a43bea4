import type { ErrorObject } from 'ajv';
import type { FieldError } from './errors';

/** Says in words what a JSON Schema validator found: where, what was expected and what came. */
export function describeSchemaError(error: ErrorObject, root: unknown): FieldError {
  const pointer = error.instancePath;
  const got = describeValue(valueAt(root, pointer));
  const { keyword, params } = error;
  switch (keyword) {
    case 'required':
      return { pointer, detail: `expected a member "${params['missingProperty']}", which is missing` };
    case 'additionalProperties':
      return {
        pointer: `${pointer}/${escapePointer(params['additionalProperty'])}`,
        detail: 'this member is not known here',
      };
    case 'type':
      return { pointer, detail: `expected ${[params['type']].flat().join(' or ')}, got ${got}` };
    case 'enum':
      return { pointer, detail: `expected one of ${params['allowedValues'].join(', ')}, got ${got}` };
    case 'const':
      return { pointer, detail: `expected ${JSON.stringify(params['allowedValue'])}, got ${got}` };
    case 'pattern':
      return { pointer, detail: `expected a string that matches ${params['pattern']}, got ${got}` };
    default:
      return { pointer, detail: `${error.message ?? keyword}, got ${got}` };
  }
}

/** Names a value for an error message: its kind, and the value itself where it is short. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return `the string ${quote(value)}`;
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number beyond what a double can hold';
  return `the ${typeof value} ${String(value)}`;
}

/** A caller's own text in quotes, cut to what an answer or a log entry can bear. */
export function quote(text: string): string {
  return JSON.stringify(shorten(text, 40));
}

/** Cuts a text to a number of characters, the last of which then shows that something is missing. */
export function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** Escapes one reference token of a JSON Pointer (RFC 6901, section 3); one that is absurdly long is cut. */
export function escapePointer(token: string): string {
  return shorten(token, 128).replaceAll('~', '~0').replaceAll('/', '~1');
}

function valueAt(root: unknown, pointer: string): unknown {
  if (pointer === '') return root;
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, token) => (value as Record<string, unknown> | undefined)?.[token], root);
}
