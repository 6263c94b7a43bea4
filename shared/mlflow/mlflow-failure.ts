import { type ErrorCode, ServingError } from '../core/errors';
import { memberOf } from './member';
import { readBody } from './read-body';

/** Which request of which server. */
export interface Asked {
  readonly uri: string;
  readonly name: string;
}

/** The server does not answer. */
export function unreachable(uri: string, what: string, cause?: unknown): ServingError {
  if (cause instanceof ServingError) return cause;
  return new ServingError('store-unavailable', `the tracking server ${uri} ${what}`, {
    cause: innermost(cause),
  });
}

/** The server answers, but not as a tracking server does. */
export function notAsExpected(uri: string, name: string, expected: string, cause?: unknown): ServingError {
  return new ServingError('store-unavailable', `${uri}, asked for ${name}: expected ${expected}`, { cause });
}

/** The error for an answer that is no success. */
export async function refusal(
  response: Response,
  { uri, name, silenceMs }: Asked & { silenceMs: number },
): Promise<ServingError> {
  const { status } = response;
  const location = response.headers.get('location');
  if (location !== null) return redirected(uri, location);
  const limits = { maxBytes: MAX_REASON_BYTES, silenceMs, totalMs: silenceMs };
  const body = await readBody(response, { uri, name, ...limits }).catch(() => new Uint8Array());
  const { code, reason } = readReason(Buffer.from(body).toString('utf8'));
  const hint = HINTS[status] ?? '';
  return new ServingError(
    codeOf(status, code),
    `${uri}, asked for ${name}: status ${status}${reason}${hint}`,
  );
}

const MAX_REASON_BYTES = 64 * 1024;

const HINTS: Readonly<Record<number, string>> = {
  401: ' (MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, say who asks)',
  403: ' (whoever MLFLOW_TRACKING_USERNAME or MLFLOW_TRACKING_TOKEN names may not do this)',
};

function redirected(uri: string, location: string): ServingError {
  const target = URL.canParse(location, uri) ? new URL(location, uri).origin : 'somewhere';
  return new ServingError(
    'store-unavailable',
    `${uri} redirects to ${target}, and no credentials are taken there: if the tracking server is there, say so in MLFLOW_TRACKING_URI`,
  );
}

/** https://mlflow.org/docs/latest/rest-api.html: errors are {"error_code": …, "message": …}. */
function readReason(text: string): { code: string; reason: string } {
  try {
    const answer: unknown = JSON.parse(text);
    const message = String(memberOf(answer, 'message') ?? '').slice(0, 300);
    return {
      code: String(memberOf(answer, 'error_code')),
      reason: message && `, ${withoutControls(message)}`,
    };
  } catch {
    return { code: '', reason: '' };
  }
}

function codeOf(status: number, code: string): ErrorCode {
  if (status === 404 || code === 'RESOURCE_DOES_NOT_EXIST') return 'object-not-found';
  return code === 'RESOURCE_ALREADY_EXISTS' ? 'conflict' : 'store-unavailable';
}

/** What a terminal would take for an order. */
function withoutControls(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

/** `fetch failed` says nothing; what caused it does. */
function innermost(cause: unknown): unknown {
  return memberOf(cause, 'cause') ?? cause;
}
