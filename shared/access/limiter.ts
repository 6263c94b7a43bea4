import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import { withDeadline } from '../core/deadline';
import type { Rate, Standing } from './rate';
import { createRecency } from './recency';
import type { RedisLink } from './redis';

/** Whether rows were granted, and where their caller stands after that. */
export interface Grant extends Standing {
  readonly isGranted: boolean;
}

/** Counts what callers ask for, each within its rate. */
export interface Limiter {
  /**
   * Asks for rows. What is not granted is not counted: a batch that is too large does not use up what is left for
   * smaller ones. Never throws.
   */
  take(id: string, rows: number, rate: Rate): Promise<Grant>;
}

export interface LimiterParts {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Told once when the store cannot be asked any more. */
  readonly onFailure: (what: string, error: unknown) => void;
  /** Told once when it can again. */
  readonly onRecovery: (what: string) => void;
}

export interface SharedLimiterParts extends LimiterParts {
  /** Whose count it is, where several services count in one Redis. */
  readonly service: string;
}

/** A limiter of one rate. */
type Counter = (id: string, rows: number) => Promise<RateLimiterRes>;

/** Most callers of one rate that are counted in memory, at some 0.5 kB each: addresses can be made up without end. */
const MAX_IDS = 50_000;

/**
 * Counts in the memory of this process. Of too many callers, the one that came longest ago is forgotten and begins anew:
 * somebody with that many addresses has the rate of each of them anyway, and nobody else is refused for it.
 */
export function createMemoryLimiter({ maxIds = MAX_IDS }: { readonly maxIds?: number } = {}): Limiter {
  const counterOf = perRate(({ rows: points, windowS }) => {
    const limiter = new RateLimiterMemory({ points, duration: windowS, keyPrefix: '' });
    const counted = createRecency(maxIds, (id) => void limiter.delete(id));
    return async function count(id, rows) {
      counted.touch(id);
      try {
        return await limiter.consume(id, rows);
      } catch (refusal) {
        await limiter.reward(id, rows);
        throw refusal;
      }
    };
  });
  return { take: (id, rows, rate) => ask(counterOf(rate), id, rows, rate) };
}

/**
 * Counts in Redis, for all instances together. While it cannot be asked, each instance counts for itself and asks again
 * every second: nobody is refused for it.
 */
export function createSharedLimiter(redis: RedisLink, parts: SharedLimiterParts): Limiter {
  const { service, now, onFailure, onRecovery } = parts;
  const memory = createMemoryLimiter();
  const counterOf = perRate(({ rows: points, windowS }) => {
    const limiter = new RateLimiterRedis({
      storeClient: redis.client,
      useRedisPackage: true,
      rejectIfRedisNotReady: true,
      customIncrTtlLuaScript: TAKE_IF_ENOUGH,
      // A window ends for all that is counted under one key: what has another window needs another.
      keyPrefix: `onnx-functions:${service}:${points}/${windowS}`,
      points,
      duration: windowS,
    });
    return (id, rows) => withDeadline({ ms: ANSWER_MS, late }, () => limiter.consume(id, rows));
  });
  let isAway = false;
  let askAgainAt = Number.NEGATIVE_INFINITY;
  let connecting: Promise<unknown> | undefined;

  /** One request in a while finds out whether it is back: the others would only wait with it. */
  function isToBeAsked(): boolean {
    if (!isAway) return true;
    if (now() < askAgainAt) return false;
    askAgainAt = now() + RETRY_MS;
    return true;
  }

  function noteAway(error: unknown): void {
    askAgainAt = now() + RETRY_MS;
    if (!isAway) onFailure('counting in Redis, so that each instance counts for itself,', error);
    isAway = true;
  }

  function noteBack(): void {
    if (isAway) onRecovery('Redis answers again: all instances count together');
    isAway = false;
  }

  return {
    async take(id, rows, rate) {
      connecting ??= withDeadline({ ms: CONNECT_MS, late }, () => redis.connected).catch(() => {});
      await connecting;
      if (!isToBeAsked()) return memory.take(id, rows, rate);
      try {
        const grant = await ask(counterOf(rate), id, rows, rate);
        noteBack();
        return grant;
      } catch (error) {
        noteAway(redis.failure() ?? error);
        return memory.take(id, rows, rate);
      }
    },
  };
}

/** Longest that the first request of an instance waits for the connection, in milliseconds. */
const CONNECT_MS = 1_000;

/** Longest that a request waits for Redis, in milliseconds. */
const ANSWER_MS = 500;

/** How long Redis is left alone after it did not answer, in milliseconds. */
const RETRY_MS = 1_000;

function late(): Error {
  return new Error('Redis did not answer in time');
}

/** The library's own script counts what it refuses; apart from that this is the same, in one step like it. */
const TAKE_IF_ENOUGH = `
local ttl = redis.call('pttl', KEYS[1])
if ttl < 0 then
  redis.call('set', KEYS[1], 0, 'EX', ARGV[2])
  ttl = 1000 * tonumber(ARGV[2])
end
local asked = tonumber(redis.call('get', KEYS[1]) or '0') + tonumber(ARGV[1])
if asked <= tonumber(ARGV[3]) then redis.call('incrby', KEYS[1], ARGV[1]) end
return {asked, ttl}
`;

function perRate(create: (rate: Rate) => Counter): (rate: Rate) => Counter {
  const counters = new Map<string, Counter>();
  return function counterOf(rate) {
    const name = `${rate.rows}/${rate.windowS}`;
    const counter = counters.get(name) ?? create(rate);
    counters.set(name, counter);
    return counter;
  };
}

/** The library resolves with the same that it rejects with, but for what went wrong. */
async function ask(count: Counter, id: string, rows: number, rate: Rate): Promise<Grant> {
  try {
    const { consumedPoints, msBeforeNext } = await count(id, rows);
    return { isGranted: true, remaining: Math.max(0, rate.rows - consumedPoints), resetMs: msBeforeNext };
  } catch (refusal) {
    if (refusal instanceof Error) throw refusal;
    const { consumedPoints, msBeforeNext } = refusal as RateLimiterRes;
    const remaining = Math.max(0, rate.rows - (consumedPoints - rows));
    return { isGranted: false, remaining, resetMs: msBeforeNext };
  }
}
