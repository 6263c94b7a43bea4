import { hasCode, ServingError } from '../core/errors';

export interface LoadCacheOptions<V> {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /**
   * Longest wait after the first failure; doubles with each further one. A wait is between half of the longest
   * and all of it, so that instances that failed together do not come back together. @default 1000
   */
  readonly backoffMs?: number;
  /** Longest wait after any failure: a caller should not meet a store that healed long ago. @default 10000 */
  readonly maxBackoffMs?: number;
  /** Most values that are kept; the one asked for longest ago gives way. @default no limit */
  readonly maxEntries?: number;
  /** Most that the values kept may weigh together, as `weigh` says. @default no limit */
  readonly maxWeight?: number;
  /** @default nothing */
  readonly weigh?: (value: V) => number;
  /** Says of a value that it must not give way now, whatever the limits. @default never */
  readonly isKept?: (key: string) => boolean;
  /** How long a value is good, in milliseconds; an older one still serves when a newer one cannot be loaded. @default for ever */
  readonly maxAgeMs?: number;
  /** Evenly distributed between 0 and 1. @default Math.random */
  readonly random?: () => number;
  /**
   * Told of every failed load, once, however many callers waited for it. A load that failed because a load it
   * needs did (`model-unavailable`) is not told again.
   */
  readonly onFailure?: (key: string, error: unknown) => void;
  /** Given every value that had to give way. */
  readonly onEvict?: (value: V) => void;
}

/** Values that are expensive to load: each is loaded once, whoever asks, and kept. */
export interface LoadCache<V> {
  /** Every value that is there, the one asked for longest ago first. */
  values(): readonly V[];
  /** The value if it is there, without waiting. */
  peek(key: string): V | undefined;
  /**
   * The value, loaded first if need be. Callers that ask while a load is under way share it.
   *
   * @throws {ServingError} `model-unavailable`, with what `load` threw as its cause; until the backoff has passed,
   *   the same again, with what is left of the wait in `Retry-After`. The first call after that loads again.
   */
  get(key: string, load: () => Promise<V>): Promise<V>;
  /** Forgets a value, or a failure, as if it had given way. A load under way goes on, and its value is kept. */
  drop(key: string): void;
}

interface Entry<V> {
  readonly failures: number;
  readonly retryAt: number;
  readonly error?: unknown;
  readonly value?: V;
  readonly loadedAt?: number;
  readonly loading?: Promise<V>;
}

/** What there was of a key before a load: how often in a row it failed, and a value that has become too old. */
type Before<V> = Pick<Entry<V>, 'failures'> & { readonly value: V | undefined };

/** Makes an empty cache. */
export function createLoadCache<V>(options: LoadCacheOptions<V>): LoadCache<V> {
  const { now, backoffMs = 1_000, maxBackoffMs = 10_000, random = Math.random, onFailure } = options;
  const { maxAgeMs = Number.POSITIVE_INFINITY, maxEntries = Number.POSITIVE_INFINITY, onEvict } = options;
  const { maxWeight = Number.POSITIVE_INFINITY, weigh = () => 0, isKept = () => false } = options;
  const isLimited = maxEntries !== Number.POSITIVE_INFINITY || maxWeight !== Number.POSITIVE_INFINITY;
  // In the order in which they were last asked for, where there is a limit.
  const entries = new Map<string, Entry<V>>();

  async function run(key: string, load: () => Promise<V>, before: Before<V>): Promise<V> {
    try {
      const value = await load();
      entries.set(key, { value, loadedAt: now(), failures: 0, retryAt: 0 });
      evict();
      return value;
    } catch (error) {
      const longest = Math.min(maxBackoffMs, backoffMs * 2 ** before.failures);
      const wait = longest * (0.5 + random() / 2);
      const retryAt = now() + wait;
      const { value } = before;
      // An old value is better than none, until the load may be tried again.
      const kept = value === undefined ? { error } : { value, loadedAt: retryAt - maxAgeMs };
      entries.set(key, { failures: before.failures + 1, retryAt, ...kept });
      if (!hasCode(error, 'model-unavailable')) onFailure?.(key, error);
      if (value !== undefined) return value;
      throw unavailable(error, wait);
    }
  }

  /** The entry of a key, unless its value has become too old. */
  function find(key: string): Entry<V> | undefined {
    const entry = entries.get(key);
    if (entry?.loadedAt === undefined) return entry;
    if (maxAgeMs !== Number.POSITIVE_INFINITY && now() - entry.loadedAt > maxAgeMs) return undefined;
    // Alone, it is the last one asked for already.
    if (isLimited && entries.size > 1) {
      entries.delete(key);
      entries.set(key, entry);
    }
    return entry;
  }

  /** Lets go of what was asked for longest ago until the rest is within the limits; the newest always stays. */
  function evict(): void {
    const loaded = [...entries].flatMap(([key, { value }]) => (value === undefined ? [] : [{ key, value }]));
    let count = loaded.length;
    let weight = loaded.reduce((sum, { value }) => sum + weigh(value), 0);
    for (const { key, value } of loaded.slice(0, -1)) {
      if (count <= maxEntries && weight <= maxWeight) return;
      if (isKept(key)) continue;
      entries.delete(key);
      count -= 1;
      weight -= weigh(value);
      onEvict?.(value);
    }
  }

  return {
    values: () => [...entries.values()].flatMap(({ value }) => (value === undefined ? [] : [value])),
    peek: (key) => find(key)?.value,
    async get(key, load) {
      const { value, failures } = entries.get(key) ?? { failures: 0 };
      const entry = find(key) ?? { failures, retryAt: 0 };
      if (entry.value !== undefined) return entry.value;
      if (entry.loading !== undefined) return entry.loading;
      const wait = entry.retryAt - now();
      if (wait > 0) throw unavailable(entry.error, wait);
      const loading = run(key, load, { failures: entry.failures, value });
      entries.set(key, { ...entry, loading });
      return loading;
    },
    drop(key) {
      const entry = entries.get(key);
      if (entry?.loading !== undefined) return;
      entries.delete(key);
      if (entry?.value !== undefined) onEvict?.(entry.value);
    },
  };
}

/** What those are told who wait for a load that failed, or come before it may be tried again. */
function unavailable(cause: unknown, waitMs: number): ServingError {
  const headers = { 'retry-after': String(Math.ceil(waitMs / 1_000)) };
  // The load that this one needed has said why.
  if (hasCode(cause, 'model-unavailable')) {
    return new ServingError('model-unavailable', cause.message, { cause, headers, members: cause.members });
  }
  const isForeseen = cause instanceof ServingError;
  return new ServingError('model-unavailable', isForeseen ? cause.message : 'it failed to load', {
    cause,
    headers,
    members: { reason: isForeseen ? cause.code : 'internal' },
  });
}
