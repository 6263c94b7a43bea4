import { type HttpRequest, header } from '../core/http';
import type { Config } from './config';

type Headers = Readonly<Record<string, string>>;

/** What scripts of other origins may read of an answer. */
const EXPOSED =
  'X-Request-Id, X-Model-Version, X-Version-Reason, X-Prediction-Cache, Server-Timing, Retry-After, ' +
  'RateLimit, RateLimit-Policy, WWW-Authenticate';

/** What they may send, where a preflight does not ask. */
const ALLOWED = 'Content-Type, X-Request-Id, X-Routing-Key, Authorization, X-API-Key';

/**
 * The CORS headers of an answer (Fetch standard, section 3.2), undefined where CORS is not in use.
 *
 * @param allow the methods of the route, for a preflight.
 */
export function corsHeaders(
  origins: Config['corsOrigins'],
  request: HttpRequest,
  allow?: string,
): Headers | undefined {
  if (origins.length === 0) return undefined;
  const origin = header(request, 'origin');
  // A cache must not give one origin's answer to another, nor that of none.
  const varies = origins === '*' ? {} : { vary: 'Origin' };
  if (origin === undefined || (origins !== '*' && !origins.includes(origin))) return varies;
  return {
    ...varies,
    'access-control-allow-origin': origins === '*' ? '*' : origin,
    'access-control-expose-headers': EXPOSED,
    ...(request.method === 'OPTIONS' && allow !== undefined && preflightHeaders(request, allow)),
  };
}

function preflightHeaders(request: HttpRequest, allow: string): Headers {
  const asked = header(request, 'access-control-request-headers');
  return {
    'access-control-allow-methods': allow,
    'access-control-allow-headers': asked ?? ALLOWED,
    'access-control-max-age': '3600',
  };
}
