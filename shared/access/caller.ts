import { ServingError } from '../core/errors';
import type { Rate } from './rate';

/** Somebody who was let in. */
export interface Caller {
  /** What its use is counted under. */
  readonly id: string;
  /** What the log calls it. */
  readonly name: string;
  /** The models that it may use; all when absent. */
  readonly models?: readonly string[];
  /** Its own rate, instead of the one of the deployment. */
  readonly rate?: Rate;
}

const CHALLENGE = 'Bearer realm="onnx-functions"';

/**
 * The error for a caller who showed nothing, or something that is no good (RFC 6750, section 3).
 *
 * @param detail without quotation marks: it goes into a header too.
 */
export function unauthenticated(detail: string, wasShown: boolean): ServingError {
  const challenge = wasShown
    ? `${CHALLENGE}, error="invalid_token", error_description="${detail}"`
    : CHALLENGE;
  return new ServingError('unauthenticated', detail, { headers: { 'www-authenticate': challenge } });
}

/** The error for a caller who is known and may not do what it asks for. */
export function forbidden(detail: string): ServingError {
  return new ServingError('forbidden', detail, {
    headers: { 'www-authenticate': `${CHALLENGE}, error="insufficient_scope"` },
  });
}

/** The error for when it cannot be found out who may call. Its cause was logged when it was met. */
export function accessUnavailable(detail: string, cause: unknown): ServingError {
  return new ServingError('access-unavailable', detail, { cause, headers: { 'retry-after': '5' } });
}
