// Builds everything that is deployed into dist/: one bundle, libraries for later, pages, embedded models.
import { chmodSync, cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildAssets } from './assets.mjs';
import { packageFolders, writeBill } from './bill.mjs';
import { bundleSources, bundleVendors } from './bundle.mjs';
import { writeNotices } from './notices.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What is run: by the Functions Framework, as the container's program, beside both, and as the command line. */
const ENTRIES = {
  index: join(root, 'functions/index.ts'),
  server: join(root, 'functions/server.ts'),
  shadow: join(root, 'functions/shadow.ts'),
  cli: join(root, 'cli/main.ts'),
};

/** Writes a complete deployable folder, and puts it in the place of an older one only when it is complete. */
export async function buildInto(outdir) {
  const draft = `${outdir}.${process.pid}`;
  const [sources, vendors, assets] = await Promise.all([
    bundleSources(ENTRIES, draft),
    bundleVendors(draft),
    buildAssets(draft),
  ]);
  const bundled = [sources, ...vendors].flatMap(({ metafile }) => packageFolders(metafile));
  const packages = [...bundled, ...assets];
  writeBill(packages, join(draft, 'bundled.cdx.json'));
  writeNotices(packages, join(draft, 'THIRD-PARTY-NOTICES.txt'));
  for (const program of ['cli.js', 'server.js']) makeExecutable(join(draft, program));
  for (const [from, to] of COPIES) cpSync(join(root, from), join(draft, to), { recursive: true });
  rmSync(outdir, { recursive: true, force: true });
  renameSync(draft, outdir);
}

/** A shell runs it by its first line, as npm's links to it do. */
function makeExecutable(program) {
  writeFileSync(program, `#!/usr/bin/env node\n${readFileSync(program, 'utf8')}`);
  chmodSync(program, 0o755);
}

/** What goes along as it is: package.json and its lock, the embedded models, and what gcloud may upload. */
const COPIES = [
  ['deploy/function', '.'],
  ['model-artifacts', 'model-artifacts'],
  ['.gcloudignore', '.gcloudignore'],
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildInto(join(root, 'dist'));
}
