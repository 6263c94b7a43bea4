// How sources become files that Node runs: shared by the build, the tests and `build/run.mjs`.
import { build } from 'esbuild';

/** Native, or a process-wide singleton that must be the host's own copy: stays in node_modules. */
const EXTERNAL = ['onnxruntime-node', 'sharp', '@google-cloud/functions-framework'];

/**
 * Heavy libraries that most requests do not need. Each becomes a file of its own under `vendor/`, which is
 * read and compiled when it is first imported and not before.
 */
const LAZY = [
  '@fastify/busboy',
  '@google-cloud/storage',
  '@google-cloud/logging-winston',
  '@redis/client',
  'google-auth-library',
  'ajv/dist/2020',
  'jose',
  'prom-client',
  'rate-limiter-flexible',
  'winston',
];

/**
 * Sources of ours that use a library of which they need little: bundled together with it, the rest is left out. Each
 * becomes such a file too.
 */
const LAZY_SOURCES = { './recorder': 'shared/serving/tracing/recorder.ts' };

const COMMON = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // With `import()` left in, CommonJS would start Node's ES module loader at cold start.
  supported: { 'dynamic-import': false },
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};

const vendorName = (name) => name.replace('@', '').replace('./', '').replaceAll('/', '-');

const lazyVendors = {
  name: 'lazy-vendors',
  setup({ onResolve }) {
    const filter = new RegExp(`^(${[...LAZY, ...Object.keys(LAZY_SOURCES)].join('|')})$`);
    onResolve({ filter }, ({ path }) => ({ path: `./vendor/${vendorName(path)}.js`, external: true }));
  },
};

/**
 * Bundles our own sources: `{ name: entry }` becomes `<outdir>/<name>.js`, beside `<outdir>/vendor`. The benchmark has
 * plugins of esbuild that change what is bundled.
 */
export function bundleSources(entryPoints, outdir, plugins = []) {
  return build({
    ...COMMON,
    entryPoints,
    outdir,
    external: EXTERNAL,
    plugins: [...plugins, lazyVendors],
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    // Stack traces in the log name functions; keepNames would cost a call per function at start.
    minifyIdentifiers: false,
    sourcemap: false,
  });
}

/** Bundles each lazy library, and each source of ours that is one, into `<outdir>/vendor/<name>.js`; gives both builds. */
export async function bundleVendors(outdir) {
  const options = { ...COMMON, outdir: `${outdir}/vendor`, external: EXTERNAL, minify: true };
  const sources = namedEntries(Object.entries(LAZY_SOURCES));
  return await Promise.all([
    build({ ...options, entryPoints: namedEntries(LAZY.map((name) => [name, name])) }),
    // Only of ES modules can what is not used be left out.
    build({ ...options, entryPoints: sources, mainFields: ['module', 'main'] }),
  ]);
}

function namedEntries(entries) {
  return Object.fromEntries(entries.map(([name, entry]) => [vendorName(name), entry]));
}

/** Bundles one program of the project's own (a trainer, a benchmark), leaving every package in node_modules. */
export function bundleProgram(entryPoint, outfile) {
  return build({ ...COMMON, entryPoints: [entryPoint], outfile, packages: 'external', sourcemap: 'inline' });
}
