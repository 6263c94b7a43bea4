import { hasCode, ServingError } from '../core/errors';
import type { ArtifactFile, Manifest } from '../core/manifest';
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

/**
 * Puts a version into a registry: its files first and its manifest last, so that it is there whole or not at all. One
 * that was broken off goes on where it stopped when it is published again. The first version of a model becomes its
 * production version.
 *
 * @throws {ServingError} `conflict` when there is such a version, or a part of another one with its number.
 */
export async function publish(store: Store, version: NewVersion, options: PublishOptions): Promise<void> {
  const { name, version: number, artifact, sealed = [] } = version.manifest;
  const folder = `${name}/${number}`;
  await checkNew(store, folder);
  for (const file of [artifact, ...sealed]) {
    const onProgress = (bytes: number) => options.onProgress?.(file, bytes);
    await writeFile(store, `${folder}/${file.file}`, { file, bytes: await version.read(file), onProgress });
  }
  await store.write(`${folder}/manifest.json`, version.manifestBytes, 'absent').catch(asPublished(folder));
  await notePublishing(store, version.manifest, options.note);
}

async function checkNew(store: Store, folder: string): Promise<void> {
  if ((await store.stat(`${folder}/manifest.json`)) !== undefined) throw published(folder);
}

/** A file of the same bytes is what an earlier attempt left: it will do. */
async function writeFile(
  store: Store,
  key: string,
  {
    file,
    bytes,
    onProgress,
  }: {
    readonly file: ArtifactFile;
    readonly bytes: Uint8Array;
    readonly onProgress: (bytes: number) => void;
  },
): Promise<void> {
  try {
    await store.write(key, bytes, 'absent', { onProgress });
  } catch (error) {
    if (!hasCode(error, 'conflict')) throw error;
    await store.read(key, { expected: file }).catch(() => {
      throw unfinished(key, error);
    });
    onProgress(bytes.length);
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

function asPublished(folder: string): (error: unknown) => never {
  return (error) => {
    throw hasCode(error, 'conflict') ? published(folder, error) : error;
  };
}

function published(folder: string, cause?: unknown): ServingError {
  const detail = `${folder} is published already, and a version never changes: publish under a new one`;
  return new ServingError('conflict', detail, { cause });
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
