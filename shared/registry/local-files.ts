import { randomUUID } from 'node:crypto';
import { type FileHandle, link, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ServingError } from '../core/errors';
import { errnoOf, withFileLock } from './file-lock';
import { hiddenBeside, unlessMissing } from './local-paths';
import { checkKey, isVisible, notFound } from './object-check';
import type { ListedObject, ObjectAddress, ObjectFiles, WriteOptions } from './object-files';

/**
 * Opens folders as buckets. The generation of a file is when it was last changed, in microseconds, as generations of
 * Cloud Storage look: who changes a file and turns its clock back is not seen.
 *
 * A file appears whole or not at all. Of writers in any number of processes that create one, exactly one wins, and so it
 * is with those that replace one generation of it.
 */
export function openLocalFiles(): ObjectFiles {
  return {
    openRead: (address, generation) => explained(address, readGeneration(address, generation)),

    async write(address, source, options = {}) {
      const path = pathOf(address);
      await mkdir(dirname(path), { recursive: true });
      const temporary = hiddenBeside(path, `${randomUUID()}.tmp`);
      try {
        await writeFile(temporary, source);
        return (await publish(temporary, path, options)) ? await generationOf(path) : undefined;
      } finally {
        await rm(temporary, { force: true });
      }
    },

    stat: (address) => generationOf(pathOf(address)),

    async *list({ bucket, prefix }) {
      // Names are compared, not folders: a prefix may end in the middle of one.
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      for await (const object of walk(bucket, folder)) {
        if (object.name.startsWith(prefix)) yield object;
      }
    },
  };
}

function pathOf({ bucket, name }: ObjectAddress): string {
  checkKey(name);
  return join(bucket, name);
}

/** A file that cannot be read is the folder's fault, and may pass; what the reader does is not. */
async function* explained(
  { name }: ObjectAddress,
  source: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    const code = errnoOf(error);
    if (error instanceof ServingError || code === undefined) throw error;
    throw new ServingError('store-unavailable', `"${name}" cannot be read (${code})`, { cause: error });
  }
}

async function* readGeneration(address: ObjectAddress, generation: string): AsyncGenerator<Uint8Array> {
  const file = await unlessMissing(open(pathOf(address)));
  if (file === undefined) throw notFound(`${address.name}#${generation}`);
  try {
    await checkGeneration(file, address, generation);
    yield* file.createReadStream({ autoClose: false, start: 0 });
    // Written into while it was read: what came is neither the old file nor the new one.
    await checkGeneration(file, address, generation);
  } finally {
    await file.close();
  }
}

async function checkGeneration(file: FileHandle, { name }: ObjectAddress, generation: string): Promise<void> {
  const { mtimeNs } = await file.stat({ bigint: true });
  if (toGeneration(mtimeNs) !== generation) throw notFound(`${name}#${generation}`);
}

async function generationOf(path: string): Promise<string | undefined> {
  const facts = await unlessMissing(stat(path, { bigint: true }));
  return facts?.isFile() === true ? toGeneration(facts.mtimeNs) : undefined;
}

const toGeneration = (mtimeNs: bigint): string => String(mtimeNs / 1_000n);

/** Says whether the file has its name now. */
async function publish(temporary: string, path: string, { ifGeneration }: WriteOptions): Promise<boolean> {
  if (ifGeneration === 'absent') return create(temporary, path);
  if (ifGeneration === undefined) {
    await rename(temporary, path);
    return true;
  }
  return withFileLock(hiddenBeside(path, 'lock'), async () => {
    if ((await generationOf(path)) !== ifGeneration) return false;
    await rename(temporary, path);
    return true;
  });
}

/** Linking to a taken name fails, however many try it at once. */
async function create(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Every visible file at any depth, in the order of the names as a bucket has it. */
async function* walk(root: string, folder: string): AsyncGenerator<ListedObject> {
  const entries = (await unlessMissing(readdir(join(root, folder), { withFileTypes: true }))) ?? [];
  // With its slash a folder stands where its files do: "a.csv" comes before "a/b.csv".
  const names = entries
    .filter(({ name }) => isVisible(name))
    .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`);
  for (const name of names.sort()) {
    if (name.endsWith('/')) yield* walk(root, name);
    else {
      const generation = await generationOf(join(root, name));
      if (generation !== undefined) yield { name, generation };
    }
  }
}
