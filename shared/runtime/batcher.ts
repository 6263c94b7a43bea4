import { concatRows } from '../core/concat';
import { ServingError } from '../core/errors';
import type { NamedTensors } from '../core/tensor';
import {
  answerEach,
  type BatchedRun,
  type Call,
  type CallOptions,
  countRows,
  isReady,
  type ReadyCall,
  takeFirst,
} from './waiting-call';

export interface BatcherOptions {
  /** Runs the model once. */
  readonly run: (inputs: NamedTensors) => Promise<NamedTensors>;
  /** Most rows that are run together; 1 runs every call by itself. A larger call is still run, alone. */
  readonly maxRows: number;
  /** Most calls that wait at the same time; one more is refused. @default 16 times `maxRows` */
  readonly maxWaiting?: number;
  /**
   * How long calls that were met by a busy session may wait for others to fill their run, in milliseconds from when
   * the first of them came. A call that finds the session free never waits. @default 0
   */
  readonly maxDelayMs?: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** Tensors; or what makes them, which is called when few calls are left before this one, so that few are held. */
export type Inputs = NamedTensors | (() => Promise<NamedTensors>);

/**
 * Runs calls of `rows` rows each; calls that wait for the session at the same time share a run.
 *
 * @throws {ServingError} `overloaded` when too many wait already, `caller-left`, and what `run` and the maker of the
 *   inputs throw
 */
export type Batcher = (inputs: Inputs, rows: number, options?: CallOptions) => Promise<BatchedRun>;

/**
 * Makes a batcher that drains: a run blocks the event loop, so the calls that arrived meanwhile are all there when it
 * ends, and they make the next batch. A lone call runs at once.
 *
 * Before a run that takes long, calls that are ready wait a little for those whose inputs are being made. Making them
 * takes the CPU that the run would take, so hardly any is lost, and what misses a run waits for the whole of it.
 *
 * A run cannot be cancelled; a call that still waits is, when its caller leaves. One call that makes a run fail does
 * not fail its neighbours: each is then run alone.
 */
export function createBatcher(options: BatcherOptions): Batcher {
  const { run, maxRows, maxWaiting = MAX_WAITING_RUNS * maxRows, maxDelayMs = 0, now } = options;
  let waiting: Call[] = [];
  let isBusy = false;
  let lastRunMs = 0;
  /** Ends the wait for others, to see whether it is still worth it. */
  let onChange: (() => void) | undefined;

  /** Has the inputs made of those whose turn is near. */
  function makeNext(): void {
    for (const call of takeFirst(waiting, RUNS_MADE_AHEAD * maxRows)) {
      const { make } = call;
      call.make = undefined;
      if (make !== undefined) void makeInputs(call, make);
    }
  }

  async function makeInputs(call: Call, make: () => Promise<NamedTensors>): Promise<void> {
    try {
      call.inputs = await make();
    } catch (error) {
      call.reject(error);
      waiting = waiting.filter((other) => other !== call);
      makeNext();
    }
    drainSoon();
  }

  function drainSoon(): void {
    onChange?.();
    if (isBusy || !waiting.some(isReady)) return;
    isBusy = true;
    // Calls whose bytes arrived together are decoded in one turn of the event loop; this lets them all join.
    setImmediate(drain);
  }

  async function drain(): Promise<void> {
    await gather(0);
    for (let batch = takeNext(); batch.length > 0; batch = takeNext()) {
      await runBatch(batch);
      await gather(maxDelayMs);
    }
    isBusy = false;
  }

  function takeNext(): readonly ReadyCall[] {
    dropThoseWhoLeft();
    const batch = takeFirst(waiting.filter(isReady), maxRows);
    const taken = new Set<Call>(batch);
    waiting = waiting.filter((call) => !taken.has(call));
    makeNext();
    return batch;
  }

  function dropThoseWhoLeft(): void {
    for (let i = waiting.length - 1; i >= 0; i--) {
      const call = waiting[i] as Call;
      if (call.hasLeft?.() !== true) continue;
      waiting.splice(i, 1);
      call.reject(new ServingError('caller-left', 'the caller left before the model was run'));
    }
  }

  /** Waits until the run is full, or nothing is left that is worth waiting for. */
  async function gather(delayMs: number): Promise<void> {
    const isLong = lastRunMs >= LONG_RUN_MS;
    if (!isLong && delayMs === 0) return;
    const patientUntil = isLong ? now() + lastRunMs * PATIENCE : 0;
    for (let restMs = restOf(); restMs > 0; restMs = restOf()) await changeWithin(restMs);

    function restOf(): number {
      const ready = waiting.filter(isReady);
      const [first] = ready;
      if (first === undefined || countRows(ready) >= maxRows) return 0;
      const until = ready.length < waiting.length ? patientUntil : 0;
      return Math.max(until, first.calledAt + delayMs) - now();
    }
  }

  /** Waits until something happens to a call that waits, but not for longer than `ms`. */
  async function changeWithin(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      onChange = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    onChange = undefined;
  }

  async function runBatch(batch: readonly ReadyCall[]): Promise<void> {
    const [only] = batch;
    if (only !== undefined && batch.length === 1) return runAlone(only);
    try {
      const startedAt = now();
      const outputs = await runTimed(concatRows(batch.map(({ inputs }) => inputs)));
      answerEach(batch, outputs, startedAt, lastRunMs);
    } catch {
      for (const call of batch) await runAlone(call);
    }
  }

  async function runAlone({ inputs, calledAt, resolve, reject, onFailedRun }: ReadyCall): Promise<void> {
    const startedAt = now();
    const queueMs = startedAt - calledAt;
    try {
      const outputs = await runTimed(inputs);
      resolve({ outputs, startedAt, queueMs, runMs: lastRunMs });
    } catch (error) {
      onFailedRun?.({ startedAt, queueMs, runMs: now() - startedAt }, error);
      reject(error);
    }
  }

  async function runTimed(inputs: NamedTensors): Promise<NamedTensors> {
    const startedAt = now();
    const outputs = await run(inputs);
    lastRunMs = now() - startedAt;
    // What came during a long run lies in the sockets still. One turn of the event loop reads it, and has it decoded
    // while the answers of this run are written.
    if (lastRunMs >= LONG_RUN_MS) await new Promise(setImmediate);
    return outputs;
  }

  return (inputs, rows, { hasLeft, isPatient = false, onFailedRun } = {}) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= maxWaiting && !isPatient) return reject(overloaded(waiting.length));
      const [make, tensors] = typeof inputs === 'function' ? [inputs, undefined] : [undefined, inputs];
      waiting.push({ make, inputs: tensors, rows, calledAt: now(), resolve, reject, hasLeft, onFailedRun });
      if (make !== undefined) makeNext();
      else drainSoon();
    });
}

/** So many full runs may wait: what comes after them would wait longer than it is worth. */
const MAX_WAITING_RUNS = 16;

/** The next run, and the one that would begin while more are made. */
const RUNS_MADE_AHEAD = 2;

/** The share of a run's time for which others are worth waiting for: it bounds what slow ones cost the quick. */
const PATIENCE = 0.25;

/** Shorter runs are over before anything else could have been made ready for them. */
const LONG_RUN_MS = 4;

function overloaded(count: number): ServingError {
  return new ServingError('overloaded', `${count} calls wait for the model already`, {
    headers: { 'retry-after': '1' },
  });
}
