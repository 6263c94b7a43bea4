import { ServingError } from '../core/errors';

/** A member of what came as JSON; undefined where it is no object, or has none of that name. */
export function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  // Own members of an object can be read by their names.
  return (value as Record<string, unknown>)[name];
}

/**
 * The text at a path into an answer of the API.
 *
 * @throws {ServingError} `store-unavailable` if there is none.
 */
export function textAt(answer: unknown, ...path: readonly string[]): string {
  const value = path.reduce(memberOf, answer);
  if (typeof value === 'string' && value !== '') return value;
  throw new ServingError('store-unavailable', `expected "${path.join('.')}" in the tracking server's answer`);
}
