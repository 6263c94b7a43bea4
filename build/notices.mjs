// Writes whose code the bundles hold, and under which licences: those ask that their texts go along.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes the licences and notices of packages, each text once with all the packages that it is of.
 *
 * @param folders of the packages, in any order and number.
 */
export function writeNotices(folders, path) {
  /** The names of packages by what they say. */
  const namesOf = new Map();
  for (const folder of [...new Set(folders)].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const text = textsOf(folder) || `Licence: ${license}`;
    const names = namesOf.get(text) ?? new Set();
    namesOf.set(text, names.add(`${name} ${version}`));
  }
  const parts = [...namesOf].map(([text, names]) => `${[...names].join('\n')}\n\n${text}\n`);
  writeFileSync(path, `The bundles in this folder hold code of others.\n\n${parts.join(RULE)}`);
}

const RULE = `\n${'-'.repeat(80)}\n\n`;

function textsOf(folder) {
  return readdirSync(folder)
    .filter((name) => /^(licen[cs]e|copying|notice)/i.test(name) && !/\.(js|json|ts|html)$/i.test(name))
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n').trim())
    .join('\n\n');
}
