import { readFile, rename, writeFile } from 'node:fs/promises';
import { digestOf, type KeySet, parseKeySet, type StoredKey } from '../shared/access/key-set';
import { createKey } from '../shared/access/new-key';
import type { Rate } from '../shared/access/rate';
import { ServingError } from '../shared/core/errors';
import { withFileLock } from '../shared/registry/file-lock';
import { UsageError } from './exit-code';

/** What a new key is to be good for. */
export interface KeyTerms {
  readonly name: string;
  readonly expires?: Date;
  readonly models?: readonly string[];
  readonly rate?: Rate;
  readonly rateText?: string;
}

/** Reads the keys of a file; a file that is not there has none. */
export async function readKeys(file: string): Promise<KeySet> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  try {
    return parseKeySet(text);
  } catch (cause) {
    throw new Error(`${file} is not a set of keys`, { cause });
  }
}

/**
 * Adds a new key to a file.
 *
 * @returns the key, which is nowhere else.
 * @throws {UsageError} for a name that is there already, be it of a key that was revoked: the log has it for that one.
 */
export async function addKey(file: string, terms: KeyTerms, now: Date): Promise<string> {
  const key = createKey();
  await changeKeys(file, (keys) => {
    const same = keys.find(({ name }) => name === terms.name);
    if (same !== undefined) {
      const state = same.revoked === undefined ? '' : ', which was revoked';
      throw new UsageError(`${file} has a key "${terms.name}" already${state}: give another name`);
    }
    return [...keys, { ...terms, digest: digestOf(key), created: now }];
  });
  return key;
}

/** Marks a key of a file as revoked. @throws {ServingError} `object-not-found` */
export async function revokeKey(file: string, name: string, now: Date): Promise<void> {
  await changeKeys(file, (keys) => {
    if (!keys.some((key) => key.name === name)) {
      throw new ServingError('object-not-found', `${file} has no key "${name}"`);
    }
    return keys.map((key) => (key.name === name ? { ...key, revoked: key.revoked ?? now } : key));
  });
}

/** Whoever reads the file meanwhile sees all of it as it was, or all of it as it is. */
async function changeKeys(file: string, change: (keys: KeySet) => KeySet): Promise<void> {
  await withFileLock(`${file}.lock`, async () => {
    const changed = change(await readKeys(file));
    const draft = `${file}.${process.pid}`;
    await writeFile(draft, toText(changed), { mode: 0o600 });
    await rename(draft, file);
  });
}

function toText(keys: KeySet): string {
  return `${JSON.stringify({ keys: keys.map(toEntry) }, undefined, 2)}\n`;
}

function toEntry({ name, digest, created, expires, revoked, models, rateText }: StoredKey) {
  return { name, sha256: digest.toString('hex'), created, expires, revoked, models, rate: rateText };
}
