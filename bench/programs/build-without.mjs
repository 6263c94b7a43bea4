// Bundles the two hosts with some of our modules replaced: node bench/programs/build-without.mjs OUTDIR [FOLDER]
//
// FOLDER (bench/without) is laid out as the project is: `shared/serving/guard.ts` in it stands for that module. A file
// that stands for nothing, because its module is gone or nobody imports it any more, fails the build: else the
// comparison would be with a build that has the part.
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleSources } from '../../build/bundle.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [outdir, folder = join(root, 'bench/without')] = process.argv.slice(2);
if (outdir === undefined) throw new Error('usage: node bench/programs/build-without.mjs OUTDIR [FOLDER]');

const ENTRIES = { index: join(root, 'functions/index.ts'), server: join(root, 'functions/server.ts') };

/** What stands for each module, by the path of the module. */
function standIns() {
  const names = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.ts'));
  const pairs = names.map((name) => [join(root, name), resolve(folder, name)]);
  const gone = pairs.filter(([module]) => !existsSync(module));
  if (gone.length > 0) throw new Error(`there is no such module any more: ${gone.map(([module]) => module)}`);
  return new Map(pairs);
}

function replaceModules(replacements, used) {
  return {
    name: 'replace-modules',
    setup({ onResolve, resolve }) {
      const standsFor = new Set(replacements.values());
      onResolve({ filter: /^\.\.?\// }, async ({ path, pluginData, ...where }) => {
        const { importer, resolveDir, kind } = where;
        // A stand-in may take from its module what is not left out.
        if (pluginData === 'asked already' || standsFor.has(importer)) return undefined;
        const found = await resolve(path, { importer, resolveDir, kind, pluginData: 'asked already' });
        const replacement = replacements.get(found.path);
        if (replacement === undefined) return undefined;
        used.add(found.path);
        return { path: replacement };
      });
    },
  };
}

const replacements = standIns();
const used = new Set();
await bundleSources(ENTRIES, resolve(outdir), [replaceModules(replacements, used)]);
const unused = [...replacements.keys()].filter((module) => !used.has(module));
if (unused.length > 0) throw new Error(`nobody imports what is replaced: ${unused}`);
