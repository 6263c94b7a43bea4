import { readFile } from 'node:fs/promises';
import { withDeadline } from '../core/deadline';
import { accessUnavailable } from './caller';
import { type KeySet, parseKeySet } from './key-set';
import type { KeySettings } from './settings';

/** Gives the keys as they are now. */
export type KeySource = () => KeySet | Promise<KeySet>;

export interface KeySourceParts {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Told once when the file cannot be read any more, until it can. */
  readonly onFailure: (what: string, error: unknown) => void;
  readonly read?: (path: string) => Promise<string>;
}

/** Longest that reading the file may take: a mounted secret is fetched by its platform when it is read. */
const READ_TIMEOUT_MS = 5_000;

/**
 * Opens the keys of a deployment. A file is read again by the first request that comes when what was read is too old,
 * and that request waits for it, so that a key which was revoked during a quiet hour is not let in once more. No timer
 * runs: between requests an instance has no CPU. What cannot be read or is wrong changes nothing.
 *
 * A file is always read whole and never only looked at: a mounted secret need not change its time when it changes.
 */
export function openKeySource(settings: KeySettings, parts: KeySourceParts): KeySource {
  if ('inline' in settings) return () => settings.inline;
  const { file, refreshMs } = settings;
  const { now, onFailure, read = (path) => readFile(path, 'utf8') } = parts;
  let text: string | undefined;
  let keys: KeySet | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<KeySet> | undefined;
  let isBroken = false;

  async function reread(): Promise<KeySet> {
    try {
      const current = await withDeadline({ ms: READ_TIMEOUT_MS, late }, () => read(file));
      if (keys === undefined || current !== text) keys = parseKeySet(current);
      text = current;
      isBroken = false;
    } catch (error) {
      if (!isBroken) onFailure(`reading the API keys from ${file}`, error);
      isBroken = true;
      if (keys === undefined) throw accessUnavailable('the API keys cannot be read', error);
    } finally {
      readAt = now();
      reading = undefined;
    }
    return keys;
  }

  return function currentKeys() {
    if (keys !== undefined && now() - readAt < refreshMs) return keys;
    reading ??= reread();
    return reading;
  };
}

function late(): Error {
  return new Error(`the file was not read within ${READ_TIMEOUT_MS} ms`);
}
