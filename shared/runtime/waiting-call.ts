import { sliceRows } from '../core/concat';
import type { NamedTensors } from '../core/tensor';

/** How the time of one call was spent. */
export interface RunTimes {
  /** When its run began, on the monotonic clock; absent where nothing was run. */
  readonly startedAt?: number;
  /** From the call until its run began, in milliseconds; making its inputs is part of it. */
  readonly queueMs: number;
  /** The run that this call was part of, in milliseconds. */
  readonly runMs: number;
}

/** The outputs of one call, and how its time was spent. */
export interface BatchedRun extends RunTimes {
  readonly outputs: NamedTensors;
  /** Whether the outputs were known already; absent where none are kept. */
  readonly cache?: 'hit' | 'miss';
}

export interface CallOptions {
  /** Says whether whoever asked has gone. Asked when the call's turn comes; one that is gone is not run. */
  readonly hasLeft?: () => boolean;
  /** Waits however many wait already: for work of many calls that makes one at a time. */
  readonly isPatient?: boolean;
  /** Told of a run that failed, before the call is rejected for it. */
  readonly onFailedRun?: ((times: RunTimes, error: unknown) => void) | undefined;
}

/** A call that waits for a run. */
export interface Call {
  readonly hasLeft: CallOptions['hasLeft'] | undefined;
  readonly onFailedRun: CallOptions['onFailedRun'];
  /** Makes the inputs; absent where that has begun or they came ready. */
  make: (() => Promise<NamedTensors>) | undefined;
  /** Absent until they are made. */
  inputs: NamedTensors | undefined;
  readonly rows: number;
  readonly calledAt: number;
  readonly resolve: (run: BatchedRun) => void;
  readonly reject: (error: unknown) => void;
}

/** One that can be run. */
export type ReadyCall = Call & { readonly inputs: NamedTensors };

/** Says whether a call can be run. */
export function isReady(call: Call): call is ReadyCall {
  return call.inputs !== undefined;
}

/** The rows of calls together. */
export function countRows(calls: readonly Call[]): number {
  return calls.reduce((sum, { rows }) => sum + rows, 0);
}

/** The calls from the front of the line that are no more than so many rows together, at least one. */
export function takeFirst<C extends Call>(calls: readonly C[], maxRows: number): C[] {
  let rows = 0;
  const count = calls.findIndex((call, index) => {
    rows += call.rows;
    return index > 0 && rows > maxRows;
  });
  return calls.slice(0, count === -1 ? calls.length : count);
}

/**
 * Gives each call of a run its rows of the outputs.
 *
 * @throws {TypeError} when the outputs have not one row per row of the inputs; then none is answered
 */
export function answerEach(
  batch: readonly ReadyCall[],
  outputs: NamedTensors,
  startedAt: number,
  runMs: number,
): void {
  const total = countRows(batch);
  let start = 0;
  const slices = batch.map((call) => {
    const slice = sliceRows(outputs, start, start + call.rows, total);
    if (slice === undefined) throw new TypeError('the outputs have not one row per row of the inputs');
    start += call.rows;
    return slice;
  });
  for (const [index, { calledAt, resolve }] of batch.entries()) {
    const queueMs = startedAt - calledAt;
    resolve({ outputs: slices[index] as NamedTensors, startedAt, queueMs, runMs });
  }
}
