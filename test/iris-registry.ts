import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TabularManifest } from '../shared/core/manifest';

/** A registry in a temporary folder that holds a copy of one version of the embedded model, for a test to change. */
export interface IrisRegistry {
  readonly root: string;
  /** Path of a file of version 1.0.0. */
  path(file: string): string;
  manifest(): TabularManifest;
  /** Replaces members of the manifest. */
  change(members: Partial<TabularManifest>): void;
  remove(): void;
}

export function createIrisRegistry(): IrisRegistry {
  const root = mkdtempSync(join(tmpdir(), 'iris-registry-'));
  const path = (file: string) => join(root, 'iris/1.0.0', file);
  const manifest = () => JSON.parse(readFileSync(path('manifest.json'), 'utf8')) as TabularManifest;
  for (const name of ['1.0.0', 'model.json']) {
    cpSync(join(__dirname, '../model-artifacts/iris', name), join(root, 'iris', name), { recursive: true });
  }
  return {
    root,
    path,
    manifest,
    change: (members) => writeFileSync(path('manifest.json'), JSON.stringify({ ...manifest(), ...members })),
    remove: () => rmSync(root, { recursive: true }),
  };
}
