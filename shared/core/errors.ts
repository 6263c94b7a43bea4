/**
 * Every error this package answers with: one row per problem type. The title never varies between
 * occurrences (RFC 9457, section 3.1.3); what happened this time goes into `detail`.
 */
export const ERRORS = {
  'invalid-json': { status: 400, title: 'The request body is not valid JSON' },
  'invalid-encoding': { status: 400, title: 'The request body is not what its encoding says' },
  'invalid-request': { status: 400, title: 'The request is malformed' },
  'url-not-allowed': { status: 400, title: 'The URL may not be fetched' },
  unauthenticated: { status: 401, title: 'Nothing shows who the caller is' },
  forbidden: { status: 403, title: 'The caller may not do this' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'model-not-found': { status: 404, title: 'There is no such model or version' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'request-timeout': { status: 408, title: 'The request body did not arrive in time' },
  'payload-too-large': { status: 413, title: 'The request is too large' },
  'unsupported-media-type': { status: 415, title: 'The media type or content encoding is not supported' },
  'validation-failed': { status: 422, title: 'The input does not fit the model' },
  'invalid-image': { status: 422, title: 'The image cannot be decoded' },
  'url-not-an-image': { status: 422, title: 'There is no image at the URL' },
  overloaded: { status: 429, title: 'Too many requests wait for the model' },
  'rate-limited': { status: 429, title: 'The caller has asked for too much' },
  // Nobody reads this answer; the log has it. The status is the one that nginx gives it.
  'caller-left': { status: 499, title: 'The caller left before it was answered' },
  internal: { status: 500, title: 'An unexpected error happened' },
  'inference-failed': { status: 500, title: 'The model failed to run' },
  'not-implemented': { status: 501, title: 'This part of the protocol is not implemented' },
  'url-fetch-failed': { status: 502, title: 'The server of the URL could not be asked' },
  'model-unavailable': { status: 503, title: 'The model is not available' },
  'access-unavailable': { status: 503, title: 'It cannot be found out at the moment who may call' },
  'shutting-down': { status: 503, title: 'This instance is shutting down' },
  'upstream-timeout': { status: 504, title: 'The server of the URL did not answer in time' },
  // The four below never reach a caller as they are: loading wraps them in `model-unavailable`.
  'object-not-found': { status: 503, title: 'An object is missing from the store' },
  'store-unavailable': { status: 503, title: 'The store did not answer as it should' },
  'invalid-manifest': { status: 503, title: 'The manifest is not valid' },
  'corrupt-artifact': { status: 503, title: 'The artifact is not what its manifest says' },
  conflict: { status: 409, title: 'Somebody else changed this first' },
} as const satisfies Record<string, { status: number; title: string }>;

/** The name of a problem type: the last segment of its `type`. */
export type ErrorCode = keyof typeof ERRORS;

/** One thing that is wrong with a request: where (RFC 6901 JSON Pointer into the body) and what. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

interface ServingErrorOptions {
  /** Each defect of the body, when there is more to say than `detail` does. */
  readonly errors?: readonly FieldError[];
  /** Extension members of the problem (RFC 9457, section 3.2), already in their wire form. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Response headers that belong to the error: `Allow`, `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
  /**
   * Whether the deployment is set up so that this had to happen. Whoever set it up finds in the message what to change,
   * and the log has no stack of it. @default false
   */
  readonly isMisconfigured?: boolean;
}

/**
 * An error this package foresaw. Its `message` is written for the caller, so it never holds a stack,
 * a path of this machine or a credential; those belong into `cause`, which is only logged.
 */
export class ServingError extends Error {
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[];
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly isMisconfigured: boolean;

  constructor(code: ErrorCode, detail: string, options: ServingErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ServingError';
    this.code = code;
    this.errors = options.errors ?? [];
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
    this.isMisconfigured = options.isMisconfigured ?? false;
  }

  /** HTTP status of the answer. */
  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** Says whether an error is ours and has one of the given codes. */
export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): error is ServingError {
  return error instanceof ServingError && codes.includes(error.code);
}
