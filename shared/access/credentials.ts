import { type HttpRequest, header } from '../core/http';

/** What a caller shows for itself. */
export interface Credentials {
  readonly kind: 'key' | 'token';
  readonly text: string;
}

/**
 * Reads what a caller shows: `X-API-Key`, which leaves `Authorization` to whoever stands in front of this service, or
 * else `Authorization: Bearer`. Nothing is taken from the query, which ends up in logs and histories.
 */
export function readCredentials(request: HttpRequest): Credentials | undefined {
  const key = header(request, 'x-api-key');
  if (key !== undefined) return { kind: 'key', text: key };
  const [, bearer] = BEARER.exec(header(request, 'authorization') ?? '') ?? [];
  return bearer === undefined ? undefined : { kind: JWT.test(bearer) ? 'token' : 'key', text: bearer };
}

/** RFC 6750, section 2.1. */
const BEARER = /^bearer +([\w.~+/-]+=*) *$/i;

/** Three parts in base64url; the last is empty where nothing is signed. No key of ours has a dot. */
const JWT = /^[\w-]+\.[\w-]*\.[\w-]*$/;
