import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../shared/core/manifest';
import { PRODUCTION } from '../shared/core/routing';
import type { ModelState } from '../shared/registry/model-state';
import { formatJson } from './manifest';

/** A trained version that is not written yet. */
export interface TrainedVersion {
  readonly manifest: Manifest;
  /** Bytes of the ONNX file. */
  readonly artifact: Uint8Array;
}

/**
 * Writes a version into a registry's folder. The first version of a model becomes its production version;
 * after that, training does not change which version is served.
 *
 * @returns the paths of the files it wrote, in the order of writing.
 */
export async function writeVersion(registry: string, version: TrainedVersion): Promise<string[]> {
  const { manifest, artifact } = version;
  const model = join(registry, manifest.name);
  const folder = join(model, manifest.version);
  await mkdir(folder, { recursive: true });
  // The manifest follows the artifact: a version exists once its manifest does.
  const files: [path: string, content: Uint8Array | string][] = [
    [join(folder, manifest.artifact.file), artifact],
    [join(folder, 'manifest.json'), formatJson(manifest)],
  ];
  const state = join(model, 'model.json');
  if (!existsSync(state)) files.push([state, formatJson(firstState(manifest.version))]);
  for (const [path, content] of files) await writeFile(path, content);
  return files.map(([path]) => path);
}

function firstState(version: string): ModelState {
  return { schema_version: 1, aliases: { [PRODUCTION]: version } };
}
