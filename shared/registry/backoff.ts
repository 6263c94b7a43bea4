import { setTimeout as sleep } from 'node:timers/promises';
import { ServingError } from '../core/errors';
import { TransientFailure } from './store-failure';

/** How often, and how soon, a failure that may pass is tried again. */
export interface RetryPolicy {
  /** Attempts without any progress before giving up, at least 1. */
  readonly attempts: number;
  /** Longest wait after the first failure, in milliseconds. Doubles with each further one. */
  readonly firstDelayMs: number;
  /** Longest wait after any failure, in milliseconds. */
  readonly maxDelayMs: number;
}

export interface RetryOptions {
  readonly policy: RetryPolicy;
  readonly signal: AbortSignal;
  /** A number that grows as work advances; failures before it grew are forgiven. */
  readonly progress?: () => number;
}

/**
 * Does something again while it fails in ways that may pass. The waits are drawn evenly between nothing and
 * the longest ("full jitter"), so that many instances that failed together do not come back together.
 *
 * @throws {ServingError} `store-unavailable` after the last attempt; at once what is not a TransientFailure.
 */
export async function retryTransient<T>(
  work: () => Promise<T>,
  { policy, signal, progress = () => 0 }: RetryOptions,
): Promise<T> {
  let reached = progress();
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransientFailure)) throw error;
      if (progress() > reached) failures = 1;
      reached = Math.max(reached, progress());
      if (failures >= policy.attempts) throw gaveUp(error, failures);
      await sleep(delayMs(failures, policy), undefined, { signal });
    }
  }
}

function delayMs(failures: number, { firstDelayMs, maxDelayMs }: RetryPolicy): number {
  return Math.random() * Math.min(maxDelayMs, firstDelayMs * 2 ** (failures - 1));
}

function gaveUp(error: TransientFailure, failures: number): ServingError {
  const times = failures === 1 ? '' : `, ${failures} times in a row`;
  return new ServingError('store-unavailable', `${error.message}${times}`, { cause: error });
}
