import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Gives the absolute path of a file of this project.
 *
 * The root is the nearest folder above that has a package.json, because a program is run from a bundle in
 * `.cache` as well as from its source in the tests.
 */
export function projectPath(path: string): string {
  return join(rootAbove(__dirname), path);
}

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`no package.json above ${__dirname}`);
  return rootAbove(parent);
}
