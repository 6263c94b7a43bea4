import { ServingError } from '../core/errors';
import type { Failure } from './exchange';
import { stackOf } from './request-entry';

/**
 * What the caller is not told of a failure, a span says as the log does.
 *
 * @param isOurs whether the fault is the service's.
 */
export function failureOf(error: unknown, isOurs: boolean): Failure {
  return {
    code: error instanceof ServingError ? error.code : 'internal',
    message: error instanceof Error ? error.message : String(error),
    ...(isOurs && { stack: stackOf(error) }),
  };
}
