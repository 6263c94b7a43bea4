import type { Logger } from 'winston';
import type Transport from 'winston-transport';
import { type CloudTransport, openCloudTransport } from './cloud-transport';
import type { Config } from './config';
import type { LogEntry, Severity } from './log-entry';

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
  let cloud: CloudTransport | undefined;
  let opening: Promise<void> | undefined;
  /** Whether winston could not be had, so that entries go out without it. */
  let fallBack = false;
  const { writeLine } = parts;

  async function open(): Promise<void> {
    try {
      if (transport === 'cloud') cloud = await openCloud(config, parts);
      logger = await createLogger(config, parts, cloud);
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
      // At its end winston would give up what it has not handed on yet.
      await cloud?.sent(() => opened.writableLength + opened.readableLength === 0).catch(complain);
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

/** The transport to the API; undefined, with a complaint, where there are no credentials for it. */
async function openCloud(config: Config, { cloudClient }: LogParts): Promise<CloudTransport | undefined> {
  try {
    return await openCloudTransport(config, cloudClient);
  } catch (error) {
    complain(error);
    return undefined;
  }
}

async function createLogger(config: Config, parts: LogParts, cloud?: CloudTransport): Promise<Logger> {
  const winston = await import('winston');
  const { createLogger: create, format } = winston;
  const { level } = config.log;
  if (cloud !== undefined) return create({ level, transports: [cloud.transport] });
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
