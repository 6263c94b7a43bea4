import { ServingError } from '../core/errors';
import type { Limiter } from './limiter';
import { type Rate, retryAfter } from './rate';

/** Holds down the addresses that wrong keys and tokens come from. */
export interface FailedLogins {
  /** Counts one. @throws {ServingError} `rate-limited` for one too many */
  count(address: string): Promise<void>;
  /** Refuses an address that has shown too many. @throws {ServingError} `rate-limited` */
  check(address: string): Promise<void>;
}

/** How many one address may show: more than somebody who mixes keys up, and far less than a flood. */
const ALLOWED: Rate = { rows: 60, windowS: 60 };

/**
 * Counts in the memory of this process, however else is counted: what it protects is the CPU of this instance. Nothing
 * is imported before the first failure.
 */
export function createFailedLogins(): FailedLogins {
  let opening: Promise<Limiter> | undefined;

  function openOnce(): Promise<Limiter> {
    opening ??= import('./limiter').then(({ createMemoryLimiter }) => createMemoryLimiter());
    return opening;
  }

  return {
    async count(address) {
      const { isGranted, resetMs } = await (await openOnce()).take(address, 1, ALLOWED);
      if (!isGranted) throw tooMany(resetMs);
    },
    async check(address) {
      const limiter = await opening;
      if (limiter === undefined) return;
      const { remaining, resetMs } = await limiter.take(address, 0, ALLOWED);
      if (remaining === 0) throw tooMany(resetMs);
    },
  };
}

function tooMany(resetMs: number): ServingError {
  const { rows, windowS } = ALLOWED;
  const detail = `${rows} wrong keys or tokens in ${windowS} s are allowed from one address`;
  return new ServingError('rate-limited', detail, { headers: retryAfter(resetMs) });
}
