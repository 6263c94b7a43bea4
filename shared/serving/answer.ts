import { ServingError } from '../core/errors';
import type { HttpResponse } from '../core/http';
import { PROBLEM_TYPE, toProblem } from '../core/problem';

const JSON_HEADERS = { 'content-type': 'application/json' };

/** Answers with JSON that is already written. */
export function answerText(body: string): HttpResponse {
  return { status: 200, headers: JSON_HEADERS, body };
}

/** Answers with a value as JSON. */
export function answerJson(value: unknown): HttpResponse {
  return answerText(JSON.stringify(value));
}

/** Answers with problem+json. What this package did not foresee is told to the log and not to the caller. */
export function answerProblem(thrown: unknown, requestId: string): HttpResponse {
  const error =
    thrown instanceof ServingError
      ? thrown
      : new ServingError('internal', 'an unexpected error happened; its cause is in the log of this service');
  return {
    status: error.status,
    headers: { 'content-type': PROBLEM_TYPE, ...error.headers },
    body: JSON.stringify(toProblem(error, requestId)),
  };
}
