import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpRequest, type HttpResponse, header, isStreamed, readOtherwise } from '../../core/http';
import type { Config } from '../config';
import { createExchange, type Exchange, type Step } from '../exchange';
import { failureOf } from '../failure';
import type { Severity } from '../log-entry';
import type { Ending } from './ending';
import type { RecordEvent } from './event-record';
import type { Recorder } from './recorder';
import type { TracingSettings } from './tracing-config';

/** Makes spans of what exchanges say of themselves, once they have ended. */
export interface Tracing {
  /** Opens the record of a request, of which also is kept when each step was. */
  begin(request: HttpRequest): Exchange;
  /**
   * Makes the spans of an exchange, and calls back when it has the ids of its own. That is at once, but for the requests
   * at the start: OpenTelemetry is imported after the first answer was sent, so that no caller waits for it.
   */
  end(exchange: Exchange, answered: Answered, then: () => void): void;
  /**
   * Makes the spans of an event, and sends them, but not for long: once an event is answered, its process may have no CPU
   * to send with, and may end without a word.
   */
  readonly recordEvent: RecordEvent;
  /** Sends what is left, but not for long. */
  close(): Promise<void>;
}

/** An answer, and how long it took. */
export interface Answered {
  readonly response: HttpResponse;
  /** What it is counted as: an answer that was cut short began well. */
  readonly status: number;
  readonly latencyMs: number;
}

export interface TracingParts {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Milliseconds since 1970. @default the system's */
  readonly wallClock?: () => number;
  /** Told when spans cannot be made or sent, once until they can be again. */
  readonly onFailure: (what: string, error: unknown) => void;
  /** Told of what is good to know, in a sentence. */
  readonly onNotice: (severity: Severity, message: string) => void;
}

/** Longest that the last spans may take to leave, in milliseconds: a process that ends has a second for its last words. */
const FLUSH_MS = 700;

/** The tracing of a deployment; undefined where it has none. */
export function createTracing(config: Config, parts: TracingParts): Tracing | undefined {
  const { tracing, deployment } = config;
  if (tracing === undefined) return undefined;
  const { now, wallClock = Date.now, onFailure, onNotice } = parts;
  let recorder: Recorder | undefined;
  let opening: Promise<void> | undefined;

  async function open(settings: TracingSettings): Promise<void> {
    try {
      const { openRecorder } = await import('./recorder');
      recorder = openRecorder(settings, deployment, {
        now,
        wallClock,
        onFailure: (error) => onFailure('sending spans', error),
        onRecovery: () => onNotice('INFO', 'spans are sent again'),
        onComplaint: (text) => onNotice('WARNING', `OpenTelemetry: ${text}`),
      });
    } catch (error) {
      onFailure('starting OpenTelemetry', error);
    }
  }

  function record(exchange: Exchange, answered: Answered): void {
    const trace = recorder?.record(exchange, endingOf(exchange, answered));
    if (trace !== undefined) exchange.trace = trace;
  }

  return {
    begin: (request) => beginTimed(request, now),
    end(exchange, answered, then) {
      if (!isWorthIt(exchange)) return then();
      if (recorder !== undefined) {
        record(exchange, answered);
        return then();
      }
      opening ??= open(tracing);
      void opening.then(() => {
        record(exchange, answered);
        then();
      });
    },
    async recordEvent(event) {
      opening ??= open(tracing);
      await opening;
      const trace = recorder?.recordEvent(event);
      await inTime(recorder?.flush());
      return trace;
    },
    async close() {
      await opening;
      if (await inTime(recorder?.close())) return;
      onFailure('sending spans', new Error(`the last ones were not taken within ${FLUSH_MS} ms`));
    },
  };
}

/** Waits for spans to be sent, but not for long; says whether that was long enough. Failures are told of elsewhere. */
async function inTime(sending: Promise<void> | undefined): Promise<boolean> {
  const isLate = await Promise.race([sending?.catch(() => {}), sleep(FLUSH_MS, true, { ref: false })]);
  return isLate !== true;
}

/** Opens the record of a request, with the arrival of its body as the first step. */
function beginTimed(request: HttpRequest, now: () => number): Exchange {
  const steps: Step[] = [];
  const timed = readOtherwise(request, {
    async body() {
      const startedAt = now();
      const body = await request.body();
      steps.push({ name: 'receive', startedAt, endedAt: now() });
      return body;
    },
  });
  return createExchange(timed, now(), steps);
}

/** Probes come every few seconds and say nothing, unless whoever sends them traces. */
function isWorthIt({ isAside, route, request }: Exchange): boolean {
  return !isAside || route === undefined || header(request, 'traceparent') !== undefined;
}

function endingOf({ startedAt, error }: Exchange, { response, status, latencyMs }: Answered): Ending {
  return {
    status: response.status,
    endedAt: startedAt + latencyMs,
    isWhole: !isStreamed(response.body),
    ...(error !== undefined && { failure: failureOf(error, status >= 500) }),
  };
}
