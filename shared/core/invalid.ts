import { ServingError } from './errors';

/**
 * The error for one thing that does not fit the model. An error body of one string has no place for a pointer, so
 * the message starts with it.
 *
 * @param pointer RFC 6901 JSON Pointer into the body; empty for the body itself.
 * @param detail what was expected and what came.
 */
export function invalidAt(pointer: string, detail: string): ServingError {
  const message = pointer === '' ? detail : `${pointer}: ${detail}`;
  return new ServingError('validation-failed', message, { errors: [{ pointer, detail }] });
}
