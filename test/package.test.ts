import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectPath } from '../training/project-path';
import { startFunction } from './functions-process';
import { type Npm, npmOf } from './npm';

const isWanted = process.env['TEST_DEPLOYED'] === '1';
if (!isWanted) {
  process.stderr.write('skipped: installing the package: takes minutes (TEST_DEPLOYED=1 runs it)\n');
}

jest.setTimeout(180_000);

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'package-'));
  folders.push(folder);
  return folder;
}

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

test('what the package depends on is what its bundles leave out, as in what is deployed', () => {
  const { dependencies } = readJson(projectPath('package.json'));

  expect(dependencies).toEqual(readJson(projectPath('deploy/function/package.json')).dependencies);
});

/** What a user runs, and what that reads. */
const PROGRAMS = ['cli.js', 'index.js', 'server.js', 'shadow.js', 'assets', 'model-artifacts', 'vendor'];

/** What is in the bundles. */
const BILL = 'bundled.cdx.json';

/** Whose it is. */
const NOTICES = 'THIRD-PARTY-NOTICES.txt';

/** What `gcloud functions deploy --source=node_modules/onnx-functions/dist` needs besides. */
const DEPLOYED = ['.gcloudignore', 'fill-compile-cache.js', 'package-lock.json', 'package.json', 'prune.js'];

/** A fresh clone, as far as packing looks at it: nothing is built there. */
function cloneSources(): string {
  const folder = newFolder();
  const sources = [
    'build',
    'cli',
    'docs',
    'functions',
    'model-artifacts',
    'playground',
    'shared',
    'test',
    'training',
  ];
  const files = [
    '.gcloudignore',
    '.gitignore',
    '.npmrc',
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'package.json',
    'tsconfig.json',
  ];
  for (const name of [...sources, ...files, 'deploy']) {
    cpSync(projectPath(name), join(folder, name), { recursive: true });
  }
  symlinkSync(projectPath('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, '.env'), 'SECRET=1\n');
  return folder;
}

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

(isWanted ? describe : describe.skip)('the package', () => {
  let npm: Npm;
  let packed: Packed;
  let project: string;

  beforeAll(async () => {
    npm = await npmOf(11, process.execPath);
    const clone = cloneSources();
    // .npmrc turns scripts off for what is installed; this one builds dist/.
    const { stdout } = await npm.run(clone, 'pack', '--json', '--ignore-scripts=false', '--silent');
    packed = JSON.parse(stdout.slice(stdout.indexOf('['))).at(0);
    project = newFolder();
    writeFileSync(join(project, 'package.json'), '{"private": true}');
    await npm.run(project, 'install', '--ignore-scripts', join(clone, packed.filename));
    cpSync(projectPath('model-artifacts'), join(project, 'model-artifacts'), { recursive: true });
  });

  const npx = (...args: readonly string[]) => npm.run(project, 'exec', '--offline', '--', ...args);

  test('holds what is run, its licence and its documentation, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);

    expect(paths.filter((path) => !/^(dist|docs)\//.test(path)).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'package.json',
    ]);
    const built = paths.filter((path) => path.startsWith('dist/')).map((path) => path.split('/')[1]);
    expect([...new Set(built)].sort()).toEqual([...PROGRAMS, ...DEPLOYED, BILL, NOTICES].sort());
    expect(paths.filter((path) => /\.(ts|map)$|test|\.env/.test(path))).toEqual([]);
    expect(packed.size).toBeLessThan(5e6);
  });

  test('holds each page and picture that its README links to, but for those about the repository', () => {
    const paths = packed.files.map(({ path }) => path);
    const readme = readFileSync(join(project, 'node_modules/onnx-functions/README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = '']) => link);

    expect(links).toContain('docs/models.md');
    const missing = links.filter((link) => !paths.includes(link));
    expect(missing.filter((link) => !/^(deploy|test)\//.test(link))).toEqual([]);
  });

  test('brings the three libraries that are not bundled, and no other of ours', () => {
    const { dependencies } = readJson(projectPath('package.json'));
    const { packages } = readJson(join(project, 'package-lock.json'));

    expect(packages['node_modules/onnx-functions'].dependencies).toEqual(dependencies);
    expect(Object.keys(packages)).not.toContain('node_modules/winston');
  });

  test('lists the packages whose code is in its bundles', () => {
    const { components } = readJson(join(project, 'node_modules/onnx-functions/dist', BILL));
    const names: string[] = components.map(({ name }: { name: string }) => name);

    expect(components.filter(({ licenses }: { licenses?: unknown }) => licenses === undefined)).toEqual([]);
    expect(new Set(components.map(({ purl }: { purl: string }) => purl)).size).toBe(components.length);
    // From a library for later, one of pages, one of the bundle itself, and one that another brings along.
    expect(names).toEqual(expect.arrayContaining(['jose', 'redoc', 'commander', 'gaxios']));
    expect(names.filter((name) => ['esbuild', 'jest', 'typescript'].includes(name))).toEqual([]);
  });

  test('brings the licence of each of them', () => {
    const dist = join(project, 'node_modules/onnx-functions/dist');
    const lines = readFileSync(join(dist, NOTICES), 'utf8').split('\n');
    const { components } = readJson(join(dist, BILL));
    const called = components.map(({ name, version }: Record<string, string>) => `${name} ${version}`);

    expect(called.filter((name: string) => !lines.includes(name))).toEqual([]);
    expect(lines).toEqual(expect.arrayContaining([expect.stringMatching(/^Copyright .*Filip Skokan/)]));
  });

  test('has the command line', async () => {
    const { version } = readJson(projectPath('package.json'));

    expect((await npx('onnx-functions', '--version')).stdout).toBe(`${version}\n`);
    expect((await npx('onnx-functions', 'list')).stdout).toContain('iris');
    expect((await npx('onnx-functions', 'verify', 'iris/1.0.0')).stdout).toContain('is fit to serve');
  });

  test.each([
    ['its server', 'onnx-functions-server', [], '/predict'],
    [
      'the Functions Framework',
      'functions-framework',
      ['--source=node_modules/onnx-functions', '--target=predict'],
      '/',
    ],
  ])('serves a model with %s', async (_, program, args, path) => {
    const server = await startFunction({
      target: 'predict',
      env: { MODEL_NAME: 'iris' },
      runner: ['sh', '-c', 'cd "$0" && exec "$@"', project],
      program: [join('node_modules/.bin', program), ...args],
    });
    const answer = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"features":[5.1,3.5,1.4,0.2]}',
    });
    const body: unknown = await answer.json();
    await server.stop();

    // 0.9766 is what scikit-learn gives on the same rows.
    expect(body).toMatchObject({ prediction_label: 'setosa', confidence: expect.closeTo(0.9766, 4) });
  });
});
