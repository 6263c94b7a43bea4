import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes `<artifacts>/<model>/<version>` as far as publishing looks at it: an artifact and a manifest that fits. */
export function writeVersion(artifacts: string, model: string, version: string, artifact: string): void {
  const folder = join(artifacts, model, version);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.onnx'), artifact);
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({
      name: model,
      version,
      artifact: { file: 'model.onnx', ...facts(artifact) },
    }),
  );
}

/** Adds a sealed artifact to a version that `writeVersion` wrote. */
export function writeSealed(artifacts: string, model: string, version: string, sealed: string): void {
  const folder = join(artifacts, model, version);
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(join(folder, 'model.onnx.ort'), sealed);
  writeFileSync(
    path,
    JSON.stringify({ ...manifest, sealed: [{ file: 'model.onnx.ort', ...facts(sealed) }] }),
  );
}

function facts(content: string): { readonly bytes: number; readonly sha256: string } {
  return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}
