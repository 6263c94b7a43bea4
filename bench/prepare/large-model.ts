import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sealVersion } from '../../cli/seal-version';
import type { Manifest } from '../../shared/core/manifest';
import { runtimeVersion } from '../../shared/runtime/session';
import { projectPath } from '../../training/project-path';
import { encodeWideClassifier, irisManifest } from './wide-classifier';

/** Width of the hidden layers: their one matrix has 25 million numbers, 100 MB. */
const WIDTH = 5_000;

/** A registry folder that holds one model of 100 MB. */
export interface LargeModel {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Path of the artifact inside the folder. */
  readonly artifact: string;
}

/** Writes a classifier of the iris features whose weights take 100 MB, and seals it, unless it is there. */
export async function prepareLargeModel(): Promise<LargeModel> {
  const folder = projectPath('.cache/bench/large-model');
  const version = join(folder, 'large/1.0.0');
  if (!existsSync(join(version, 'manifest.json'))) write(version);
  const runtime = await runtimeVersion();
  if (!readManifest(version).sealed?.some((each) => each.runtime === runtime)) {
    await sealVersion({ registry: folder, model: 'large', version: '1.0.0' });
  }
  const manifest = readManifest(version);
  return { folder, manifest, artifact: `large/1.0.0/${manifest.artifact.file}` };
}

function readManifest(version: string): Manifest {
  return JSON.parse(readFileSync(join(version, 'manifest.json'), 'utf8')) as Manifest;
}

function write(folder: string): void {
  const manifest = irisManifest();
  const bytes = encodeWideClassifier(WIDTH);
  const artifact = { file: 'model.onnx', bytes: bytes.length, sha256: sha256(bytes) };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, artifact.file), bytes);
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ ...manifest, name: 'large', version: '1.0.0', artifact }),
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
