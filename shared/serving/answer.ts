import { ServingError } from '../core/errors';
import type { HttpResponse } from '../core/http';
import { writeError } from '../protocol/error-shape';
import type { Exchange } from './exchange';

const JSON_HEADERS = { 'content-type': 'application/json' };

/** An answer whose whole body is at hand. */
export type WholeResponse = HttpResponse & { readonly body: string | Uint8Array };

/** Answers with JSON that is already written. */
export function answerText(body: string): WholeResponse {
  return { status: 200, headers: JSON_HEADERS, body };
}

/** Answers with a value as JSON. */
export function answerJson(value: unknown): WholeResponse {
  return answerText(JSON.stringify(value));
}

/**
 * Answers with an error in the words of the protocol that the request speaks. What this package did not foresee is
 * told to the log and not to the caller.
 */
export function answerError(
  thrown: unknown,
  { protocol, requestId }: Pick<Exchange, 'protocol' | 'requestId'>,
): WholeResponse {
  const error =
    thrown instanceof ServingError
      ? thrown
      : new ServingError('internal', 'an unexpected error happened; its cause is in the log of this service');
  return writeError(protocol, error, requestId);
}
