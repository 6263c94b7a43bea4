import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, ServingError } from '../../shared/core/errors';
import { unlessMissing } from '../../shared/registry/local-paths';
import type { ObjectFiles } from '../../shared/registry/object-files';
import type { StoreEnvironment } from '../../shared/registry/open-store';
import type { Store } from '../../shared/registry/store';

/** One file of a log, wherever it is. */
export interface LogFile {
  /** As a person would write it. */
  readonly name: string;
  open(): AsyncIterable<Uint8Array>;
}

export interface LogFilesOptions {
  /** What is looked for, as an error calls it. @default 'log' */
  readonly what?: string;
  /** What `-` stands for. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Where Cloud Storage is. */
  readonly storage: StoreEnvironment;
  /** Whether a path is worth opening. */
  readonly mayHold: (path: string) => boolean;
}

/**
 * Finds the files of a log: files, folders with everything beneath them, `gs://` objects and prefixes, and `-`.
 *
 * @throws {ServingError} `object-not-found` for what is not there.
 */
export async function* findLogFiles(
  sources: readonly string[],
  options: LogFilesOptions,
): AsyncGenerator<LogFile> {
  for (const source of sources) {
    if (source === '-') yield { name: 'standard input', open: () => options.stdin };
    else if (source.startsWith('gs://')) yield* findObjects(source, options);
    else yield* findPaths(source, options);
  }
}

async function* findPaths(path: string, { mayHold, what }: LogFilesOptions): AsyncGenerator<LogFile> {
  const paths = (await isFolder(path, what)) ? await filesBeneath(path) : [path];
  for (const each of paths) {
    if (mayHold(each)) yield { name: each, open: () => createReadStream(each) };
  }
}

async function isFolder(path: string, what?: string): Promise<boolean> {
  const found = await unlessMissing(stat(path));
  if (found === undefined) throw nothingAt(path, what);
  return found.isDirectory();
}

function nothingAt(path: string, what = 'log'): ServingError {
  return new ServingError('object-not-found', `there is no ${what} at ${path}`);
}

async function filesBeneath(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function* findObjects(uri: string, options: LogFilesOptions): AsyncGenerator<LogFile> {
  const { openStore } = await import('../../shared/registry/open-store');
  const { openGcsFiles } = await import('../../shared/registry/gcs-files');
  const [, bucket = '', path = ''] = /^gs:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
  // Refuses an address or an environment that cannot work.
  const store = await openStore(`gs://${bucket}`, options.storage);
  const files = openGcsFiles({ endpoint: options.storage.gcsApiEndpoint || undefined });
  let found = 0;
  for await (const name of objectsAt(store, files, { bucket, path })) {
    found++;
    if (!options.mayHold(name)) continue;
    yield { name: `gs://${bucket}/${name}`, open: () => openObject(files, { bucket, name }) };
  }
  if (found === 0) throw nothingAt(uri, options.what);
}

async function* objectsAt(
  store: Store,
  files: ObjectFiles,
  { bucket, path }: { readonly bucket: string; readonly path: string },
): AsyncGenerator<string> {
  const isObject =
    path !== '' && !path.endsWith('/') && (await files.stat({ bucket, name: path })) !== undefined;
  if (isObject) yield path;
  else yield* objectsBeneath(store, path === '' || path.endsWith('/') ? path : `${path}/`);
}

async function* objectsBeneath(store: Store, prefix: string): AsyncGenerator<string> {
  for (const name of await store.list(prefix)) {
    if (name.endsWith('/')) yield* objectsBeneath(store, prefix + name);
    else yield prefix + name;
  }
}

/** Between listing and reading an object may be replaced, or go: what a life-cycle rule deletes is no failure. */
async function* openObject(
  files: ObjectFiles,
  address: { readonly bucket: string; readonly name: string },
): AsyncGenerator<Uint8Array> {
  const generation = await files.stat(address);
  if (generation === undefined) return;
  try {
    yield* files.openRead(address, generation);
  } catch (error) {
    if (!hasCode(error, 'object-not-found')) throw error;
  }
}
