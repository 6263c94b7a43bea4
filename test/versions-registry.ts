import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TabularManifest } from '../shared/core/manifest';
import { createLocalStore } from '../shared/registry/local-store';
import type { Change } from '../shared/registry/state-changes';
import { changeState } from '../shared/registry/state-editor';
import type { Store } from '../shared/registry/store';
import { formatJson, sha256 } from '../training/manifest';
import { projectPath } from '../training/project-path';

/** A registry in a temporary folder with several versions of iris, of which 1.0.0 is in production. */
export interface VersionsRegistry {
  readonly root: string;
  readonly store: Store;
  /** The embedded version 1.0.0 under another number, with other members of its manifest. */
  add(version: string, members?: (manifest: TabularManifest) => Partial<TabularManifest>): void;
  /** Another ONNX file that takes and gives the same, as a version. */
  addModel(version: string, bytes: Uint8Array): void;
  /** Makes the bytes of a version others than its manifest says. */
  damage(version: string): void;
  change(made: Change): Promise<unknown>;
  remove(): void;
}

const NOTE = { at: '2026-01-01T00:00:00.000Z', by: 'ann' };

export function createVersionsRegistry(...versions: readonly string[]): VersionsRegistry {
  const root = mkdtempSync(join(tmpdir(), 'versions-'));
  const store = createLocalStore(root);
  function add(version: string, members: Parameters<VersionsRegistry['add']>[1] = () => ({})): void {
    const folder = join(root, 'iris', version);
    cpSync(projectPath('model-artifacts/iris/1.0.0'), folder, { recursive: true });
    const path = join(folder, 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as TabularManifest;
    writeFileSync(path, formatJson({ ...manifest, version, ...members(manifest) }));
  }
  for (const version of ['1.0.0', ...versions]) add(version);
  writeFileSync(
    join(root, 'iris/model.json'),
    formatJson({ schema_version: 1, aliases: { production: '1.0.0' } }),
  );
  return {
    root,
    store,
    add,
    addModel(version, bytes) {
      add(version, ({ artifact }) => ({
        artifact: { ...artifact, bytes: bytes.length, sha256: sha256(bytes) },
      }));
      writeFileSync(join(root, 'iris', version, 'model.onnx'), bytes);
    },
    damage: (version) => appendFileSync(join(root, 'iris', version, 'model.onnx'), 'x'),
    change: (made) => changeState(store, 'iris', made, { note: NOTE }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
