import { basename, dirname, join } from 'node:path';
import { errnoOf } from './file-lock';

/** A name beside a file that is no object: hidden names are neither listed nor read. */
export function hiddenBeside(path: string, suffix: string): string {
  return join(dirname(path), `.${basename(path)}.${suffix}`);
}

/** Nothing there, or a file where a folder was to lead there. */
const MISSING = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

/** What work on a file gives; undefined where there is no such file. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (MISSING.has(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}
