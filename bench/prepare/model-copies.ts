import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../shared/core/manifest';
import { projectPath } from '../../training/project-path';

/** Where one version of a model is. */
export interface VersionFolder {
  readonly folder: string;
  /** Leaves the sealed artifacts out. */
  readonly isPortable?: boolean;
}

/** A registry of one model, with as many versions as were asked for, each the same file. */
export interface ModelCopies {
  readonly root: string;
  readonly versions: readonly string[];
  remove(): void;
}

/** Makes versions 1.0.0, 1.0.1, … of a model that there is, by links: they take no room. */
export function copyModel({ folder, isPortable = false }: VersionFolder, count: number): ModelCopies {
  const cache = projectPath('.cache/bench');
  mkdirSync(cache, { recursive: true });
  const root = mkdtempSync(join(cache, 'copies-'));
  const { sealed = [], ...manifest } = JSON.parse(
    readFileSync(join(folder, 'manifest.json'), 'utf8'),
  ) as Manifest;
  const versions = Array.from({ length: count }, (_, index) => `1.0.${index}`);
  for (const version of versions) {
    const copy = join(root, 'copied', version);
    mkdirSync(copy, { recursive: true });
    const kept = isPortable || sealed.length === 0 ? {} : { sealed };
    for (const { file } of [manifest.artifact, ...(kept.sealed ?? [])]) {
      linkSync(join(folder, file), join(copy, file));
    }
    writeFileSync(
      join(copy, 'manifest.json'),
      JSON.stringify({ ...manifest, ...kept, name: 'copied', version }),
    );
  }
  return { root, versions, remove: () => rmSync(root, { recursive: true }) };
}
