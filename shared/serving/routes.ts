import { ServingError } from '../core/errors';
import type { HttpResponse } from '../core/http';
import type { Exchange } from './exchange';
import { health, ready, status } from './health';
import { modelInfo } from './model-info';
import { type PredictParts, predict, predictBatch } from './predict';

/** The functions that this package deploys; `serve` has the routes of all. */
export const TARGETS = ['predict', 'predictBatch', 'modelInfo', 'serve'] as const;

export type Target = (typeof TARGETS)[number];

/** What answers at one address. */
export interface Endpoint {
  readonly method: 'GET' | 'POST';
  /** Called by the platform rather than by a caller, so it does not count as the first request. */
  readonly isProbe?: true;
  readonly answer: (exchange: Exchange) => HttpResponse | Promise<HttpResponse>;
}

export type Routes = ReadonlyMap<string, Endpoint>;

/**
 * The routes of one target. A function deployed by itself answers at its root, and at the path that `serve`
 * has it under, so that a client need not know which of the two it talks to.
 */
export function routesOf(target: Target, parts: PredictParts): Routes {
  const endpoints = {
    predict: { method: 'POST', answer: (exchange) => predict(parts, exchange) },
    predictBatch: { method: 'POST', answer: (exchange) => predictBatch(parts, exchange) },
    modelInfo: { method: 'GET', answer: (exchange) => modelInfo(parts, exchange, linksOf(target)) },
    serve: { method: 'GET', isProbe: true, answer: () => status(parts) },
  } satisfies Record<Target, Endpoint>;
  const all: [path: string, of: Target, endpoint: Endpoint][] = [
    ['/', target, endpoints[target]],
    ['/predict', 'predict', endpoints.predict],
    ['/predict/batch', 'predictBatch', endpoints.predictBatch],
    ['/model-info', 'modelInfo', endpoints.modelInfo],
    ['/model/info', 'modelInfo', endpoints.modelInfo],
    ['/health', target, { method: 'GET', isProbe: true, answer: health }],
    [
      '/ready',
      target,
      {
        method: 'GET',
        isProbe: true,
        answer: () => ready(parts, target === 'modelInfo' ? 'manifest' : 'model'),
      },
    ],
  ];
  const mine = all.filter(([, of]) => target === 'serve' || of === target);
  return new Map(mine.map(([path, , endpoint]) => [path, endpoint]));
}

/** Where each thing is under the same address; another function, deployed by itself, has an address of its own. */
function linksOf(target: Target): Record<string, string> {
  const probes = { health: '/health', ready: '/ready' };
  if (target !== 'serve') return { model_info: '/', ...probes };
  return { predict: '/predict', predict_batch: '/predict/batch', model_info: '/model-info', ...probes };
}

/**
 * Finds what answers a path; a trailing slash makes no difference.
 *
 * @throws {ServingError} `not-found`, naming the paths there are.
 */
export function findEndpoint(routes: Routes, path: string): Endpoint {
  const endpoint = routes.get(path) ?? routes.get(path.replace(/(?<=.)\/$/, ''));
  if (endpoint !== undefined) return endpoint;
  throw new ServingError('not-found', 'nothing answers at this path', {
    members: { paths: [...routes.keys()] },
  });
}

/** The `Allow` header of an endpoint. */
export function allowedMethods({ method }: Endpoint): string {
  return method === 'GET' ? 'GET, HEAD, OPTIONS' : 'POST, OPTIONS';
}
