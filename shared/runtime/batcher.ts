import { concatRows, sliceRows } from '../core/concat';
import type { NamedTensors } from '../core/tensor';

export interface BatcherOptions {
  /** Runs the model once. */
  readonly run: (inputs: NamedTensors) => Promise<NamedTensors>;
  /** Most rows that are run together; 1 runs every call by itself. A larger call is still run, alone. */
  readonly maxRows: number;
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

/** Runs calls of `rows` rows each; calls that wait for the session at the same time share a run. */
export type Batcher = (inputs: NamedTensors, rows: number) => Promise<BatchedRun>;

interface Call {
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
 * A run cannot be cancelled. One call that makes a run fail does not fail its neighbours: each is then run alone.
 */
export function createBatcher({ run, maxRows, now }: BatcherOptions): Batcher {
  let waiting: Call[] = [];
  let isBusy = false;

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const batch = takeBatch(waiting, maxRows);
      waiting = waiting.slice(batch.length);
      await runBatch(batch);
    }
    isBusy = false;
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

  return (inputs, rows) =>
    new Promise((resolve, reject) => {
      waiting.push({ inputs, rows, calledAt: now(), resolve, reject });
      if (isBusy) return;
      isBusy = true;
      // Calls whose bytes arrived together are decoded in one turn of the event loop; this lets them all join.
      setImmediate(drain);
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
