import { ServingError } from '../core/errors';
import { memberOf } from './member';

/** One file in a folder of artifacts. */
export interface RemoteFile {
  /** A plain name: nothing in it leads out of a folder. */
  readonly name: string;
  /** As the server says; whoever downloads it counts again. */
  readonly bytes: number;
}

/**
 * The path in the server's own store of artifacts that an address of MLflow's names.
 *
 * @throws {ServingError} `store-unavailable` for artifacts that the server does not hand out itself.
 */
export function artifactPath(uri: string): string {
  const [, path] = /^mlflow-artifacts:\/*(?!\/)(.+?)\/*$/.exec(uri) ?? [];
  // Two slashes begin the name of another server.
  if (path !== undefined && !/^mlflow-artifacts:\/\/[^/]/.test(uri)) return checkPath(path);
  throw new ServingError(
    'store-unavailable',
    `the tracking server keeps its artifacts at ${printable(uri)} and does not hand them out itself; ` +
      'expected an address that begins with mlflow-artifacts:/, which `mlflow server --serve-artifacts` gives to new runs',
  );
}

/**
 * Passes a path on if every part of it is a plain name.
 *
 * @throws {ServingError} `store-unavailable`: it is the server that said it.
 */
export function checkPath(path: string): string {
  if (path.split('/').every(isPlainName)) return path;
  throw new ServingError('store-unavailable', `expected the path of an artifact, got ${printable(path)}`);
}

/** Reads the answer to a listing. Folders are left out. */
export function readListing(answer: unknown, uri: string): RemoteFile[] {
  const files = memberOf(answer, 'files') ?? [];
  if (!Array.isArray(files)) throw new ServingError('store-unavailable', `${uri} listed no files`);
  return files.filter((file) => memberOf(file, 'is_dir') !== true).map(readFile);
}

function readFile(file: unknown): RemoteFile {
  const name = String(memberOf(file, 'path'));
  if (!isPlainName(name)) {
    throw new ServingError('store-unavailable', `expected the name of a file, got ${printable(name)}`);
  }
  return { name, bytes: Number(memberOf(file, 'file_size') ?? 0) };
}

function isPlainName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\u0000-\u001f]/.test(name);
}

/** What a server said, as it may be shown: in quotes, and not all of it. */
export function printable(text: string): string {
  return JSON.stringify(text.slice(0, 300));
}
