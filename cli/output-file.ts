import { writeFile } from 'node:fs/promises';
import { parseLocation } from '../shared/registry/open-store';
import { UsageError } from './exit-code';
import type { Terminal } from './terminal';

/** How a file is written. */
export interface OutputParts {
  readonly env: Terminal['env'];
  readonly contentType: string;
}

/**
 * Reads where a command is to write one file: a path, or `gs://bucket/name`.
 *
 * @throws {UsageError} for an address that names no file
 */
export function parseOutputFile(text: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(text)?.[1];
  const isObject = scheme === 'gs' && !text.endsWith('/') && parseObject(text).name !== '';
  if (text !== '' && (scheme === undefined || isObject)) return text;
  throw new UsageError(`expected a file, or gs://bucket/name, got "${text}"`);
}

/**
 * Writes a text to a file or an object, in place of what is there.
 *
 * @param output as `parseOutputFile` gives it.
 * @throws {Error} that names it, with the reason as its cause
 */
export async function writeOutputFile(output: string, text: string, parts: OutputParts): Promise<void> {
  try {
    // Not by a draft that is renamed: a path may be that of a pipe or a device.
    if (!output.startsWith('gs://')) await writeFile(output, text);
    else await writeObject(output, text, parts);
  } catch (cause) {
    throw new Error(`${output} cannot be written`, { cause });
  }
}

async function writeObject(uri: string, text: string, { env, contentType }: OutputParts): Promise<void> {
  const { openGcsFiles } = await import('../shared/registry/gcs-files');
  const files = openGcsFiles({ endpoint: env['GCS_API_ENDPOINT'] || undefined });
  async function* pieces(): AsyncGenerator<string> {
    yield text;
  }
  await files.write(parseObject(uri), pieces(), { contentType });
}

function parseObject(uri: string): { readonly bucket: string; readonly name: string } {
  try {
    const { bucket, prefix } = parseLocation(uri);
    return { bucket, name: prefix };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
