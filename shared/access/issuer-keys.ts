/** The keys that an issuer of tokens publishes. */
export interface IssuerKeys<K> {
  /**
   * The keys as they were a moment ago, or as old as they may be while they cannot be fetched.
   *
   * @throws {KeysUnavailable}
   */
  current(): Promise<K>;
  /**
   * The keys fetched anew, for a token of one that is not among them.
   *
   * @returns undefined where they were fetched just now.
   * @throws {KeysUnavailable}
   */
  renewed(): Promise<K | undefined>;
}

export interface IssuerKeysParts {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Told once when the keys cannot be fetched any more. */
  readonly onFailure: (what: string, error: unknown) => void;
  /** Told once when they can again. */
  readonly onRecovery: (what: string) => void;
}

/** The keys of the issuer cannot be had, which is nobody's fault who shows a token. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

/** How old keys may be before they are fetched again, in milliseconds: how long one is good that was taken back. */
const FRESH_MS = 600_000;

/** How old they may be while they cannot be: an issuer that is down for a day has no tokens to give either. */
const KEPT_MS = 24 * 3_600_000;

/** How soon they are fetched again for a token of an unknown key: whoever makes tokens up is not to have it done. */
const COOLDOWN_MS = 30_000;

/** How long nobody asks again for keys that could not be had. */
const FAILURE_PAUSE_MS = 5_000;

const FETCH_TIMEOUT_MS = 5_000;

/**
 * Prepares to fetch keys; nothing is before the first token. Whoever needs newer ones waits for them, unless it is known
 * already that they cannot be had: then it is tried beside the requests, and those go on with what there is.
 *
 * @param parse makes keys of the JSON that is published, and throws where there are none in it.
 */
export function createIssuerKeys<K>(
  url: string,
  parse: (body: unknown) => K,
  { now, onFailure, onRecovery }: IssuerKeysParts,
): IssuerKeys<K> {
  let held: { readonly keys: K; readonly fetchedAt: number } | undefined;
  let fetching: Promise<K> | undefined;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let isFailing = false;

  async function fetchKeys(): Promise<K> {
    try {
      const keys = parse(await fetchJson(url));
      held = { keys, fetchedAt: now() };
      if (isFailing) onRecovery('The keys of tokens can be fetched again');
      isFailing = false;
      return keys;
    } catch (cause) {
      pausedUntil = now() + FAILURE_PAUSE_MS;
      if (!isFailing) onFailure(`fetching the keys of tokens from ${url}`, cause);
      isFailing = true;
      throw new KeysUnavailable('they could not be fetched', { cause });
    } finally {
      fetching = undefined;
    }
  }

  function fetchOnce(): Promise<K> {
    if (now() < pausedUntil) throw new KeysUnavailable('they could not be fetched a moment ago');
    fetching ??= fetchKeys();
    return fetching;
  }

  /** Keys that are old, or newer ones where those can be had. */
  async function renewedOr(old: K): Promise<K> {
    if (now() < pausedUntil) return old;
    const wasFailing = isFailing;
    const renewing = fetchOnce().catch(() => old);
    return wasFailing ? old : renewing;
  }

  return {
    async current() {
      const age = held === undefined ? Number.POSITIVE_INFINITY : now() - held.fetchedAt;
      if (held === undefined || age >= KEPT_MS) return fetchOnce();
      return age < FRESH_MS ? held.keys : renewedOr(held.keys);
    },
    async renewed() {
      return held !== undefined && now() - held.fetchedAt < COOLDOWN_MS ? undefined : fetchOnce();
    },
  };
}

/** Not from where it is sent on to: only the address of the settings is trusted. */
async function fetchJson(url: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/json, application/jwk-set+json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (response.status !== 200) throw new Error(`expected status 200, got ${response.status}`);
  return response.json();
}
