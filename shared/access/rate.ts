/** How much one caller may ask for: rows in a window of time. A request costs as many rows as it brings, at least one. */
export interface Rate {
  readonly rows: number;
  readonly windowS: number;
}

/** Where a caller stands within its rate. */
export interface Standing {
  /** Rows that are left of the window. */
  readonly remaining: number;
  /** Until the window ends and all rows are there again, in milliseconds. */
  readonly resetMs: number;
}

const SECONDS = { s: 1, min: 60, h: 3_600, d: 86_400 } as const;

const RATE = /^([1-9]\d{0,8})\/([1-9]\d{0,4})?(s|min|h|d)$/;

/** What a text must look like to be a rate, as an error says it. */
export const RATE_FORM = 'rows/window as in 600/min, 100/10s or 50000/d, of a day at the most';

/** Reads a rate such as `600/min`; undefined for what is none. */
export function parseRate(text: string): Rate | undefined {
  const [, rows, count = '1', unit] = RATE.exec(text) ?? [];
  if (rows === undefined || unit === undefined) return undefined;
  const windowS = Number(count) * SECONDS[unit as keyof typeof SECONDS];
  return windowS > SECONDS.d ? undefined : { rows: Number(rows), windowS };
}

/**
 * The headers that tell a caller its rate and what is left of it.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/11/
 */
export function rateHeaders(
  { rows, windowS }: Rate,
  { remaining, resetMs }: Standing,
): Record<string, string> {
  return {
    'ratelimit-policy': `"rows";q=${rows};w=${windowS}`,
    ratelimit: `"rows";r=${remaining};t=${toSeconds(resetMs)}`,
  };
}

/** The header that says when a refused caller may come back: in a second at the soonest. */
export function retryAfter(ms: number): Record<string, string> {
  return { 'retry-after': String(Math.max(1, toSeconds(ms))) };
}

/** Whole seconds, rounded up: whoever comes back then is not too early. */
function toSeconds(ms: number): number {
  return Math.max(0, Math.ceil(ms / 1_000));
}
