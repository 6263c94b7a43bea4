import { concatRows, sliceRows } from '../core/concat';
import { ServingError } from '../core/errors';
import type { NamedTensors } from '../core/tensor';

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

/** The outputs of one call, and how its time was spent. */
export interface BatchedRun {
  readonly outputs: NamedTensors;
  /** From the call until its run began, in milliseconds. */
  readonly queueMs: number;
  /** The run that this call was part of, in milliseconds. */
  readonly runMs: number;
}

export interface CallOptions {
  /** Says whether whoever asked has gone. Asked when the call's turn comes; one that is gone is not run. */
  readonly hasLeft?: () => boolean;
  /** Waits however many wait already: for work of many calls that makes one at a time. */
  readonly isPatient?: boolean;
}

/**
 * Runs calls of `rows` rows each; calls that wait for the session at the same time share a run.
 *
 * @throws {ServingError} `overloaded` when too many wait already, `caller-left`, and what `run` throws
 */
export type Batcher = (inputs: NamedTensors, rows: number, options?: CallOptions) => Promise<BatchedRun>;

interface Call {
  readonly hasLeft: CallOptions['hasLeft'] | undefined;
  readonly inputs: NamedTensors;
  readonly rows: number;
  readonly calledAt: number;
  readonly resolve: (run: BatchedRun) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes a batcher that drains and never waits: a run blocks the event loop, so the calls that arrived meanwhile
 * are all there when it ends, and they make the next batch. A lone call runs at once.
 *
 * A run cannot be cancelled; a call that still waits is, when its caller leaves. One call that makes a run fail does not fail its neighbours: each is then run alone.
 */
export function createBatcher(options: BatcherOptions): Batcher {
  const { run, maxRows, maxWaiting = MAX_WAITING_RUNS * maxRows, maxDelayMs = 0, now } = options;
  let waiting: Call[] = [];
  let isBusy = false;
  /** Ends the wait for others, when there are enough. */
  let onFull: (() => void) | undefined;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      dropThoseWhoLeft();
      const batch = takeBatch(waiting, maxRows);
      waiting = waiting.slice(batch.length);
      if (batch.length > 0) await runBatch(batch);
      if (maxDelayMs > 0 && waiting.length > 0) await fill();
    }
    isBusy = false;
  }

  function dropThoseWhoLeft(): void {
    for (let i = waiting.length - 1; i >= 0; i--) {
      const call = waiting[i] as Call;
      if (call.hasLeft?.() !== true) continue;
      waiting.splice(i, 1);
      call.reject(new ServingError('caller-left', 'the caller left before the model was run'));
    }
  }

  /** Waits until the run is full or its first call has waited long enough. */
  async function fill(): Promise<void> {
    const [first] = waiting;
    const restMs = first === undefined ? 0 : first.calledAt + maxDelayMs - now();
    if (restMs <= 0 || isFull()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, restMs);
      onFull = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    onFull = undefined;
  }

  function isFull(): boolean {
    return waiting.reduce((sum, { rows }) => sum + rows, 0) >= maxRows;
  }

  async function runBatch(batch: readonly Call[]): Promise<void> {
    const [only] = batch;
    if (only !== undefined && batch.length === 1) return runAlone(only);
    try {
      const startedAt = now();
      const outputs = await run(concatRows(batch.map(({ inputs }) => inputs)));
      answerEach(batch, outputs, startedAt, now() - startedAt);
    } catch {
      for (const call of batch) await runAlone(call);
    }
  }

  async function runAlone({ inputs, calledAt, resolve, reject }: Call): Promise<void> {
    const startedAt = now();
    try {
      const outputs = await run(inputs);
      resolve({ outputs, queueMs: startedAt - calledAt, runMs: now() - startedAt });
    } catch (error) {
      reject(error);
    }
  }

  return (inputs, rows, { hasLeft, isPatient = false } = {}) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= maxWaiting && !isPatient) return reject(overloaded(waiting.length));
      waiting.push({ inputs, rows, calledAt: now(), resolve, reject, hasLeft });
      if (onFull !== undefined && isFull()) onFull();
      if (isBusy) return;
      isBusy = true;
      // Calls whose bytes arrived together are decoded in one turn of the event loop; this lets them all join.
      setImmediate(drain);
    });
}

/** So many full runs may wait: what comes after them would wait longer than it is worth. */
const MAX_WAITING_RUNS = 16;

function overloaded(count: number): ServingError {
  return new ServingError('overloaded', `${count} calls wait for the model already`, {
    headers: { 'retry-after': '1' },
  });
}

/** The calls from the front of the queue that fit into one run, at least one. */
function takeBatch(waiting: readonly Call[], maxRows: number): Call[] {
  let rows = 0;
  const count = waiting.findIndex((call, index) => {
    rows += call.rows;
    return index > 0 && rows > maxRows;
  });
  return waiting.slice(0, count === -1 ? waiting.length : count);
}

function answerEach(batch: readonly Call[], outputs: NamedTensors, startedAt: number, runMs: number): void {
  const total = batch.reduce((sum, { rows }) => sum + rows, 0);
  let start = 0;
  const slices = batch.map((call) => {
    const slice = sliceRows(outputs, start, start + call.rows, total);
    if (slice === undefined) throw new TypeError('the outputs have not one row per row of the inputs');
    start += call.rows;
    return slice;
  });
  for (const [index, { calledAt, resolve }] of batch.entries()) {
    resolve({ outputs: slices[index] as NamedTensors, queueMs: startedAt - calledAt, runMs });
  }
}
