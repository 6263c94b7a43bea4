// Checks the folder of one version before it is published: node deploy/check-version.mjs MODEL/VERSION
// What is published never changes, so an artifact that its manifest does not describe would stay broken.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const folder = resolve(process.argv[2] ?? '.');
const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));

const [model, version] = folder.split(/[\\/]/).slice(-2);
check('name', manifest.name, model);
check('version', manifest.version, version);
checkFile('artifact', manifest.artifact);
for (const [index, sealed] of (manifest.sealed ?? []).entries()) checkFile(`sealed.${index}`, sealed);

function checkFile(member, { file, bytes, sha256 }) {
  const path = join(folder, file);
  if (!existsSync(path)) fail(`"${member}.file" says ${file}, but there is no such file`);
  const content = readFileSync(path);
  check(`${member}.bytes`, bytes, content.length);
  check(`${member}.sha256`, sha256, createHash('sha256').update(content).digest('hex'));
}

function check(field, stated, actual) {
  if (stated !== actual) fail(`"${field}" says ${stated}, but it is ${actual}`);
}

function fail(message) {
  console.error(`${join(folder, 'manifest.json')}: ${message}`);
  process.exit(1);
}
