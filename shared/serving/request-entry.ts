import { hasCode, ServingError } from '../core/errors';
import { type HttpRequest, type HttpResponse, header, isStreamed } from '../core/http';
import { readTrace, type Trace } from '../core/trace';
import type { Config } from './config';
import type { Exchange, Timings } from './exchange';
import type { LogEntry, Severity } from './log-entry';
import type { CrowdedSplit } from './models/models';
import type { RoutingChange } from './models/rollout';
import type { Serving } from './models/serving';
import { notePayload } from './payload-entry';

/** Makes the log entry of one answered request. */
export function requestEntry(
  config: Config,
  exchange: Exchange,
  response: HttpResponse,
  latencyMs: number,
): LogEntry {
  const { request, requestId, coldStart, protocol, model } = exchange;
  const { status } = response;
  // Assigned one by one, in the order of reading: spreading what may be absent costs several times as much.
  const entry: Mutable<LogEntry> = {
    severity: severityOf(status, exchange.error),
    message: `${request.method} ${request.path} ${status}`,
    httpRequest: httpRequestOf(exchange, response, latencyMs),
  };
  noteTrace(entry, config, exchange);
  entry['logging.googleapis.com/labels'] = labelsOf(config, exchange);
  entry['requestId'] = requestId;
  entry['coldStart'] = coldStart;
  if (exchange.startup !== undefined) entry['startup'] = roundAll(exchange.startup);
  entry['latencyMs'] = round(latencyMs);
  noteTimings(entry, exchange.timings);
  entry['status'] = status;
  if (protocol !== 'native') entry['protocol'] = protocol;
  if (model !== undefined) {
    entry['model'] = model;
    entry['version'] = exchange.version;
    if (exchange.versionReason !== undefined) entry['versionReason'] = exchange.versionReason;
  }
  for (const member of OPTIONAL) {
    if (exchange[member] !== undefined) entry[member] = exchange[member];
  }
  if (exchange.scored !== undefined) notePayload(entry, config.log.predictions, exchange.scored);
  if (exchange.tally !== undefined) exchange.tally.note(entry);
  return exchange.error === undefined ? entry : { ...entry, ...errorOf(config, exchange.error) };
}

/** Members of an exchange that its entry has as they are, where there are any. */
const OPTIONAL = ['caller', 'cache', 'rows', 'prediction', 'confidence'] as const;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Makes the log entry of something that failed behind the requests' backs.
 *
 * @param what what was being done, as in "loading the manifest failed".
 */
export function failureEntry(
  config: Config,
  what: string,
  error: unknown,
  severity: Severity = 'ERROR',
): LogEntry {
  const reason = isMisconfiguration(error) ? `${error.message} (${settingsOf(config)})` : messageOf(error);
  return { severity, message: `${what} failed: ${reason}`, ...errorOf(config, error) };
}

/** What the deployment says of which model it is for. */
function settingsOf({ model, registry }: Config): string {
  const settings = { MODEL_NAME: model.name, MODEL_VERSION: model.version, MODEL_REGISTRY: registry.uri };
  return Object.entries(settings)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} is ${value}`]))
    .join('; ');
}

function isMisconfiguration(error: unknown): error is ServingError {
  return error instanceof ServingError && error.isMisconfigured;
}

/** Makes the log entry of a change of which versions answer. */
export function switchEntry({ model, from, to }: RoutingChange): LogEntry {
  const before = formatShares(from);
  return {
    severity: 'INFO',
    message: `${model} is answered by ${formatShares(to)}${before === '' ? '' : `, before by ${before}`}`,
    'logging.googleapis.com/labels': { model },
    model,
    from,
    to,
  };
}

/** Makes the log entry of a start: what answers, and where. */
export function servingEntry(config: Config, { model, answering }: Serving, address: string): LogEntry {
  return {
    severity: 'INFO',
    message: `serving ${model} ${formatShares(answering)} at ${address}`,
    'logging.googleapis.com/labels': { service: config.deployment.service, model },
    model,
    answering,
  };
}

/** Makes the log entry of a split over more versions than may be loaded: requests wait for loads without end. */
export function crowdedEntry({ model, versions, loadable }: CrowdedSplit): LogEntry {
  return {
    severity: 'WARNING',
    message: `${model} is split over ${versions.length} versions, of which ${loadable} may be loaded: they push each other out (MAX_LOADED_MODELS)`,
    'logging.googleapis.com/labels': { model },
    model,
    versions,
  };
}

/** Shares as people write them: `1.0.0 (90 %), 1.1.0 (10 %)`. */
function formatShares(shares: RoutingChange['to']): string {
  const entries = Object.entries(shares);
  const [only] = entries;
  if (only !== undefined && entries.length === 1) return only[0];
  return entries.map(([version, percent]) => `${version} (${percent} %)`).join(', ');
}

/** Codes of what was logged when it failed, and of what is no failure: clients ask whether a server has an extension. */
const NO_NEWS = ['model-unavailable', 'access-unavailable', 'not-implemented'] as const;

/** A failed load is logged when it fails; the requests that met it are not each an error of their own. */
function severityOf(status: number, error: unknown): Severity {
  if (status >= 500) return hasCode(error, ...NO_NEWS, 'shutting-down') ? 'WARNING' : 'ERROR';
  return status >= 400 || error !== undefined ? 'WARNING' : 'INFO';
}

/** Sizes are strings because the field is an int64 (LogEntry.HttpRequest). */
function httpRequestOf(
  { request, address }: Exchange,
  response: HttpResponse,
  latencyMs: number,
): Record<string, unknown> {
  return {
    requestMethod: request.method,
    requestUrl: request.query === '' ? request.path : `${request.path}?${request.query}`,
    status: response.status,
    requestSize: header(request, 'content-length'),
    responseSize: isStreamed(response.body) ? undefined : String(Buffer.byteLength(response.body)),
    userAgent: header(request, 'user-agent'),
    remoteIp: address,
    latency: `${(latencyMs / 1_000).toFixed(6)}s`,
  };
}

/** The trace that a request belongs to by its headers. */
export function callerTrace(request: HttpRequest): Trace | undefined {
  return readTrace(header(request, 'traceparent'), header(request, 'x-cloud-trace-context'));
}

/** Its own span where it has one, else that of the caller. */
function noteTrace(entry: Mutable<LogEntry>, config: Config, exchange: Exchange): void {
  const trace = exchange.trace ?? callerTrace(exchange.request);
  if (trace !== undefined) addTrace(entry, config, trace);
}

/** Has an entry name a span, in the words of Cloud Logging. */
export function addTrace(entry: Mutable<LogEntry>, { deployment: { project } }: Config, trace: Trace): void {
  entry['logging.googleapis.com/trace'] = project
    ? `projects/${project}/traces/${trace.traceId}`
    : trace.traceId;
  if (trace.spanId !== undefined) entry['logging.googleapis.com/spanId'] = trace.spanId;
  entry['logging.googleapis.com/trace_sampled'] = trace.sampled;
}

function noteTimings(entry: Mutable<LogEntry>, timings: Timings): void {
  for (const name in timings) entry[name] = round(timings[name as keyof Timings] ?? 0);
}

function labelsOf(config: Config, { model, version }: Exchange): Record<string, string> {
  const labels: Record<string, string> = { service: config.deployment.service };
  if (model !== undefined) labels['model'] = model;
  if (version !== undefined) labels['version'] = version;
  return labels;
}

/** What Error Reporting groups by: the stack in V8's own text, and whose it is. */
function errorOf(config: Config, error: unknown): Record<string, unknown> {
  if (error === undefined) return {};
  const { service, revision } = config.deployment;
  const code = error instanceof ServingError ? error.code : 'internal';
  const isTold = error instanceof ServingError && (error.status < 500 || hasCode(error, ...NO_NEWS));
  if (isTold || isMisconfiguration(error)) {
    return { code, detail: error.message };
  }
  return {
    code,
    detail: messageOf(error),
    stack_trace: stackOf(error),
    serviceContext: { service, version: revision ?? 'unknown' },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The stack of an error in V8's own text, with those of what caused it. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return `Error: ${String(error)}`;
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause === undefined ? own : `${own}\nCaused by: ${stackOf(error.cause)}`;
}

/** Cuts milliseconds to whole microseconds: clocks mean nothing beyond. */
export function round(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

function roundAll(timings: Readonly<Record<string, number>>): Record<string, number> {
  const rounded: Record<string, number> = {};
  for (const [name, ms] of Object.entries(timings)) rounded[name] = round(ms);
  return rounded;
}
