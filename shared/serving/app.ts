import { callerAddress } from '../access/client-address';
import type { GateParts } from '../access/gate';
import { ServingError } from '../core/errors';
import { type Handler, type HttpRequest, type HttpResponse, isStreamed } from '../core/http';
import type { ObjectFiles } from '../registry/object-files';
import { answerError, type WholeResponse } from './answer';
import type { Config } from './config';
import { corsHeaders } from './cors';
import { allowedMethods, type Endpoint, type Found, findEndpoint, nothingAt, type Routes } from './endpoint';
import { createExchange, type Exchange } from './exchange';
import { createGuard } from './guard';
import { createImageReader, type ImageReaderParts } from './images/image-reader';
import type { Log } from './log';
import { createMetrics } from './metrics/metrics';
import { createModels, type ModelsParts } from './models/models';
import { type Serving, waitForServing } from './models/serving';
import type { PagesParts } from './pages';
import { addTrace, crowdedEntry, failureEntry, requestEntry, switchEntry } from './request-entry';
import { requestObservation } from './request-observation';
import { protocolOfPath, routesOf, type Target } from './routes';
import { openRowScorer } from './scoring/score-rows';
import type { StorageEvent } from './scoring/scoring-job';
import type { ScoreOutcome } from './scoring/scoring-report';
import { serverTiming } from './server-timing';
import { createShadows, type ShadowsParts } from './shadow/shadows';
import { type Answered, createTracing } from './tracing/tracing';

/** What the world outside must provide. */
export interface AppParts
  extends Omit<ModelsParts, 'onCrowded' | 'onFailure' | 'onLoad' | 'onSwitch'>,
    Pick<GateParts, 'wallClock' | 'sleep' | 'memory'>,
    Pick<PagesParts, 'readAsset'>,
    Pick<ShadowsParts, 'startShadow'>,
    ImageReaderParts {
  readonly log: Log;
  /** How long each part of the start of this process took so far, in milliseconds, by name. */
  readonly startup: () => Readonly<Record<string, number>>;
}

/** The service behind every host. */
export interface App {
  /** Answers the requests of one deployed function. */
  handler(target: Target): Handler;
  /** Answers, and logs, a request that no handler is to see. */
  refuse(request: HttpRequest, error: ServingError): WholeResponse;
  /**
   * Scores the file that an event of Cloud Storage announces.
   *
   * @throws what may pass, so that the event comes again.
   */
  scoreFile(files: ObjectFiles, event: StorageEvent): Promise<ScoreOutcome>;
  /** Begins to load the model, and what lets callers in; a failure is logged and met again by the first request. */
  preload(): void;
  /** Resolves once requests that name no version can be answered. @throws {ServingError} `model-unavailable` */
  serving(target: Target): Promise<Serving>;
  /** Resolves once everything is written that was to be. */
  close(): Promise<void>;
}

/** Puts the service together. Nothing is read and nothing is loaded before it is asked for. */
export function createApp(config: Config, parts: AppParts): App {
  const { log, now } = parts;
  const metrics = createMetrics();
  const models = createModels(config, {
    ...parts,
    onLoad: (load) => metrics.recordLoad({ ...load, model: load.name }),
    onSwitch: (change) => {
      log.write(switchEntry(change));
      metrics.recordSwitch(change.model);
    },
    onCrowded: (split) => log.write(crowdedEntry(split)),
    onFailure: (what, error, severity) =>
      log.write(failureEntry(config, `loading the ${what}`, error, severity)),
  });
  const images = createImageReader(config, parts);
  const shadows = createShadows({ ...parts, onOutcome: metrics.recordShadow });
  const guard = createGuard(config, {
    ...parts,
    onFailure: (what, error) => log.write(failureEntry(config, what, error)),
    onRecovery: (message) => log.write({ severity: 'INFO', message }),
  });
  const tracing = createTracing(config, {
    ...parts,
    onFailure: (what, error) => log.write(failureEntry(config, what, error, 'WARNING')),
    onNotice: (severity, message) => log.write({ severity, message }),
  });
  function open(request: HttpRequest): Exchange {
    const exchange = tracing?.begin(request) ?? createExchange(request, now());
    exchange.address = callerAddress(request, config.rateLimits.trustedHops);
    return exchange;
  }
  let isFirst = true;
  /** Says once, to the first request that asks, that it is the first of this instance. */
  function takeFirst(): boolean {
    const answer = isFirst;
    isFirst = false;
    return answer;
  }

  function finish<R extends HttpResponse>(exchange: Exchange, response: R): R {
    if (exchange.coldStart) exchange.startup = { ...parts.startup(), ...models.peek()?.loadTimings };
    const latencyMs = now() - exchange.startedAt;
    const headers: Record<string, string> = {
      ...response.headers,
      'x-request-id': exchange.requestId,
      'server-timing': serverTiming(exchange, latencyMs),
    };
    if (exchange.version !== undefined) headers['x-model-version'] = exchange.version;
    if (exchange.versionReason !== undefined) headers['x-version-reason'] = exchange.versionReason;
    if (exchange.cache !== undefined) headers['x-prediction-cache'] = exchange.cache;
    function onSent(failure?: unknown): void {
      // What made the pieces says why it failed; where nothing did, the caller went.
      if (failure !== undefined)
        exchange.error ??= new ServingError('caller-left', 'the answer was cut short');
      exchange.letGo?.();
      const answered: Answered = {
        response,
        status: statusOf(exchange, response),
        latencyMs: isStreamed(response.body) ? now() - exchange.startedAt : latencyMs,
      };
      if (tracing === undefined) note(exchange, answered);
      else tracing.end(exchange, answered, () => note(exchange, answered));
    }
    return { ...response, headers, onSent };
  }

  function note(exchange: Exchange, answered: Answered): void {
    log.write(requestEntry(config, exchange, answered.response, answered.latencyMs));
    metrics.record(requestObservation(exchange, answered));
    if (exchange.cache !== undefined) metrics.recordCache(exchange);
    if (exchange.shadow !== undefined) shadows.offer(exchange);
  }

  return {
    handler(target) {
      // Made by the first request: the framework has every function registered, and starts with one of them.
      let routes: Routes | undefined;
      return async function handle(request: HttpRequest): Promise<HttpResponse> {
        const exchange = open(request);
        routes ??= guard.protect(routesOf(target, { ...parts, config, models, images, metrics }));
        return finish(exchange, await answer(config, routes, exchange, takeFirst));
      };
    },
    refuse(request, error) {
      const exchange = open(request);
      exchange.error = error;
      return finish(exchange, answerError(error, exchange));
    },
    async scoreFile(files, event) {
      const { scoreFile } = await import('./scoring/score-file');
      const { scoring, log: settings } = config;
      return scoreFile(
        {
          scoring,
          predictionLog: settings.predictions,
          files,
          openScorer: (sums) => openRowScorer(models, sums),
          now,
          log(entry, trace) {
            if (trace !== undefined) addTrace(entry, config, trace);
            log.write(entry);
          },
          recordEvent: tracing?.recordEvent,
        },
        event,
      );
    },
    preload() {
      models.get().catch(() => {});
      guard.prepare();
    },
    serving: (target) =>
      waitForServing(models, { pinned: config.model.version, isLoaded: target !== 'modelInfo' }),
    async close() {
      shadows.close();
      await Promise.all([guard.close(), tracing?.close()]);
      await log.close();
    },
  };
}

/** The one place where an exception becomes an answer. */
async function answer(
  config: Config,
  routes: Routes,
  exchange: Exchange,
  takeFirst: () => boolean,
): Promise<HttpResponse> {
  const { request } = exchange;
  let allow: string | undefined;
  try {
    const found = findEndpoint(routes, request.path);
    exchange.protocol =
      found === undefined ? protocolOfPath(request.path) : (found.endpoint.protocol ?? 'native');
    if (found === undefined) throw nothingAt(routes);
    exchange.route = found.route;
    allow = allowedMethods(found.endpoint);
    exchange.isAside = found.endpoint.isProbe === true;
    if (!exchange.isAside) exchange.coldStart = takeFirst();
    const response = await dispatch(found, allow, exchange);
    return withHeaders(response, corsHeaders(config.corsOrigins, request, allow));
  } catch (error) {
    exchange.error = error;
    return withHeaders(answerError(error, exchange), corsHeaders(config.corsOrigins, request, allow));
  }
}

function dispatch(
  { endpoint, params }: Found,
  allow: string,
  exchange: Exchange,
): HttpResponse | Promise<HttpResponse> {
  const { method } = exchange.request;
  if (answers(endpoint, method)) return endpoint.answer(exchange, params);
  if (method === 'OPTIONS') return { status: 204, headers: { allow }, body: '' };
  throw new ServingError('method-not-allowed', `expected ${allow}, got ${method}`, { headers: { allow } });
}

function answers(endpoint: Endpoint, method: string): boolean {
  return method === endpoint.method || (method === 'HEAD' && endpoint.method === 'GET');
}

/** An answer that was cut short began well. */
function statusOf({ error }: Exchange, { status }: HttpResponse): number {
  return status === 200 && error instanceof ServingError ? error.status : status;
}

function withHeaders(
  response: HttpResponse,
  headers: Readonly<Record<string, string>> | undefined,
): HttpResponse {
  if (headers === undefined) return response;
  return { ...response, headers: { ...response.headers, ...headers } };
}
