import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from '../../training/project-path';
import { digestOf } from './digest';
import { run } from './run';

/**
 * Installs the packages that the project depends on as anybody would: not bundled, not pruned.
 *
 * @returns a folder with `node_modules`, and the Node peers beside it, in `peers`.
 */
export async function preparePlainInstall(): Promise<string> {
  const manifest = plainManifest();
  const folder = projectPath(`.cache/bench/plain-${digestOf([], manifest)}`);
  const finished = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(finished)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), manifest);
    // It keeps onnxruntime-node from fetching GPU libraries, with which the comparison would be unfair.
    cpSync(projectPath('.npmrc'), join(folder, '.npmrc'));
    await run('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder });
  }
  cpSync(projectPath('bench/peers'), join(folder, 'peers'), { recursive: true });
  return folder;
}

/** The project's own package.json with what it needs at run time only. */
function plainManifest(): string {
  const text = readFileSync(projectPath('package.json'), 'utf8');
  const { dependencies } = JSON.parse(text) as { readonly dependencies: Readonly<Record<string, string>> };
  return JSON.stringify({ name: 'plain-install', private: true, dependencies });
}
