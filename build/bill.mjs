// Lists what the bundles hold: a reader of files sees one file in each, and no package any more.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Writes the packages as a bill of materials. Scanners of images take in what such a file lists (CycloneDX,
 * https://cyclonedx.org/docs/1.6/json/).
 *
 * @param folders of the packages, in any order and number.
 */
export function writeBill(folders, path) {
  const components = new Map();
  for (const folder of [...folders].sort()) {
    const component = describe(read(join(folder, 'package.json')));
    components.set(component.purl, component);
  }
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    components: [...components.values()],
  };
  writeFileSync(path, `${JSON.stringify(bill, undefined, 2)}\n`);
}

/** The folders of the packages of which a build has put something into its outputs. */
export function packageFolders({ outputs }) {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  return inputs
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => /^(.*node_modules\/(@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
    .filter((folder) => folder !== undefined)
    .map((folder) => resolve(folder));
}

function describe({ name, version, license }) {
  // https://github.com/package-url/purl-spec: the @ of a scope is written in percent.
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const licenses = / (OR|AND) /.test(license) ? { expression: license } : { license: { id: license } };
  return { type: 'library', 'bom-ref': purl, name, version, purl, ...(license && { licenses: [licenses] }) };
}

function read(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
