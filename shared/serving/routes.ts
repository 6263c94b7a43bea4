import type { Area } from '../access/settings';
import type { HttpResponse } from '../core/http';
import type { Protocol } from '../protocol/error-shape';
import type { Endpoint, Routes } from './endpoint';
import type { Exchange } from './exchange';
import { health, ready, status } from './health';
import type { InferenceParts } from './inference';
import type { Metrics } from './metrics/metrics';
import { modelInfo } from './model-info';
import { PAGES, type PagesParts, page } from './pages';
import { predict, predictBatch, predictUrl, predictVertex } from './predict';
import { oipRoutes, tfsRoutes } from './protocols/protocol-routes';

/** The functions that answer HTTP requests; `serve` has the routes of all. */
export const TARGETS = ['predict', 'predictBatch', 'modelInfo', 'serve'] as const;

export type Target = (typeof TARGETS)[number];

export interface RoutesParts extends InferenceParts, PagesParts {
  readonly metrics: Metrics;
}

/**
 * The routes of one target. A function deployed by itself answers at its root, and at the path that `serve`
 * has it under, so that a client need not know which of the two it talks to.
 */
export function routesOf(target: Target, parts: RoutesParts): Routes {
  const endpoints = {
    predict: { method: 'POST', answer: (exchange) => predict(parts, exchange) },
    predictBatch: { method: 'POST', answer: (exchange) => predictBatch(parts, exchange) },
    modelInfo: { method: 'GET', answer: (exchange) => modelInfo(parts, exchange, linksOf(target)) },
    serve: { method: 'GET', isProbe: true, area: rootArea, answer: (exchange) => root(parts, exchange) },
  } satisfies Record<Target, Endpoint>;
  const needs = target === 'modelInfo' ? 'manifest' : 'model';
  const probes: [string, Endpoint][] = [
    ['/health', { method: 'GET', isProbe: true, area: 'health', answer: health }],
    ['/ready', { ...READINESS, answer: () => ready(parts, needs) }],
    [
      '/metrics',
      { method: 'GET', isProbe: true, area: 'metrics', answer: (exchange) => metricsText(parts, exchange) },
    ],
  ];
  const own: [path: string, of: Target, endpoint: Endpoint][] = [
    ['/', target, endpoints[target]],
    ['/predict', 'predict', endpoints.predict],
    ['/predict/url', 'predict', { method: 'POST', answer: (exchange) => predictUrl(parts, exchange) }],
    ['/predict/batch', 'predictBatch', endpoints.predictBatch],
    ['/model-info', 'modelInfo', endpoints.modelInfo],
    ['/model/info', 'modelInfo', endpoints.modelInfo],
  ];
  const mine = own.filter(([, of]) => target === 'serve' || of === target);
  return new Map([
    ...mine.map(([path, , endpoint]): [string, Endpoint] => [path, endpoint]),
    ...probes,
    ...(target === 'serve' ? servedOnly(parts) : []),
  ]);
}

const READINESS = { method: 'GET', isProbe: true, isReadiness: true, area: 'health' } as const;

/** What only the function with every route has: pages for people, and the addresses of other protocols. */
function servedOnly(parts: RoutesParts): [string, Endpoint][] {
  const pages = PAGES.map((path): [string, Endpoint] => [
    path,
    {
      method: 'GET',
      isProbe: true,
      area: path === '/docs' || path === '/redoc' ? 'docs' : 'assets',
      answer: (_exchange, params) => page(parts, path, params),
    },
  ]);
  const description: [string, Endpoint] = [
    '/openapi.json',
    { method: 'GET', isProbe: true, area: 'docs', answer: (exchange) => openApi(parts, exchange) },
  ];
  return [...pages, description, ...oipRoutes(parts), ...tfsRoutes(parts), ...vertexRoutes(parts)];
}

/** The two addresses that Vertex AI tells a container to answer at. */
function vertexRoutes(parts: RoutesParts): [string, Endpoint][] {
  const { vertex } = parts.config;
  if (vertex === undefined) return [];
  return [
    [vertex.healthRoute, { ...READINESS, protocol: 'vertex', answer: () => ready(parts, 'model') }],
    [
      vertex.predictRoute,
      { method: 'POST', protocol: 'vertex', answer: (exchange) => predictVertex(parts, exchange) },
    ],
  ];
}

/** A browser is shown the playground; everybody else is told that the service is there. */
function root(parts: RoutesParts, exchange: Exchange): HttpResponse | Promise<HttpResponse> {
  if (wantsHtml(exchange)) return page(parts, '/', {});
  const { headers, ...answer } = status(parts);
  return { ...answer, headers: { ...headers, vary: 'Accept' } };
}

/** Whether the service is there, everybody may know. */
function rootArea(exchange: Exchange): Area {
  return wantsHtml(exchange) ? 'playground' : 'health';
}

function wantsHtml({ request: { headers } }: Exchange): boolean {
  const { accept } = headers;
  return typeof accept === 'string' && /text\/html(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(accept);
}

/** Imported by the first who asks: no prediction needs it. */
async function openApi(parts: RoutesParts, exchange: Exchange): Promise<HttpResponse> {
  const { describeApi } = await import('./api-description');
  return describeApi(parts, exchange, routesOf('serve', parts));
}

async function metricsText({ metrics }: RoutesParts, { admission }: Exchange): Promise<HttpResponse> {
  admission?.checkAll('metrics');
  const { contentType, body } = await metrics.text();
  return { status: 200, headers: { 'content-type': contentType }, body };
}

/** Where each thing is under the same address; another function, deployed by itself, has an address of its own. */
function linksOf(target: Target): Record<string, string> {
  const probes = { health: '/health', ready: '/ready', metrics: '/metrics' };
  if (target !== 'serve') return { model_info: '/', ...probes };
  return {
    predict: '/predict',
    predict_url: '/predict/url',
    predict_batch: '/predict/batch',
    model_info: '/model-info',
    ...probes,
    openapi: '/openapi.json',
    docs: '/docs',
    open_inference_protocol: '/v2',
    tensorflow_serving: '/v1/models',
  };
}

/** Whose words an unknown path is answered in: that of the protocol whose paths begin alike. */
export function protocolOfPath(path: string): Protocol {
  if (path === '/v2' || path.startsWith('/v2/')) return 'oip';
  return path.startsWith('/v1/') ? 'tfs' : 'native';
}
