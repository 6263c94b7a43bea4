import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from '../../training/project-path';

/** A copy of the committed registry whose iris keeps its answers, in so much memory. @returns its folder. */
export function prepareCachedIris(maxBytes: number): string {
  const folder = projectPath(`.cache/bench/cached-iris-${maxBytes}`);
  rmSync(folder, { recursive: true, force: true });
  cpSync(projectPath('model-artifacts'), folder, { recursive: true });
  const file = join(folder, 'iris/1.0.0/manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as object;
  const cache = { max_bytes: maxBytes, max_age_seconds: 86_400 };
  writeFileSync(file, JSON.stringify({ ...manifest, cache }));
  return folder;
}
