import type { Area } from '../access/settings';
import { ServingError } from '../core/errors';
import type { HttpResponse } from '../core/http';
import type { Protocol } from '../protocol/error-shape';
import type { Exchange } from './exchange';

/** What answers at one address. */
export interface Endpoint {
  readonly method: 'GET' | 'POST';
  /** Called by the platform rather than by a caller, so it does not count as the first request. */
  readonly isProbe?: true;
  /** Says whether the service can do its work: not where it cannot read the keys of its callers. */
  readonly isReadiness?: true;
  /** What the address is for, or what a request makes it, where that is no matter of a model. */
  readonly area?: Area | ((exchange: Exchange) => Area);
  /** Whose words errors are told in, until the body says otherwise. @default native */
  readonly protocol?: Protocol;
  /** @param params what stands for the names in braces of the route's template, percent-decoded. */
  readonly answer: (
    exchange: Exchange,
    params: Readonly<Record<string, string>>,
  ) => HttpResponse | Promise<HttpResponse>;
}

/** Endpoints by path, or by template: `/v2/models/{model}/infer`. */
export type Routes = ReadonlyMap<string, Endpoint>;

/** What answers a path, and the values of its template's names. */
export interface Found {
  readonly route: string;
  readonly endpoint: Endpoint;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Finds what answers a path; a trailing slash makes no difference.
 *
 * @returns undefined where nothing does.
 */
export function findEndpoint(routes: Routes, path: string): Found | undefined {
  const route = routes.has(path) ? path : path.replace(/(?<=.)\/$/, '');
  const endpoint = routes.get(route);
  // A template is no address of its own.
  if (endpoint !== undefined && !route.includes('{')) return { route, endpoint, params: {} };
  for (const [template, candidate] of routes) {
    const params = template.includes('{') ? matchTemplate(template, route) : undefined;
    if (params !== undefined) return { route: template, endpoint: candidate, params };
  }
  return undefined;
}

function matchTemplate(template: string, path: string): Record<string, string> | undefined {
  const groups = patternOf(template).exec(path)?.groups;
  if (groups === undefined) return undefined;
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)]));
  } catch {
    return undefined;
  }
}

const patterns = new Map<string, RegExp>();

function patternOf(template: string): RegExp {
  let pattern = patterns.get(template);
  if (pattern === undefined) {
    pattern = new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/:]+)')}$`);
    patterns.set(template, pattern);
  }
  return pattern;
}

/** The error for a path that nothing answers, naming the paths that do. */
export function nothingAt(routes: Routes): ServingError {
  return new ServingError('not-found', 'nothing answers at this path', {
    members: { paths: [...routes.keys()] },
  });
}

/** The `Allow` header of an endpoint. */
export function allowedMethods({ method }: Endpoint): string {
  return method === 'GET' ? 'GET, HEAD, OPTIONS' : 'POST, OPTIONS';
}
