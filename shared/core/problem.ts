import { ERRORS, type ServingError } from './errors';

/** Media type of every error answer of the native routes. */
export const PROBLEM_TYPE = 'application/problem+json';

/** RFC 9457 problem details, with the members of this package. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly request_id: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly [member: string]: unknown;
}

/** Writes an error as the caller may see it. */
export function toProblem(error: ServingError, requestId: string): Problem {
  const { code, message, errors, members } = error;
  return {
    type: `urn:onnx-functions:problem:${code}`,
    title: ERRORS[code].title,
    status: error.status,
    detail: message,
    request_id: requestId,
    ...(errors.length > 0 && { errors }),
    ...members,
  };
}
