import type { ServingError } from '../core/errors';
import { PROBLEM_TYPE, type Problem, toProblem } from '../core/problem';
import { shorten } from '../core/schema-error';

/** The wire protocols that predictions are served in. */
export type Protocol = 'native' | 'oip' | 'tfs' | 'vertex' | 'bigquery';

/** An error answer as it goes over the wire. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/**
 * Writes the error answer of a wire protocol: problem+json (RFC 9457) on the native routes, `{"error": "…"}` with the
 * members of the problem beside it where clients read that, and `{"errorMessage": "…"}` for BigQuery.
 */
export function writeError(protocol: Protocol, error: ServingError, requestId: string): ErrorAnswer {
  if (protocol === 'native') {
    const { status } = error;
    const headers = { 'content-type': PROBLEM_TYPE, ...error.headers };
    return { status, headers, body: JSON.stringify(toProblem(error, requestId)) };
  }
  // KServe's client shows the message only where the type is exactly this, without a charset.
  const headers = { 'content-type': 'application/json', ...error.headers };
  if (protocol === 'bigquery')
    return { status: bigQueryStatus(error), headers, body: writeErrorMessage(error, requestId) };
  const status = statusOf(error);
  return { status, headers, body: writeErrorObject(error, status, toProblem(error, requestId)) };
}

/** These protocols know no 422: what does not fit the model is a bad request. */
function statusOf({ code, status }: ServingError): number {
  return code === 'validation-failed' ? 400 : status;
}

/**
 * BigQuery repeats a request after 408, 429, 500, 503 and 504, up to 20 times for each batch of a query, so an error that
 * would only happen again must be another one.
 *
 * @see https://cloud.google.com/bigquery/docs/remote-functions#output_format
 */
function bigQueryStatus(error: ServingError): number {
  const { code, members } = error;
  const willRepeat =
    code === 'inference-failed' || (code === 'model-unavailable' && PERMANENT.has(members['reason']));
  return willRepeat ? 400 : statusOf(error);
}

/** Reasons for an unavailable model that waiting does not mend. */
const PERMANENT: ReadonlySet<unknown> = new Set(['invalid-manifest', 'corrupt-artifact', 'object-not-found']);

function writeErrorObject(error: ServingError, status: number, problem: Problem): string {
  const { detail: _, ...members } = problem;
  return JSON.stringify({ error: locate(error), ...members, code: error.code, status });
}

/** The message, with the place of the defect in it: most clients show nothing else of the body. */
function locate({ message, errors }: ServingError): string {
  const [first, ...others] = errors;
  if (first === undefined || first.pointer === '' || message.includes(first.pointer)) return message;
  if (message.endsWith(first.detail))
    return `${message.slice(0, message.length - first.detail.length)}${first.pointer}: ${first.detail}`;
  return others.length === 0 ? `${first.pointer}: ${message}` : message;
}

/** BigQuery wants less than 1 KB, and shows it to the user who has no other way to the request's id. */
const MAX_BYTES = 1023;

function writeErrorMessage(error: ServingError, requestId: string): string {
  const tail = ` (request ${shorten(requestId, 128)})`;
  let message = locate(error);
  let body = JSON.stringify({ errorMessage: message + tail });
  while (Buffer.byteLength(body) > MAX_BYTES) {
    message = shorten(message, Math.floor(Math.min(message.length, MAX_BYTES) * 0.9));
    body = JSON.stringify({ errorMessage: message + tail });
  }
  return body;
}
