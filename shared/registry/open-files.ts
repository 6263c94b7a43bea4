import { resolve } from 'node:path';
import { ServingError } from '../core/errors';
import { openGcsFiles } from './gcs-files';
import { openLocalFiles } from './local-files';
import { isFolder, type ObjectFiles, type ObjectPrefix } from './object-files';
import { parseLocation } from './open-store';

/**
 * Opens the files of buckets and folders alike; nothing is connected before it is needed.
 *
 * @param endpoint base URL of a storage emulator; Cloud Storage when absent.
 */
export function openFiles(endpoint?: string): ObjectFiles {
  const folders = openLocalFiles();
  const buckets = openGcsFiles({ endpoint });
  const holderOf = (bucket: string) => (isFolder(bucket) ? folders : buckets);
  return {
    openRead: (address, generation) => holderOf(address.bucket).openRead(address, generation),
    write: (address, source, options) => holderOf(address.bucket).write(address, source, options),
    stat: (address) => holderOf(address.bucket).stat(address),
    list: (where) => holderOf(where.bucket).list(where),
  };
}

/**
 * Reads the place that `gs://bucket/prefix` or a folder's path means: all that lies below it.
 *
 * @throws {ServingError} `store-unavailable` for an address that names neither.
 */
export function parsePrefix(uri: string): ObjectPrefix {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(uri)?.[1];
  if (scheme === undefined) return { bucket: resolve(uri), prefix: '' };
  if (scheme !== 'gs') {
    throw new ServingError('store-unavailable', `files lie in gs://bucket/prefix or in a folder, got ${uri}`);
  }
  const { bucket, prefix } = parseLocation(uri);
  return { bucket, prefix: prefix === '' ? '' : `${prefix}/` };
}
