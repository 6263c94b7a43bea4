import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from '../../training/project-path';
import { run } from './run';

/** What the copy has of its own, or as a link. */
const NOT_COPIED: readonly string[] = ['node_modules', '.compile-cache'];

/**
 * Makes a copy of a deployed folder with our own code built without the optional parts, which `bench/without` stands
 * for; all else is the same.
 *
 * @returns the copy's folder, beside the other.
 * @throws {Error} when a module that is to be left out is no longer there.
 */
export async function prepareWithout(deployed: string, node: string): Promise<string> {
  const folder = `${deployed}-without`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const name of readdirSync(deployed)) {
    if (!NOT_COPIED.includes(name)) cpSync(join(deployed, name), join(folder, name), { recursive: true });
  }
  const packages = join(deployed, 'node_modules');
  if (existsSync(packages)) symlinkSync(packages, join(folder, 'node_modules'));
  await run(process.execPath, [projectPath('bench/programs/build-without.mjs'), folder]);
  await run(node, ['fill-compile-cache.js'], { cwd: folder });
  return folder;
}
