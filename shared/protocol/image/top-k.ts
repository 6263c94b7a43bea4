import { invalidAt } from '../../core/invalid';
import { describeValue } from '../../core/schema-error';

/**
 * Reads how many classes to answer with: a whole number, as JSON or as the text of a query or form. More than there
 * are classes is no error: all are answered then.
 *
 * @param value undefined where the caller said nothing.
 * @param where a JSON Pointer, or in words what has none.
 * @returns undefined where the caller said nothing.
 * @throws {ServingError} `validation-failed`
 */
export function readTopK(value: unknown, where: string): number | undefined {
  if (value === undefined) return undefined;
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 1) return number;
  const detail = `expected a whole number of at least 1, got ${describeValue(value)}`;
  throw where.startsWith('/') ? invalidAt(where, detail) : invalidAt('', `${where}: ${detail}`);
}
