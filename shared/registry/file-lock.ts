import { open, stat, unlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServingError } from '../core/errors';

export interface FileLockOptions {
  /** Age at which a lock counts as left behind by a writer that died, in milliseconds. @default 10000 */
  readonly staleMs?: number;
  /** Longest wait for the lock, in milliseconds; longer than `staleMs`. @default 15000 */
  readonly waitMs?: number;
}

/**
 * Does something while no other process does it under the same lock file, which exists only meanwhile.
 *
 * The guarantee ends where the work takes longer than `staleMs`: then another process takes the lock to be
 * left behind and removes it.
 *
 * @throws {ServingError} `store-unavailable` when the lock is not free in time.
 */
export async function withFileLock<T>(
  path: string,
  work: () => Promise<T>,
  { staleMs = 10_000, waitMs = 15_000 }: FileLockOptions = {},
): Promise<T> {
  const giveUpAt = performance.now() + waitMs;
  while (!(await createLock(path))) {
    if (performance.now() > giveUpAt) throw busy(waitMs);
    await breakIfStale(path, staleMs);
    // The wait differs between processes, so that they do not knock in step.
    await sleep(5 + Math.random() * 20);
  }
  try {
    return await work();
  } finally {
    await unlinkIfThere(path);
  }
}

/** Only one process at a time may look and remove: a second would remove the lock of whoever came in between. */
async function breakIfStale(path: string, staleMs: number): Promise<void> {
  if (!(await isStale(path, staleMs))) return;
  const breaking = `${path}.break`;
  if (!(await createLock(breaking))) return;
  try {
    if (await isStale(path, staleMs)) await unlinkIfThere(path);
  } finally {
    await unlinkIfThere(breaking);
  }
}

async function createLock(path: string): Promise<boolean> {
  try {
    const handle = await open(path, 'wx');
    await handle.close();
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(path: string, staleMs: number): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > staleMs;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/** The code of a system error: `ENOENT`, `EEXIST`. */
export function errnoOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

function busy(waitMs: number): ServingError {
  return new ServingError('store-unavailable', `another writer has held the object for ${waitMs} ms`);
}
