import { isShadowed } from '../../core/routing';
import type { NamedTensors, Tensor } from '../../core/tensor';
import { memoryOf } from '../../core/tensor-memory';
import type { Exchange } from '../exchange';
import type { LogEntry } from '../log-entry';
import { round } from '../request-entry';
import type { ShadowCopy, ShadowOutcome } from './shadow-copy';

/** A process that answers copies of requests, so that no run of a shadow is in the way of a real one. */
export interface ShadowProcess {
  /** Rejects when the process ends, or does not answer in time; it must then not be sent anything more. */
  run(copy: ShadowCopy): Promise<ShadowOutcome>;
  stop(): void;
}

/** What is to be known of a copy when its outcome comes. */
export interface ShadowNote {
  readonly model: string;
  readonly version: string;
  readonly outcome: 'compared' | 'failed' | 'shed';
}

export interface ShadowsParts {
  /** Absent where there can be no other process: then nothing is copied. */
  readonly startShadow?: (() => ShadowProcess) | undefined;
  readonly log: { write(entry: LogEntry): void };
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  readonly onOutcome: (note: ShadowNote) => void;
}

/** Copies of requests for the versions that are to be compared. */
export interface Shadows {
  /** Gives the copy of an answered request away, or drops it. Never waits, never throws. */
  offer(exchange: Exchange): void;
  close(): void;
}

/** Copies that wait at the same time; more would be of requests long gone, and in memory meanwhile. */
const MAX_PENDING = 4;

/** A copy of more is not made: making it takes the time of those who are being answered. */
const MAX_BYTES = 4 * 1024 * 1024;

/** A request that waited so long for its run, in milliseconds, tells of an instance that has enough to do. */
const BUSY_MS = 5;

/** How long no process is started after one that failed, in milliseconds. */
const REST_MS = 60_000;

/** Prepares to copy requests; no process is started before the first copy. */
export function createShadows({ startShadow, log, now, onOutcome }: ShadowsParts): Shadows {
  let running: ShadowProcess | undefined;
  let pending = 0;
  let restUntil = 0;

  function end(): void {
    running?.stop();
    running = undefined;
  }

  async function copy(made: ShadowCopy, requestId: string): Promise<void> {
    pending += 1;
    try {
      running ??= startShadow?.();
      const outcome = (await running?.run(made)) ?? {
        outcome: 'failed',
        reason: 'there is no process for it',
      };
      note(made, requestId, outcome);
    } catch (error) {
      restUntil = now() + REST_MS;
      end();
      note(made, requestId, {
        outcome: 'failed',
        reason: error instanceof Error ? error.message : String(error),
      });
    } finally {
      pending -= 1;
    }
  }

  function note(made: ShadowCopy, requestId: string, outcome: ShadowOutcome): void {
    log.write(shadowEntry(made, requestId, outcome));
    onOutcome({ model: made.model, version: made.shadow, outcome: outcome.outcome });
  }

  return {
    offer({ requestId, shadow, tensors, model, version, timings }) {
      if (startShadow === undefined || shadow === undefined || tensors === undefined) return;
      if (model === undefined || version === undefined || !isShadowed(shadow, requestId)) return;
      const isBusy = pending >= MAX_PENDING || (timings.queueMs ?? 0) > BUSY_MS || now() < restUntil;
      if (isBusy || memoryOf(tensors.inputs) + memoryOf(tensors.outputs) > MAX_BYTES) {
        return onOutcome({ model, version: shadow.version, outcome: 'shed' });
      }
      const inputs = plain(tensors.inputs);
      void copy(
        {
          model,
          version,
          shadow: shadow.version,
          rows: tensors.rows,
          inputs,
          outputs: plain(tensors.outputs),
        },
        requestId,
      );
    },
    close: end,
  };
}

/** The runtime's own tensors have their members where no copy of an object to another process finds them. */
function plain(tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { type, dims, data }]) => [name, { type, dims, data } as Tensor]),
  );
}

/** The log entry of one copy. */
function shadowEntry(copy: ShadowCopy, requestId: string, outcome: ShadowOutcome): LogEntry {
  const { model, version, shadow, rows } = copy;
  const labels = { model, version: shadow };
  const about = {
    'logging.googleapis.com/labels': labels,
    requestId,
    model,
    version,
    shadowVersion: shadow,
    rows,
  };
  if (outcome.outcome === 'failed') {
    const message = `shadow ${model}/${shadow} failed: ${outcome.reason}`;
    return { severity: 'WARNING', message, ...about, shadowOutcome: 'failed' };
  }
  const { agreement, maxDifference, runMs, prediction } = outcome;
  const agrees = agreement === undefined || agreement === 1;
  return {
    severity: 'INFO',
    message: `shadow ${model}/${shadow} ${agrees ? 'agrees with' : 'differs from'} ${version}`,
    ...about,
    shadowOutcome: 'compared',
    shadowRunMs: round(runMs),
    ...(agreement !== undefined && { agreement }),
    ...(maxDifference !== undefined && { maxDifference }),
    ...(prediction !== undefined && { prediction }),
  };
}
