import type { LoggingWinston } from '@google-cloud/logging-winston';
import type { Logger } from 'winston';
import type Transport from 'winston-transport';
import type { Config } from './config';

/** Severities of Cloud Logging that this package uses. */
export type Severity = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

/**
 * One entry, already in the form of Cloud Logging's structured JSON: special keys as documented there, all
 * else is its payload.
 *
 * @see https://cloud.google.com/logging/docs/structured-logging#special-payload-fields
 */
export interface LogEntry {
  readonly severity: Severity;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** Where entries go. Writing never throws and never waits. */
export interface Log {
  write(entry: LogEntry): void;
  /** Resolves once everything written so far has left the process. */
  close(): Promise<void>;
}

/** The log of a service. */
export interface ServiceLog extends Log {
  /**
   * Writes the entry of the start. The first request may be waiting by then, and what `write` opens takes longer than
   * its answer: so a line goes out as it is, and what goes through the API does so with the first entry that is written.
   */
  announce(entry: LogEntry): void;
}

export interface LogParts {
  /** Writes one line, without its newline, to standard output. */
  readonly writeLine: (line: string) => void;
  /** Options of the Cloud Logging client, for an API that is not Google's. */
  readonly cloudClient?: Readonly<Record<string, unknown>>;
}

type Winston = typeof import('winston');

const LEVELS = { DEBUG: 'debug', INFO: 'info', WARNING: 'warn', ERROR: 'error' } as const satisfies Record<
  Severity,
  string
>;

/**
 * Opens the log. Winston is imported when the first entry is written, which is after the first answer was
 * sent: no caller waits for it. Entries written meanwhile are kept, in order.
 */
export function createLog(config: Config, parts: LogParts): ServiceLog {
  const { level, transport } = config.log;
  if (level === 'silent') return { write: () => {}, announce: () => {}, close: async () => {} };
  const waiting: LogEntry[] = [];
  let logger: Logger | undefined;
  let opening: Promise<void> | undefined;
  /** Whether winston could not be had, so that entries go out without it. */
  let fallBack = false;
  const { writeLine } = parts;

  async function open(): Promise<void> {
    try {
      logger = await createLogger(config, parts);
      logger.on('error', complain);
      for (const entry of waiting.splice(0)) send(logger, entry);
    } catch (error) {
      complain(error);
      fallBack = true;
      for (const entry of waiting.splice(0)) writeLine(toJson(entry));
    }
  }

  return {
    write(entry) {
      if (logger !== undefined) return send(logger, entry);
      if (fallBack) return writeLine(toJson(entry));
      waiting.push(entry);
      opening ??= open();
    },
    announce(entry) {
      if (transport === 'cloud' && opening === undefined) waiting.push(entry);
      else if (transport === 'cloud') this.write(entry);
      else if (level === 'info' || level === 'debug') writeLine(lineWriter(config)(entry));
    },
    async close() {
      if (waiting.length > 0) opening ??= open();
      await opening;
      if (logger === undefined) return;
      const opened = logger;
      await new Promise<void>((resolve) => {
        opened.once('finish', resolve);
        opened.end();
      });
    },
  };
}

/** The log itself is broken, so the one thing left is the error stream. No request fails for it. */
function complain(error: unknown): void {
  process.stderr.write(`the log cannot be written: ${error instanceof Error ? error.stack : error}\n`);
}

function send(logger: Logger, entry: LogEntry): void {
  logger.log({ level: LEVELS[entry.severity], message: entry.message, entry });
}

async function createLogger(config: Config, parts: LogParts): Promise<Logger> {
  const winston = await import('winston');
  const { createLogger: create, format } = winston;
  const { level } = config.log;
  const cloud = config.log.transport === 'cloud' ? await openCloudTransport(config, parts) : undefined;
  if (cloud !== undefined) return create({ level, transports: [cloud] });
  return create({
    level,
    format: format((info) => info)(),
    transports: [lineTransport(winston, config, parts)],
  });
}

/** Writes each entry as one line. Winston's own stream transport would take three times as long for it. */
function lineTransport(winston: Winston, config: Config, { writeLine }: LogParts): Transport {
  const toLine = lineWriter(config);
  // Winston's types call it `transport`.
  const { Transport: Base } = winston as unknown as { readonly Transport: typeof Transport };
  class LineTransport extends Base {
    override log({ entry }: { entry: LogEntry }, next: () => void): void {
      writeLine(toLine(entry));
      next();
    }
  }
  return new LineTransport();
}

function lineWriter({ log }: Config): (entry: LogEntry) => string {
  return log.format === 'json' ? toJson : toText;
}

/** The transport to the API; undefined, with a complaint, where there are no credentials for it. */
async function openCloudTransport(
  config: Config,
  { cloudClient }: LogParts,
): Promise<LoggingWinston | undefined> {
  try {
    if (cloudClient === undefined) await checkCredentials();
    return await cloudTransport(config, cloudClient);
  } catch (error) {
    complain(error);
    return undefined;
  }
}

/** Without credentials the client fails in a promise of its own, which nobody could catch. */
async function checkCredentials(): Promise<void> {
  const { GoogleAuth } = await import('google-auth-library');
  await new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/logging.write' }).getClient();
}

/**
 * Sends entries through the Cloud Logging API, for hosts that do not collect standard output.
 * Importing the client takes longer than a whole cold start, so nothing else does.
 */
async function cloudTransport(config: Config, client: LogParts['cloudClient']): Promise<LoggingWinston> {
  const { LoggingWinston: CloudLogging } = await import('@google-cloud/logging-winston');
  const { service, revision, project } = config.deployment;
  const cloud = new CloudLogging({
    ...client,
    serviceContext: { service, version: revision ?? 'unknown' },
    ...(project !== undefined && { projectId: project }),
  });
  const log = cloud.log.bind(cloud);
  // The client takes the special keys out of the top level of what it is given, and files the rest as metadata.
  cloud.log = ({ level, message, entry }, next) => log({ ...toApiFields(entry), level, message }, next);
  return cloud;
}

/** What the client wants under other names than the lines of standard output, or in another form. */
function toApiFields({ severity: _severity, message: _message, ...rest }: LogEntry): Record<string, unknown> {
  const { 'logging.googleapis.com/labels': labels, stack_trace: stack, httpRequest, ...others } = rest;
  return {
    ...others,
    ...(labels !== undefined && { labels }),
    ...(stack !== undefined && { stack }),
    ...(httpRequest !== undefined && { httpRequest: withDuration(httpRequest as Record<string, unknown>) }),
  };
}

/** `"0.012s"` as a google.protobuf.Duration. */
function withDuration(httpRequest: Record<string, unknown>): Record<string, unknown> {
  const seconds = Number.parseFloat(String(httpRequest['latency']));
  const whole = Math.floor(seconds);
  return { ...httpRequest, latency: { seconds: whole, nanos: Math.round((seconds - whole) * 1e9) } };
}

/** One line, which says when itself: what collects it may do so late, or keep no time at all. */
function toJson(entry: LogEntry): string {
  return `{"time":"${new Date().toISOString()}",${JSON.stringify(entry).slice(1)}`;
}

/** A line for a person at a terminal: what happened, then whatever went wrong. */
function toText(entry: LogEntry): string {
  const {
    severity,
    message,
    latencyMs,
    coldStart,
    model,
    version,
    requestId,
    detail,
    stack_trace: stack,
  } = entry;
  const details = [
    typeof latencyMs === 'number' ? `${latencyMs.toFixed(1)} ms` : '',
    version === undefined ? '' : `${model}/${version}`,
    coldStart === true ? 'cold start' : '',
    severity === 'INFO' || requestId === undefined ? '' : String(requestId),
    typeof detail === 'string' && stack === undefined && !message.includes(detail) ? detail : '',
  ].filter((text) => text !== '');
  const line = [new Date().toISOString().slice(11, 23), severity.padEnd(7), message, ...details].join('  ');
  return typeof stack === 'string' ? `${line}\n${stack}` : line;
}
