import { ServingError } from '../core/errors';
import type { Limiter } from './limiter';
import { type Rate, rateHeaders, retryAfter, type Standing } from './rate';

/** Counts the rows of one request against the rate of its caller. */
export interface Meter {
  /**
   * @param total the rows of the whole request, those that are counted already among them.
   * @throws {ServingError} `rate-limited`; `payload-too-large` for a request of more than any window has
   */
  take(rows: number, total: number): Promise<void>;
  /**
   * Takes rows as they become free, for a request of any number of them that can be slowed down.
   *
   * @throws {ServingError} `rate-limited` when that would take too long, before any is taken; `caller-left`
   */
  takeSlowly(rows: number, hasLeft: () => boolean): Promise<void>;
  /** Where the caller stands. */
  headers(): Record<string, string>;
}

export interface MeterParts {
  readonly limiter: Limiter;
  /** Whom the rows are counted for. */
  readonly id: string;
  readonly rate: Rate;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** Longest that a request is held for the next window, in milliseconds: nobody's connection lasts for a day. */
const MAX_WAIT_MS = 60_000;

/** How often somebody who waits is looked for. */
const LOOK_EVERY_MS = 1_000;

export function createMeter({ limiter, id, rate, sleep }: MeterParts): Meter {
  let standing: Standing = { remaining: rate.rows, resetMs: rate.windowS * 1_000 };

  async function ask(rows: number): Promise<boolean> {
    const { isGranted, ...now } = await limiter.take(id, rows, rate);
    standing = now;
    return isGranted;
  }

  /** Whether so many rows are free before anybody has waited too long. Where not, none of them is to be spent. */
  function isWorthWaiting(rows: number): boolean {
    if (standing.resetMs > MAX_WAIT_MS) return false;
    return rows - standing.remaining <= rate.rows || rate.windowS * 1_000 <= MAX_WAIT_MS;
  }

  async function sleepUntilFree(ms: number, hasLeft: () => boolean): Promise<void> {
    for (let rest = ms; rest > 0; rest -= LOOK_EVERY_MS) {
      await sleep(Math.min(rest, LOOK_EVERY_MS));
      if (hasLeft()) throw new ServingError('caller-left', 'the caller left before its rows were free');
    }
  }

  function refusal(rows: number): ServingError {
    const { remaining, resetMs } = standing;
    const detail = `${describe(rate)} are allowed, ${remaining} of them are left, and this takes ${rows}`;
    return new ServingError('rate-limited', detail, {
      headers: { ...rateHeaders(rate, standing), ...retryAfter(resetMs) },
    });
  }

  return {
    async take(rows, total) {
      if (total > rate.rows) throw tooMany(total, rate);
      if (!(await ask(rows))) throw refusal(rows);
    },
    async takeSlowly(rows, hasLeft) {
      let due = rows;
      // All at first: what is refused costs nothing, and says how things stand now.
      while (!(await ask(due))) {
        if (!isWorthWaiting(due)) throw refusal(due);
        const { remaining } = standing;
        if (remaining > 0 && (await ask(remaining))) due -= remaining;
        if (standing.remaining > 0) continue;
        await sleepUntilFree(standing.resetMs, hasLeft);
      }
    },
    headers: () => rateHeaders(rate, standing),
  };
}

/** Waiting would not help, so it is no matter of the rate. */
function tooMany(rows: number, rate: Rate): ServingError {
  const detail = `expected at most ${rate.rows} rows, which is all that ${rate.windowS} s have for this caller, got ${rows}`;
  return new ServingError('payload-too-large', detail, { members: { max_rows: rate.rows } });
}

function describe({ rows, windowS }: Rate): string {
  return `${rows} rows in ${windowS} s`;
}
