import type { CallOptions, RunTimes } from '../runtime/waiting-call';
import type { Failure, Step } from './exchange';
import { failureOf } from './failure';

/** Adds up the steps of work of many runs, in memory that does not grow with them: there is one of each kind. */
export interface StepSums {
  /** Does something that is a part of a step. */
  time<T>(name: Step['name'], work: () => T): T;
  /** As `time`, for what has to be waited for. */
  timeAsync<T>(name: Step['name'], work: () => Promise<T>): Promise<T>;
  /** Adds when a call waited and ran. */
  addRun(times: RunTimes): void;
  readonly onFailedRun: NonNullable<CallOptions['onFailedRun']>;
}

/** Does something, and times it where it is traced. */
export function timed<T>(sums: StepSums | undefined, name: Step['name'], work: () => T): T {
  return sums === undefined ? work() : sums.time(name, work);
}

/** The same pieces; where they are traced, waiting for each is a part of the step. */
export function timedPieces<T>(
  sums: StepSums | undefined,
  name: Step['name'],
  pieces: AsyncIterable<T>,
): AsyncIterable<T> {
  if (sums === undefined) return pieces;
  async function* timedOnes(source: AsyncIterator<T>, { timeAsync }: StepSums): AsyncGenerator<T> {
    try {
      for (;;) {
        const { done, value } = await timeAsync(name, () => source.next());
        if (done) return;
        yield value;
      }
    } finally {
      await source.return?.();
    }
  }
  return timedOnes(pieces[Symbol.asyncIterator](), sums);
}

/** Adds to `steps` a sum of each kind as it comes up. Milliseconds of `now` are on a clock that never goes back. */
export function createStepSums(steps: Step[], now: () => number): StepSums {
  const places = new Map<Step['name'], number>();

  function add(name: Step['name'], startedAt: number, ms: number, failure?: Failure): void {
    const place = places.get(name) ?? steps.length;
    places.set(name, place);
    const before = steps[place];
    const { count, ms: msBefore } = before?.sum ?? { count: 0, ms: 0 };
    steps[place] = {
      name,
      startedAt: before?.startedAt ?? startedAt,
      endedAt: startedAt + ms,
      sum: { count: count + 1, ms: msBefore + ms },
      // A run may be tried again, and then goes well.
      ...(failure && { failure }),
    };
  }

  function addRun({ startedAt = now(), queueMs, runMs }: RunTimes, failure?: Failure): void {
    add('queueMs', startedAt - queueMs, queueMs);
    add('runMs', startedAt, runMs, failure);
  }

  return {
    time(name, work) {
      const startedAt = now();
      try {
        return work();
      } finally {
        add(name, startedAt, now() - startedAt);
      }
    },
    async timeAsync(name, work) {
      const startedAt = now();
      try {
        return await work();
      } finally {
        add(name, startedAt, now() - startedAt);
      }
    },
    addRun: (times) => addRun(times),
    onFailedRun: (times, error) => addRun(times, failureOf(error, true)),
  };
}
