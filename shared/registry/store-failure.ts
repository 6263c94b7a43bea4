import { ServingError } from '../core/errors';

/** A failure that may pass. Its message is fit for a caller's eyes; what happened exactly is in `cause`. */
export class TransientFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TransientFailure';
  }
}

/** A read of which the bytes so far are worth nothing. One from the beginning may do; if not, `outcome` is the error. */
export class SpoiltRead extends Error {
  readonly outcome: ServingError;

  constructor(outcome: ServingError) {
    super(outcome.message, { cause: outcome });
    this.name = 'SpoiltRead';
    this.outcome = outcome;
  }
}

/**
 * Says what an HTTP status of the store means: a failure that may pass for 408, 429 and 5xx, else one that will
 * not. Statuses with a meaning of their own, 404 and 412, are their callers' to look at first.
 */
export function fromStatus(status: number, cause?: unknown): TransientFailure | ServingError {
  if (status === 408 || status === 429 || (status >= 500 && status !== NOT_IMPLEMENTED)) {
    return new TransientFailure(`the store answered ${status}`, { cause });
  }
  const isMisconfigured = status === 401 || status === 403 || status === 404;
  return new ServingError('store-unavailable', explain(status), { cause, isMisconfigured });
}

/** Says what a failed connection means; the code is the system's or the HTTP client's. */
export function fromConnection(cause: unknown): TransientFailure {
  const code = connectionCode(cause);
  return new TransientFailure(`the connection to the store failed${code && ` (${code})`}`, { cause });
}

const NOT_IMPLEMENTED = 501;

function explain(status: number): string {
  if (status === 401 || status === 403) {
    return `the store refused access (${status}): does the service account have roles/storage.objectViewer on the bucket?`;
  }
  if (status === 404) return 'the store answered 404: does the bucket exist?';
  if (status >= 300 && status < 400)
    return `the store answered with a redirect (${status}), which is not followed`;
  return `the store answered ${status}`;
}

function connectionCode(error: unknown): string {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === 'string') return code;
  return cause === undefined ? '' : connectionCode(cause);
}
