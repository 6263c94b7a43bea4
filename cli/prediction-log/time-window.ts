import { UsageError } from '../exit-code';

/** From when on, and until before when; in milliseconds since 1970. */
export interface TimeWindow {
  readonly since?: number;
  readonly until?: number;
}

const DAY_MS = 86_400_000;
const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS };

/**
 * Reads a moment: a date, a date with a time (ISO 8601), or how long ago, as in `24h` and `7d`.
 *
 * @throws {UsageError}
 */
export function parseMoment(text: string, now: number): number {
  const [, amount, unit = ''] = /^(\d+)([mhdw])$/.exec(text) ?? [];
  if (amount !== undefined) return now - Number(amount) * (UNITS_MS[unit] ?? 0);
  const moment = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(moment)) return moment;
  throw new UsageError(`expected a date, as in 2026-10-06 or 2026-10-06T08:00Z, or 24h or 7d, got "${text}"`);
}

/** Says whether a moment is in a window; what has none is in the window that has no ends. */
export function isWithin({ since, until }: TimeWindow, moment: number | undefined): boolean {
  if (since === undefined && until === undefined) return true;
  if (moment === undefined) return false;
  return (since === undefined || moment >= since) && (until === undefined || moment < until);
}

/**
 * Whether a file may hold entries of a window. A sink of Cloud Logging files entries by day:
 * `run.googleapis.com/stdout/2026/10/06/08:00:00_08:59:59_S0.json`. A day more is looked at on either side, for entries
 * that arrive late.
 *
 * @see https://cloud.google.com/logging/docs/export/storage#gcs-organization
 */
export function mayHold(path: string, { since, until }: TimeWindow): boolean {
  const [, year, month, day] = /(?:^|\/)(\d{4})\/(\d{2})\/(\d{2})\/[^/]+$/.exec(path) ?? [];
  if (year === undefined) return true;
  const begin = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return (
    (since === undefined || begin + 2 * DAY_MS > since) && (until === undefined || begin - DAY_MS < until)
  );
}
