import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const root = join(__dirname, '..');

/** What each folder may import besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'shared/core': [],
  'shared/onnx': ['shared/core'],
  'shared/registry': ['shared/core'],
  'shared/runtime': ['shared/core'],
  'shared/fetch': ['shared/core'],
  'shared/mlflow': ['shared/core'],
  'shared/access': ['shared/core'],
  'shared/protocol': ['shared/core'],
  'shared/serving': [
    'shared/core',
    'shared/registry',
    'shared/runtime',
    'shared/fetch',
    'shared/protocol',
    'shared/access',
  ],
  functions: ['shared/core', 'shared/registry', 'shared/runtime', 'shared/serving'],
  playground: ['shared/core'],
  training: ['shared/core', 'shared/mlflow', 'shared/onnx', 'shared/registry'],
  cli: [
    'shared/core',
    'shared/mlflow',
    'shared/onnx',
    'shared/protocol',
    'shared/registry',
    'shared/runtime',
    'shared/serving',
    'shared/access',
    'training',
  ],
};

/** The one file that may import each of these. */
const ONE_HOME: Readonly<Record<string, readonly string[]>> = {
  'onnxruntime-node': ['shared/runtime/session.ts'],
  'lru-cache': ['shared/runtime/prediction-cache.ts'],
  sharp: ['shared/runtime/image/decoder.ts'],
  cephes: ['cli/statistics/special-functions.ts'],
  '@streamparser/json': ['cli/prediction-log/log-values.ts'],
  commander: ['cli/command.ts', 'cli/command-line.ts', 'cli/commands/rollout.ts'],
  '@fastify/busboy': ['shared/protocol/image/multipart.ts'],
  '@google-cloud/storage': ['shared/registry/gcs-client.ts'],
  '@google-cloud/logging-winston': ['shared/serving/cloud-transport.ts'],
  'google-auth-library': ['shared/serving/cloud-transport.ts'],
  winston: ['shared/serving/log.ts'],
  'prom-client': ['shared/serving/metrics/metrics.ts'],
  jose: ['shared/access/token-check.ts'],
  'rate-limiter-flexible': ['shared/access/limiter.ts'],
  '@redis/client': ['shared/access/redis.ts'],
  '@opentelemetry/api': ['attributes', 'record-event', 'record-spans', 'recorder'].map(
    (name) => `shared/serving/tracing/${name}.ts`,
  ),
  '@opentelemetry/sdk-trace-base': [
    'shared/serving/tracing/exporter.ts',
    'shared/serving/tracing/recorder.ts',
  ],
  '@opentelemetry/exporter-trace-otlp-proto': ['shared/serving/tracing/recorder.ts'],
  '@google-cloud/functions-framework': ['functions/index.ts', 'functions/express.ts'],
};

interface Source {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const SOURCES: readonly Source[] = Object.keys(MAY_IMPORT).flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => {
      const path = join(folder, name);
      const text = readFileSync(join(root, path), 'utf8');
      const imports = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1] ?? '');
      return { path, folder, text, imports };
    }),
);

/** The file or folder of ours that an import names; undefined for a package, our own package.json among them. */
function resolveImport(source: Source, specifier: string): string | undefined {
  if (specifier.endsWith('/package.json')) return undefined;
  return specifier.startsWith('.') ? normalize(join(dirname(source.path), specifier)) : undefined;
}

test('dependencies point one way', () => {
  const wrong = SOURCES.flatMap((source) =>
    source.imports
      .map((specifier) => resolveImport(source, specifier))
      .filter((target) => target !== undefined)
      .filter(
        (target) =>
          ![source.folder, ...(MAY_IMPORT[source.folder] ?? [])].some((allowed) =>
            target.startsWith(`${allowed}/`),
          ),
      )
      .map((target) => `${source.path} imports ${target}`),
  );

  expect(wrong).toEqual([]);
});

test('no file imports itself in a circle', () => {
  const graph = new Map(
    SOURCES.map((source) => [
      source.path,
      source.imports.flatMap((specifier) => {
        const target = resolveImport(source, specifier);
        return target === undefined ? [] : [`${target}.ts`];
      }),
    ]),
  );
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  const done = new Set<string>();

  for (const path of graph.keys()) visit(path, []);

  expect(circles).toEqual([]);
});

test.each(Object.entries(ONE_HOME))('%s is imported in one place', (name, homes) => {
  const importers = SOURCES.filter(({ imports }) => imports.includes(name)).map(({ path }) => path);

  expect(importers.sort()).toEqual([...homes].sort());
});

test('the environment is read at the edge only', () => {
  const readers = SOURCES.filter(({ text }) => /process\.env\b/.test(text)).map(({ path }) => path);

  // session.ts sets one variable, for the native library; key-header.ts writes code that reads one.
  expect(readers.sort()).toEqual([
    'cli/main.ts',
    'functions/index.ts',
    'functions/server.ts',
    'functions/shadow.ts',
    'playground/key-header.ts',
    'shared/runtime/session.ts',
    'training/train.ts',
  ]);
});

test('every source file can be read at one sitting', () => {
  const long = SOURCES.filter(({ text }) => text.split('\n').length > 260).map(({ path }) => path);

  expect(long).toEqual([]);
});
