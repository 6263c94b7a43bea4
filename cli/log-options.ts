import type { Command } from './command';
import { UsageError } from './exit-code';

/** Which part of a log is read. */
export interface LogOptions {
  readonly since?: string;
  readonly until?: string;
}

/** Adds the options of every command that reads the prediction log. */
export function addLogOptions(command: Command): Command {
  return command
    .option('--since <moment>', 'leave out earlier entries: a date, a time, or 24h, 7d', undefined)
    .option('--until <moment>', 'leave out entries from then on', undefined);
}

/** @throws {UsageError} */
export function parseShare(text: string): number {
  const share = text.trim() === '' ? Number.NaN : Number(text);
  if (share >= 0 && share <= 1) return share;
  throw new UsageError(`expected a number from 0 to 1, got "${text}"`);
}

/** @throws {UsageError} */
export function parsePositive(text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new UsageError(`expected a number above 0, got "${text}"`);
}
