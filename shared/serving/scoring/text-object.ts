import type { ObjectAddress, ObjectFiles } from '../../registry/object-files';

/** A document as it is written: for people too. */
export function toJsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Writes a whole object; says whether it was written. */
export async function writeText(
  files: ObjectFiles,
  address: ObjectAddress,
  text: string,
  ifGeneration?: 'absent',
): Promise<boolean> {
  async function* pieces(): AsyncGenerator<string> {
    yield text;
  }
  const options = { contentType: 'application/json', ...(ifGeneration && { ifGeneration }) };
  return (await files.write(address, pieces(), options)) !== undefined;
}

/** Reads a whole object; undefined where there is none. @throws {ServingError} `store-unavailable` */
export async function readText(files: ObjectFiles, address: ObjectAddress): Promise<string | undefined> {
  const generation = await files.stat(address);
  if (generation === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of files.openRead(address, generation)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/**
 * Writes a document that is written once and then stands: of those who try, one wins.
 *
 * @returns what stands now, the caller's or another's.
 */
export async function settleJson<T>(files: ObjectFiles, address: ObjectAddress, value: T): Promise<T> {
  if (await writeText(files, address, toJsonText(value), 'absent')) return value;
  return (await readJson<T>(files, address)) ?? value;
}

/** Reads a document of our own. */
export async function readJson<T>(files: ObjectFiles, address: ObjectAddress): Promise<T | undefined> {
  const text = await readText(files, address);
  // Nobody else writes there, and what is there was written whole.
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
