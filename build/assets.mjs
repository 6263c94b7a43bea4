// Builds what browsers load: the playground, and the two documentation pages with the libraries that draw them.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { packageFolders } from './bill.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { resolve } = createRequire(import.meta.url);

/** Our own scripts and styles: each becomes `<outdir>/assets/<name>`. */
const ENTRIES = ['main', 'docs', 'redoc'].map((name) => ({
  in: join(root, `playground/${name}.ts`),
  out: name === 'main' ? 'playground' : name,
}));
const STYLES = ['playground', 'docs'].map((name) => ({
  in: join(root, `playground/${name}.css`),
  out: name,
}));

/** What goes along as it is. */
const PAGES = ['index.html', 'docs.html', 'redoc.html', 'favicon.svg'];

/** Files of packages, which are no dependencies of what is deployed: their bytes are in the build. */
const VENDORS = [
  'swagger-ui-dist/swagger-ui-bundle.js',
  'swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt',
  'swagger-ui-dist/swagger-ui.css',
  'redoc/bundles/redoc.standalone.js',
  'redoc/bundles/redoc.standalone.js.LICENSE.txt',
];

/** Writes `<outdir>/assets`, and gives the folders of the packages that are in it. */
export async function buildAssets(outdir) {
  const assets = join(outdir, 'assets');
  mkdirSync(assets, { recursive: true });
  const { metafile } = await build({
    entryPoints: [...ENTRIES, ...STYLES],
    outdir: assets,
    bundle: true,
    platform: 'browser',
    format: 'iife',
    // The last two years of each: color-mix(), replaceChildren() and private fields are there.
    target: ['chrome111', 'firefox113', 'safari16.4'],
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  });
  for (const name of PAGES) copyFileSync(join(root, 'playground', name), join(assets, name));
  for (const path of VENDORS) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    writeFileSync(join(assets, name), withoutStrangers(readFileSync(resolve(path), 'utf8')));
  }
  return [
    ...packageFolders(metafile),
    ...VENDORS.map((path) => join(root, 'node_modules', path.split('/')[0])),
  ];
}

/** Redoc loads its maker's logo from his server; source maps are not part of the build. */
function withoutStrangers(text) {
  return text
    .replace('src:"https://cdn.redoc.ly/redoc/logo-mini.svg"', 'src:"./assets/favicon.svg"')
    .replace(/\n?(\/\/|\/\*)# sourceMappingURL=\S+( \*\/)?\s*$/, '\n');
}
