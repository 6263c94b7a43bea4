import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { projectPath } from '../training/project-path';
import { startFunction } from './functions-process';
import { npmOf } from './npm';

const isWanted = process.env['TEST_DEPLOYED'] === '1';
if (!isWanted) {
  process.stderr.write('skipped: installing what is deployed: takes minutes (TEST_DEPLOYED=1 runs it)\n');
}

jest.setTimeout(180_000);

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new folder with copies of some of the files of another. */
function copyOf(source: string, names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'deployed-'));
  folders.push(folder);
  for (const name of names) cpSync(projectPath(join(source, name)), join(folder, name), { recursive: true });
  return folder;
}

(isWanted ? describe : describe.skip)('what is deployed, installed and pruned as Google does it', () => {
  let folder: string;
  let importableBefore: readonly string[];

  beforeAll(async () => {
    folder = copyOf('.', []);
    cpSync(projectPath('dist'), folder, { recursive: true });
    const npm = await npmOf(11, await nodeOf(24));
    await npm.run(folder, 'ci', '--quiet', '--no-fund', '--no-audit');
    importableBefore = await importableFiles(folder);
    await npm.run(folder, 'run', 'gcp-build');
  });

  test('is at most 90 MB of packages', () => {
    expect(bytesBelow(join(folder, 'node_modules')) / 1e6).toBeLessThanOrEqual(90);
  });

  test('still has every file that the framework, the runtime and the bundles can import', async () => {
    expect(importableBefore).toContain('node_modules/onnxruntime-node/dist/index.js');

    expect(await importableFiles(folder)).toEqual(importableBefore);
  });

  /** What the deployed `predict` answers to one request, under a Node of a major version. */
  async function ask(
    major: number,
    env: Record<string, string>,
    type: string,
    body: string | Uint8Array<ArrayBuffer>,
  ): Promise<unknown> {
    const predict = await startFunction({
      target: 'predict',
      env: { FUNCTION_TARGET: 'predict', ...env },
      runner: inFolder(folder, await nodeOf(major)),
      program: ['node_modules/.bin/functions-framework', '--target=predict'],
    });
    const answer = await fetch(predict.url, { method: 'POST', headers: { 'content-type': type }, body });
    const value: unknown = await answer.json();
    await predict.stop();
    return value;
  }

  test.each([20, 22, 24])('answers under Node %i', async (major) => {
    const env = { K_SERVICE: 'iris', LOG_EXECUTION_ID: 'true' };

    const body = await ask(major, env, 'application/json', '{"features":[5.1,3.5,1.4,0.2]}');

    // 0.9766 is what scikit-learn gives on the same rows.
    expect(body).toMatchObject({ prediction_label: 'setosa', confidence: expect.closeTo(0.9766, 4) });
  });

  test.each([20, 24])(
    'scores files from the command line, as a Cloud Run job does, under Node %i',
    async (major) => {
      const files = mkdtempSync(join(tmpdir(), 'deployed-files-'));
      folders.push(files);
      mkdirSync(join(files, 'in'));
      writeFileSync(join(files, 'in/a.csv'), CSV);

      const args = ['cli.js', 'score', join(files, 'in'), '--output', join(files, 'out'), '--model', 'iris'];
      const { stdout } = await promisify(execFile)(await nodeOf(major), args, { cwd: folder });

      expect(stdout).toContain('1 file, 1 scored (1 row), 0 not');
    },
  );

  test.each([20, 24])('decodes an image under Node %i', async (major) => {
    const env = { K_SERVICE: 'digits', MODEL_NAME: 'digits' };

    const body = await ask(major, env, 'image/png', readFileSync(projectPath('test/images/grey.png')));

    expect(body).toMatchObject({ model_name: 'digits', predictions: new Array(3).fill(expect.anything()) });
  });
});

const CSV = 'id,sepal_length,sepal_width,petal_length,petal_width\na,5.1,3.5,1.4,0.2\n';

const LOCKED = ['package.json', 'package-lock.json', '.npmrc'];

(isWanted ? describe : describe.skip)('installing', () => {
  test.each([
    ['the project', 10, '.'],
    ['the project', 11, '.'],
    ['the project', 12, '.'],
    ['what is deployed', 10, 'deploy/function'],
    ['what is deployed', 11, 'deploy/function'],
    ['what is deployed', 12, 'deploy/function'],
  ])('%s under npm %i warns of nothing and fetches no GPU library', async (_what, major, source) => {
    const folder = copyOf(source, LOCKED);
    const npm = await npmOf(major, await nodeOf(24));

    const { stderr } = await npm.run(folder, 'ci');

    expect(stderr).toBe('');
    const libraries = filesBelow(join(folder, 'node_modules/onnxruntime-node/bin'));
    expect(libraries.filter((path) => /cuda|tensorrt/i.test(path))).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});

/** The path of a Node of a major version. */
async function nodeOf(major: number): Promise<string> {
  const program = projectPath('build/node-versions.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [program, String(major)]);
  return stdout.trim();
}

/** Runs Node's command line in another folder and with another Node, whose path replaces that of this one. */
function inFolder(folder: string, node: string): string[] {
  return ['sh', '-c', 'cd "$0" && node=$1 && shift 2 && exec "$node" "$@"', folder, node];
}

/** sharp looks for itself where it would be built on the spot, by a name that a bundler cannot follow to nothing. */
const builtSharpIsElsewhere: Plugin = {
  name: 'built-sharp-is-elsewhere',
  setup({ onLoad }) {
    onLoad({ filter: /sharp\/dist\/sharp\.c?js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(
        'require(`../src/build/',
        '(0, require)(`../src/build/',
      ),
    }));
  },
};

/**
 * Every file that could ever be imported from what is deployed, whatever the request, by reading the code as a
 * bundler does. Native libraries are left out: there is one for each platform, and one is needed.
 */
async function importableFiles(folder: string): Promise<string[]> {
  const framework = 'node_modules/@google-cloud/functions-framework/build/src/main.js';
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: ['index.js', 'server.js', 'cli.js', 'vendor/*.js', framework],
    bundle: true,
    write: false,
    outdir: 'unwritten',
    platform: 'node',
    loader: { '.node': 'empty' },
    // The Redis client has it for a command that is not used, and does without.
    external: ['@node-rs/xxhash'],
    plugins: [builtSharpIsElsewhere],
    metafile: true,
    logLevel: 'silent',
  });
  const files = Object.keys(metafile.inputs);
  return files.filter((path) => !path.endsWith('.node')).sort();
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function bytesBelow(folder: string): number {
  return filesBelow(folder).reduce((total, path) => total + statSync(path).size, 0);
}
