import { createHash, randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { type FileHandle, link, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ServingError } from '../core/errors';
import { errnoOf, type FileLockOptions, withFileLock } from './file-lock';
import { hiddenBeside, unlessMissing } from './local-paths';
import { checkKey, checkSize, conflict, digestError, isVisible, notFound } from './object-check';
import type { ObjectFacts, ReadOptions, Store, StoredObject } from './store';

/**
 * Opens a store that is a folder. An object is a file; its generation is the hash of its bytes, so writing the
 * bytes that are already there does not change it.
 *
 * Writers in any number of processes on one machine: of those that create an object exactly one wins, because
 * linking a file to a taken name fails; of those that replace one generation exactly one wins, because they
 * compare and rename under a lock file. Readers see the old object or the new, never a part. The lock holds as
 * long as no writer is stopped for ten seconds between comparing and renaming.
 */
export function createLocalStore(root: string, lock: FileLockOptions = {}): Store {
  const base = resolve(root);
  return {
    uri: root,

    async read(key, options = {}) {
      const path = pathOf(base, key);
      return explained(key, () => readFromDisk(path, key, options));
    },

    async readIfChanged(key, generation, options = {}) {
      const object = await this.read(key, options);
      return object.generation === generation ? undefined : object;
    },

    async stat(key) {
      const path = pathOf(base, key);
      return explained(key, () => factsOf(path));
    },

    async list(prefix) {
      const folder = prefix === '' ? base : pathOf(base, prefix.replace(/\/$/, ''));
      return explained(prefix, () => listFolder(folder));
    },

    async write(key, bytes, ifGeneration, { onProgress } = {}) {
      const path = pathOf(base, key);
      await explained(key, () =>
        withTemporaryFile(path, bytes, (temporary) =>
          ifGeneration === 'absent'
            ? create(path, key, temporary)
            : replace(path, key, { temporary, ifGeneration, lock }),
        ),
      );
      onProgress?.(bytes.length);
      return createHash('sha256').update(bytes).digest('hex');
    },

    async remove(key, ifGeneration) {
      const path = pathOf(base, key);
      await explained(key, () => removeFile(path, key, { ifGeneration, lock }));
    },
  };
}

function pathOf(base: string, key: string): string {
  checkKey(key);
  return join(base, key);
}

async function explained<T>(key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = errnoOf(error);
    if (error instanceof ServingError || code === undefined) throw error;
    throw new ServingError('store-unavailable', `the store failed at "${key}" (${code})`, { cause: error });
  }
}

async function readFromDisk(path: string, key: string, options: ReadOptions): Promise<StoredObject> {
  const { expected, signal } = options;
  const object = await readFile(path, { signal, check: (size) => checkSize(key, size, expected) });
  if (object === undefined) throw notFound(key);
  const mismatch = digestError(key, object.generation, expected);
  if (mismatch !== undefined) throw mismatch;
  return object;
}

interface FileReading {
  readonly signal?: AbortSignal | undefined;
  /** Called with the size before anything is allocated. */
  readonly check?: (size: number) => void;
}

/** Reads one file, even if another is renamed over it meanwhile; undefined when there is none. */
async function readFile(
  path: string,
  { signal, check }: FileReading = {},
): Promise<StoredObject | undefined> {
  const file = await unlessMissing(open(path));
  if (file === undefined) return undefined;
  try {
    const facts = await file.stat();
    if (!facts.isFile()) return undefined;
    check?.(facts.size);
    return await readAndHash(file, facts.size, signal);
  } finally {
    await file.close();
  }
}

async function factsOf(path: string): Promise<ObjectFacts | undefined> {
  const object = await readFile(path);
  const facts = object && (await unlessMissing(stat(path)));
  return facts && { generation: object.generation, bytes: object.bytes.length, writtenAt: facts.mtimeMs };
}

/** Read and hashed a piece at a time, so that a large artifact does not stop the process from answering. */
const PIECE_BYTES = 1024 * 1024;

async function readAndHash(file: FileHandle, size: number, signal?: AbortSignal): Promise<StoredObject> {
  const bytes = Buffer.allocUnsafeSlow(size);
  const hash = createHash('sha256');
  for (let at = 0; at < size; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(bytes, at, Math.min(PIECE_BYTES, size - at), at);
    if (bytesRead === 0)
      throw new ServingError('store-unavailable', 'a file became shorter while it was read');
    hash.update(bytes.subarray(at, at + bytesRead));
    at += bytesRead;
  }
  return { bytes, generation: hash.digest('hex') };
}

async function listFolder(folder: string): Promise<readonly string[]> {
  const entries = await visibleEntries(folder);
  const names = await Promise.all(entries.map((entry) => nameOf(folder, entry)));
  return names.filter((name) => name !== undefined).sort();
}

async function visibleEntries(folder: string): Promise<Dirent[]> {
  const entries = (await unlessMissing(readdir(folder, { withFileTypes: true }))) ?? [];
  return entries.filter(({ name }) => isVisible(name));
}

/** As in a bucket, a folder is there when an object is in it. */
async function nameOf(folder: string, entry: Dirent): Promise<string | undefined> {
  const path = join(folder, entry.name);
  const kind = entry.isSymbolicLink() ? await unlessMissing(stat(path)) : entry;
  if (kind?.isFile()) return entry.name;
  return kind?.isDirectory() && (await holdsObject(path)) ? `${entry.name}/` : undefined;
}

async function holdsObject(folder: string): Promise<boolean> {
  for (const entry of await visibleEntries(folder)) {
    if ((await nameOf(folder, entry)) !== undefined) return true;
  }
  return false;
}

/** Writes the bytes to a hidden file beside their place, for `publish` to link or rename. */
async function withTemporaryFile(
  path: string,
  bytes: Uint8Array,
  publish: (temporary: string) => Promise<void>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = hiddenBeside(path, `${randomUUID()}.tmp`);
  try {
    // On disk before it gets its name: a power cut leaves the old object or the new one.
    await writeFile(temporary, bytes, { flush: true });
    await publish(temporary);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function create(path: string, key: string, temporary: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    throw errnoOf(error) === 'EEXIST' ? conflict(key, error) : error;
  }
}

interface Comparison {
  readonly ifGeneration: string;
  readonly lock: FileLockOptions;
}

async function replace(
  path: string,
  key: string,
  { temporary, ifGeneration, lock }: Comparison & { readonly temporary: string },
): Promise<void> {
  const compareThenRename = async () => {
    const current = await readFile(path);
    if (current?.generation !== ifGeneration) throw conflict(key);
    await rename(temporary, path);
  };
  await withFileLock(hiddenBeside(path, 'lock'), compareThenRename, lock);
}

async function removeFile(path: string, key: string, { ifGeneration, lock }: Comparison): Promise<void> {
  // Its folder may be gone with it, and then there is no room for a lock.
  if ((await readFile(path)) === undefined) return;
  const compareThenRemove = async () => {
    const current = await readFile(path);
    if (current !== undefined && current.generation !== ifGeneration) throw conflict(key);
    await rm(path, { force: true });
  };
  await withFileLock(hiddenBeside(path, 'lock'), compareThenRemove, lock);
}
