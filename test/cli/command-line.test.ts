import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../cli/command-line';
import { createLocalStore } from '../../shared/registry/local-store';
import type { Store } from '../../shared/registry/store';
import { publishEmbedded } from './command-registry';
import type { Ended } from './run-cli';

const COMMANDS = [
  'init',
  'verify',
  'seal',
  'image-model',
  'publish',
  'list',
  'show',
  'promote',
  'unalias',
  'traffic',
  'shadow',
  'rollback',
  'gc',
  'predict',
  'score',
  'drift',
  'evaluate',
];

let root: string;
let store: Store;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'command-line-'));
  store = createLocalStore(root);
  await publishEmbedded(store, 'iris/1.0.0', 'iris/1.1.0');
});

afterAll(() => rmSync(root, { recursive: true }));

/** Runs a command in this process; what it is like as a program, other tests look at. */
async function run(...args: readonly string[]): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  const code = await runCommandLine(args, {
    env: { MODEL_REGISTRY: root },
    out: (text) => (stdout += text),
    err: (text) => (stderr += text),
    isInteractive: false,
    user: 'ann@laptop',
    now: Date.now,
  });
  return { code, stdout, stderr };
}

describe('help', () => {
  test('names every command and every exit code', async () => {
    const { code, stdout } = await run('--help');

    const listed = [...stdout.matchAll(/^ {2}(\w[\w-]*)(?= \[options\])/gm)].map((match) => match[1]);
    expect(code).toBe(0);
    expect(listed).toEqual(COMMANDS);
    expect(stdout).toContain('Exit codes: 0 ok, 1 failed, 2 found, 3 conflict, 4 not found, 64 usage.');
  });

  test.each(COMMANDS)('of %s says how the registry is named, and has an example of it', async (command) => {
    const { code, stdout } = await run(command, '--help');

    expect(code).toBe(0);
    expect(stdout).toContain('--registry <uri>');
    expect(stdout).toContain('--json');
    expect(stdout).toMatch(new RegExp(`\nExamples?:\n  onnx-functions ${command} ?`));
  });
});

describe('a name that is not there', () => {
  test.each([
    [['show', 'nope'], 'there is no model "nope" in '],
    [['show', 'iris/9.9.9'], 'model "iris" has no complete version 9.9.9; versions: 1.0.0, 1.1.0'],
    [['publish', 'iris/9.9.9'], 'model "iris" has no complete version 9.9.9; versions: 1.0.0, 1.1.0'],
    [['verify', 'iris/9.9.9'], 'model "iris" has no complete version 9.9.9; versions: 1.0.0, 1.1.0'],
    [['promote', 'nope/1.0.0'], 'there is no model "nope" in '],
    [['promote', 'iris/9.9.9', '--no-verify'], 'model "iris" has no complete version 9.9.9'],
    [['traffic', 'iris', '9.9.9=100'], 'model "iris" has no complete version 9.9.9'],
    [['shadow', 'iris', '9.9.9'], 'model "iris" has no complete version 9.9.9'],
    [['shadow', 'nope', '--off'], 'there is no model "nope" in '],
    [['rollback', 'nope'], 'there is no model "nope" in '],
    [['rollback', 'iris', '--to', '99'], 'there is no change 99 of the routing to go back to'],
    [['unalias', 'iris', 'staging'], 'there is no alias "staging"'],
    [['gc', 'nope'], 'there is no model "nope" in '],
  ])('is exit code 4 for %j', async (args, message) => {
    const before = await store.list('');

    const { code, stdout, stderr } = await run(...args);

    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toContain(message);
    expect(await store.list('')).toEqual(before);
  });
});

describe('a command that makes no sense', () => {
  test.each([
    [['nope'], "error: unknown command 'nope'"],
    [['promote'], "error: missing required argument 'model/version'"],
    [['promote', 'iris'], 'expected MODEL/VERSION, as in iris/1.0.0, got "iris"'],
    [['promote', 'iris/1'], 'expected a version like 1.0.0, got "1"'],
    [['promote', '../x/1.0.0'], 'expected MODEL/VERSION, as in iris/1.0.0, got "../x/1.0.0"'],
    [['promote', 'iris/1.0.0', '--alias', '2'], 'an alias is a word like staging, got "2"'],
    [
      ['promote', 'iris/1.0.0', '--expect', 'x'],
      'expected the number of a change, as `show` has them, got "x"',
    ],
    [['promote', 'iris/1.0.0', '--force'], "error: unknown option '--force'"],
    [['traffic', 'iris', '1.0.0'], 'expected VERSION=PERCENT, as in 1.1.0=10, got "1.0.0"'],
    [['traffic', 'iris', '1.0.0=101'], 'expected a percentage from 0 to 100, got "101"'],
    [['traffic', 'iris', '1.0.0=90', '1.1.0=20'], 'traffic: expected 100 percent together, got 110'],
    [['traffic', 'iris', '1.0.0=50', '1.0.0=50'], 'expected each version once, got 1.0.0 twice'],
    [['shadow', 'iris'], 'expected a version, or --off'],
    [['shadow', 'iris', '1.1.0', '--off'], 'expected a version, or --off'],
    [['shadow', 'iris', '1.1.0', '--percent', '200'], 'expected a percentage from 0 to 100, got "200"'],
    [['unalias', 'iris', 'production'], 'the production alias can be moved, and not removed'],
    [['gc', '--keep', '-1'], 'expected a number of at least 0, got "-1"'],
    [
      ['publish', 'iris/1.0.0', '--from', 'x', '--registry', './x/'],
      '--registry and --from are the same place',
    ],
    [['predict', 'iris'], 'expected either --data or --file'],
    [['predict', 'iris', '--data', '[5.1'], 'expected JSON: '],
    [['predict', 'iris', '--file', 'nope.csv'], '--file: ENOENT: no such file or directory'],
    [['predict', 'iris', '--file', 'README.md'], 'expected a file of .csv, '],
    [['predict', 'a/b/c', '--data', '[1]'], 'expected MODEL or MODEL/VERSION, got "a/b/c"'],
    [
      ['predict', '--url', 'nope', '--data', '[1]'],
      '--url: expected an address like https://host, got "nope"',
    ],
    [
      ['predict', '--url', 'http://x', '--header', 'x', '--data', '[1]'],
      '--header: expected "Name: value", got "x"',
    ],
    [['predict', 'iris', '--url', 'http://x', '--data', '[1]'], 'a served model is chosen by its address'],
  ])('is exit code 64 for %j', async (args, message) => {
    const { code, stdout, stderr } = await run(...args);

    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(message);
  });

  test.each([
    [['promote', 'iris', '--json'], 'expected MODEL/VERSION, as in iris/1.0.0, got "iris"'],
    [['promote', '--json'], "error: missing required argument 'model/version'"],
  ])('is a JSON document for %j', async (args, message) => {
    const { code, stdout } = await run(...args);

    expect({ code, json: JSON.parse(stdout) }).toEqual({
      code: 64,
      json: { error: { message, causes: [] } },
    });
  });
});

test.each([
  ['s3://models', 'a store is gs://bucket/prefix or a path, got s3://'],
  ['gs://', '"gs://" names no bucket, expected gs://bucket/prefix'],
])('a registry that is none is named: %s', async (uri, message) => {
  expect(await run('list', '--registry', uri)).toEqual({ code: 1, stdout: '', stderr: `${message}\n` });
});

describe('a registry in a folder that is not there', () => {
  const reading = [['list'], ['show', 'iris'], ['gc'], ['verify', 'iris/1.0.0']];

  test.each(reading)('is named by %s, and not made', async (...args) => {
    const path = join(root, 'mistyped');

    const { code, stdout, stderr } = await run(...args, '--registry', path);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`got "${path}": there is no folder ${path}\n`);
    expect(existsSync(path)).toBe(false);
  });

  test('is none either where a file is', async () => {
    const { code, stderr } = await run('list', '--registry', 'package.json');

    expect(code).toBe(1);
    expect(stderr).toContain('got "package.json": there is no folder /');
  });

  test('is made by publish', async () => {
    const path = join(root, 'new', 'registry');

    expect(await run('publish', 'iris/1.0.0', '--no-verify', '--registry', path)).toMatchObject({ code: 0 });
    expect((await run('list', '--registry', path)).stdout).toContain('iris');
  });
});
