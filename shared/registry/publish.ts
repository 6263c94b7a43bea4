import { createHash } from 'node:crypto';
import { hasCode, ServingError } from '../core/errors';
import type { ArtifactFile, Manifest } from '../core/manifest';
import { checkSize, digestError } from './object-check';
import { createRegistry } from './registry';
import { type ChangeNote, notePublished } from './state-changes';
import { changeState } from './state-editor';
import type { Store } from './store';

/** A version that is not in the registry yet. */
export interface NewVersion {
  readonly manifest: Manifest;
  /** The manifest's file as it is: people compare it with theirs. */
  readonly manifestBytes: Uint8Array;
  /** Reads one of the files that the manifest names. */
  readonly read: (file: ArtifactFile) => Promise<Uint8Array>;
}

export interface PublishOptions {
  readonly note: ChangeNote;
  /** Told how far the upload of each file is, in bytes. */
  readonly onProgress?: (file: ArtifactFile, bytes: number) => void;
}

/** What publishing did: `unchanged` where the same version was there already. */
export type PublishOutcome = 'published' | 'unchanged';

/**
 * Puts a version into a registry: its files first and its manifest last, so that it is there whole or not at all. One
 * that was broken off goes on where it stopped when it is published again, and the same version may be published twice.
 * The first version of a model becomes its production version.
 *
 * @throws {ServingError} `conflict` when there is or was another version of its number, or a part of one;
 *   `corrupt-artifact` for a file that is not what the manifest says
 */
export async function publish(
  store: Store,
  version: NewVersion,
  options: PublishOptions,
): Promise<PublishOutcome> {
  await checkNotRetired(store, version.manifest);
  const outcome = (await isThere(store, version)) ? 'unchanged' : await writeVersion(store, version, options);
  await notePublishing(store, version.manifest, options.note);
  return outcome;
}

/** @throws {ServingError} `conflict` where its number has been given to a version that is gone */
async function checkNotRetired(store: Store, { name, version }: Manifest): Promise<void> {
  const { state } = await createRegistry(store).state(name);
  if (!state.retired?.includes(version)) return;
  const detail = `${name}/${version} was there and has been removed, and a version never changes: publish under a new one`;
  throw new ServingError('conflict', detail);
}

/** @throws {ServingError} `conflict` where there is another version of its number */
async function isThere(store: Store, { manifest, manifestBytes }: NewVersion): Promise<boolean> {
  const folder = folderOf(manifest);
  const there = await store.read(`${folder}/manifest.json`).catch((error: unknown) => {
    if (hasCode(error, 'object-not-found')) return undefined;
    throw error;
  });
  if (there === undefined) return false;
  if (Buffer.compare(there.bytes, manifestBytes) === 0) return true;
  const detail = `${folder} is published already, and a version never changes: publish under a new one`;
  throw new ServingError('conflict', detail);
}

async function writeVersion(
  store: Store,
  version: NewVersion,
  options: PublishOptions,
): Promise<PublishOutcome> {
  const { artifact, sealed = [] } = version.manifest;
  const folder = folderOf(version.manifest);
  for (const file of [artifact, ...sealed]) {
    const onProgress = (bytes: number) => options.onProgress?.(file, bytes);
    await writeFile(store, `${folder}/${file.file}`, { file, bytes: await version.read(file), onProgress });
  }
  try {
    await store.write(`${folder}/manifest.json`, version.manifestBytes, 'absent');
    return 'published';
  } catch (error) {
    // Somebody who publishes the same at the same time does no harm.
    if (hasCode(error, 'conflict') && (await isThere(store, version))) return 'unchanged';
    throw error;
  }
}

function folderOf({ name, version }: Manifest): string {
  return `${name}/${version}`;
}

interface Writing {
  readonly file: ArtifactFile;
  readonly bytes: Uint8Array;
  readonly onProgress: (bytes: number) => void;
}

/**
 * A file of the same bytes is what an earlier attempt left. It is written anew all the same: then it is not old, and not
 * the one that a removal of what is old has seen.
 */
async function writeFile(store: Store, key: string, { file, bytes, onProgress }: Writing): Promise<void> {
  checkPromised(key, file, bytes);
  const write = (ifGeneration: string) => store.write(key, bytes, ifGeneration, { onProgress });
  for (let attempt = 1; ; attempt++) {
    try {
      await write(await generationOf(store, key, file));
      return;
    } catch (error) {
      if (!hasCode(error, 'conflict') || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** The generation of a file that is there, if it has the bytes that it shall have; `'absent'` for none. */
async function generationOf(store: Store, key: string, expected: ArtifactFile): Promise<string | 'absent'> {
  try {
    return (await store.read(key, { expected })).generation;
  } catch (error) {
    if (hasCode(error, 'object-not-found')) return 'absent';
    throw hasCode(error, 'corrupt-artifact') ? unfinished(key, error) : error;
  }
}

/** Everybody who publishes at the same time is noted, one after the other: these changes do not contradict. */
async function notePublishing(store: Store, { name, version }: Manifest, note: ChangeNote): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await changeState(store, name, notePublished(version), { note });
      return;
    } catch (error) {
      if (!hasCode(error, 'conflict') || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

const MAX_ATTEMPTS = 20;

/** What is published never changes, so a file that its manifest does not describe would stay broken. */
function checkPromised(key: string, expected: ArtifactFile, bytes: Uint8Array): void {
  checkSize(key, bytes.length, expected);
  const mismatch = digestError(key, createHash('sha256').update(bytes).digest('hex'), expected);
  if (mismatch !== undefined) throw mismatch;
}

function unfinished(key: string, cause: unknown): ServingError {
  const detail = `"${key}" is there with other bytes, of a version that was never finished: publish under a new version, or remove what is left of it with gc`;
  return new ServingError('conflict', detail, { cause });
}

/** Versions that were begun and never finished: their folders have files and no manifest. */
export async function unfinishedVersions(store: Store, model: string): Promise<readonly string[]> {
  const complete = new Set(await createRegistry(store).versions(model));
  const folders = (await store.list(`${model}/`)).filter((name) => name.endsWith('/'));
  return folders.map((name) => name.slice(0, -1)).filter((name) => !complete.has(name));
}
