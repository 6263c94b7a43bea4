import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startGcsEmulator, whyMissing } from '../../test/gcs-emulator';
import type { Available } from '../servers/contender';

const BUCKET = 'models';

/** A bucket of an emulated Cloud Storage. */
export interface ModelBucket {
  /** Base URL of the emulator. */
  readonly endpoint: string;
  /** Copies a registry folder under a prefix. @returns its address as MODEL_REGISTRY takes it. */
  add(folder: string, prefix: string): Promise<string>;
  /** Where an object's bytes are had by anybody. */
  mediaUrl(prefix: string, path: string): string;
  stop(): Promise<void>;
}

/** Starts an emulator with an empty bucket. */
export async function openModelBucket(): Promise<Available<ModelBucket>> {
  const reason = whyMissing();
  if (reason !== undefined) return { missing: reason };
  const emulator = await startGcsEmulator();
  await emulator.createBucket(BUCKET);
  return {
    value: {
      endpoint: emulator.endpoint,
      async add(folder, prefix) {
        for (const path of filesUnder(folder)) {
          await emulator.upload(BUCKET, `${prefix}/${path}`, readFileSync(join(folder, path)));
        }
        return `gs://${BUCKET}/${prefix}`;
      },
      mediaUrl(prefix, path) {
        const name = encodeURIComponent(`${prefix}/${path}`);
        return `${emulator.endpoint}/storage/v1/b/${BUCKET}/o/${name}?alt=media`;
      },
      stop: () => emulator.stop(),
    },
  };
}

function filesUnder(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
