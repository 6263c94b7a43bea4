import { ServingError } from '../core/errors';
import type { Handler, HttpRequest, HttpResponse } from '../core/http';
import { answerProblem } from './answer';
import type { Config } from './config';
import { corsHeaders } from './cors';
import { createExchange, type Exchange } from './exchange';
import type { Log } from './log';
import { createModels, type ModelsParts } from './models';
import { failureEntry, requestEntry, round } from './request-entry';
import { allowedMethods, findEndpoint, type Routes, routesOf, type Target } from './routes';

/** What the world outside must provide. */
export interface AppParts extends Omit<ModelsParts, 'onFailure'> {
  readonly log: Log;
  /** How long each part of the start of this process took so far, in milliseconds, by name. */
  readonly startup: () => Readonly<Record<string, number>>;
}

/** The service behind every host. */
export interface App {
  /** Answers the requests of one deployed function. */
  handler(target: Target): Handler;
  /** Answers, and logs, a request that no handler is to see. */
  refuse(request: HttpRequest, error: ServingError): HttpResponse;
  /** Begins to load the model; a failure is logged and met again by the first request. */
  preload(): void;
  /** Resolves once everything is written that was to be. */
  close(): Promise<void>;
}

/** Puts the service together. Nothing is read and nothing is loaded before it is asked for. */
export function createApp(config: Config, parts: AppParts): App {
  const { log, now } = parts;
  const models = createModels(config, {
    ...parts,
    onFailure: (what, error, severity) =>
      log.write(failureEntry(config, `loading the ${what}`, error, severity)),
  });
  let isFirst = true;
  /** Says once, to the first request that asks, that it is the first of this instance. */
  function takeFirst(): boolean {
    const answer = isFirst;
    isFirst = false;
    return answer;
  }

  function finish(exchange: Exchange, response: HttpResponse): HttpResponse {
    if (exchange.coldStart) exchange.startup = { ...parts.startup(), ...models.peek()?.loadTimings };
    const latencyMs = now() - exchange.startedAt;
    const headers = {
      ...response.headers,
      'x-request-id': exchange.requestId,
      'server-timing': serverTiming(exchange, latencyMs),
    };
    const onSent = () => log.write(requestEntry(config, exchange, response, latencyMs));
    return { ...response, headers, onSent };
  }

  return {
    handler(target) {
      const routes = routesOf(target, { config, models, now });
      return async function handle(request: HttpRequest): Promise<HttpResponse> {
        const exchange = createExchange(request, now());
        return finish(exchange, await answer(config, routes, exchange, takeFirst));
      };
    },
    refuse(request, error) {
      const exchange = createExchange(request, now());
      exchange.error = error;
      return finish(exchange, answerProblem(error, exchange.requestId));
    },
    preload: () => void models.get().catch(() => {}),
    close: () => log.close(),
  };
}

/** The one place where an exception becomes an answer. */
async function answer(
  config: Config,
  routes: Routes,
  exchange: Exchange,
  takeFirst: () => boolean,
): Promise<HttpResponse> {
  const { request, requestId } = exchange;
  let allow: string | undefined;
  try {
    const endpoint = findEndpoint(routes, request.path);
    allow = allowedMethods(endpoint);
    if (endpoint.isProbe !== true) exchange.coldStart = takeFirst();
    const response = await dispatch(endpoint, allow, exchange);
    return withHeaders(response, corsHeaders(config.corsOrigins, request, allow));
  } catch (error) {
    exchange.error = error;
    return withHeaders(answerProblem(error, requestId), corsHeaders(config.corsOrigins, request, allow));
  }
}

function dispatch(
  endpoint: ReturnType<typeof findEndpoint>,
  allow: string,
  exchange: Exchange,
): HttpResponse | Promise<HttpResponse> {
  const { method } = exchange.request;
  if (method === endpoint.method || (method === 'HEAD' && endpoint.method === 'GET'))
    return endpoint.answer(exchange);
  if (method === 'OPTIONS') return { status: 204, headers: { allow }, body: '' };
  throw new ServingError('method-not-allowed', `expected ${allow}, got ${method}`, { headers: { allow } });
}

function withHeaders(
  response: HttpResponse,
  headers: Readonly<Record<string, string>> | undefined,
): HttpResponse {
  if (headers === undefined) return response;
  return { ...response, headers: { ...response.headers, ...headers } };
}

/** The split of an answer's time as browsers show it (W3C Server Timing); the first answer has that of the start too. */
function serverTiming({ timings, startup, coldStart }: Exchange, latencyMs: number): string {
  let text = coldStart ? 'cold, ' : '';
  for (const [name, ms] of Object.entries({ ...startup, ...timings })) {
    text += `${name.slice(0, -'Ms'.length)};dur=${round(ms)}, `;
  }
  return `${text}total;dur=${round(latencyMs)}`;
}
