// Prints the path of a Node binary of one major version: node build/node-versions.mjs 24
//
// What is deployed runs on other versions of Node than the one that builds it. The npm registry carries the
// binaries of all of them, so a test or a benchmark can have one without touching what is installed.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const cache = fileURLToPath(new URL('../.cache/node', import.meta.url));
const run = promisify(execFile);

/**
 * The path of the newest Node of a major version: this process's own if it is of that version, else one that
 * was installed into `.cache/node/<major>`, now or before.
 */
export async function nodeBinary(major) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const name = packageName();
  const folder = join(cache, String(major));
  const binary = join(
    folder,
    'node_modules',
    name,
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (!existsSync(binary)) await install(`${name}@${major}`, folder);
  return binary;
}

/** The npm package `node` only chooses between these, in an install script that we do not need to run. */
function packageName() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return `node-${platform}-${process.arch}`;
}

async function install(specification, folder) {
  mkdirSync(folder, { recursive: true });
  const flags = ['--prefix', folder, '--no-save', '--no-package-lock', '--no-audit', '--no-fund'];
  await run('npm', ['install', ...flags, specification], { cwd: folder });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const major = Number(process.argv[2]);
  if (!Number.isInteger(major)) throw new Error('usage: node build/node-versions.mjs MAJOR');
  console.log(await nodeBinary(major));
}
