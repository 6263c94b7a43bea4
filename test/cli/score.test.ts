import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readScoreRun } from '../../cli/score-options';
import { projectPath } from '../../training/project-path';
import { type Ended, runCli } from './run-cli';

const CSV = 'id,sepal_length,sepal_width,petal_length,petal_width\na,5.1,3.5,1.4,0.2\nb,6.7,3,5.2,2.3\n';

describe('score', () => {
  let root: string;
  let input: string;
  let output: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'score-'));
    input = join(root, 'in');
    output = join(root, 'out');
    mkdirSync(join(input, '2026'), { recursive: true });
    writeFileSync(join(input, '2026/a.csv'), CSV);
    writeFileSync(join(input, 'b.ndjson'), '[5.1,3.5,1.4,0.2]\n{"features":[1]}\n');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const score = (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    runCli(['score', input, '--output', output, '--model', 'iris', ...args], env);

  const filesBelow = (folder: string) =>
    readdirSync(join(output, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(join(output, folder).length + 1));

  test('scores every file of a folder into another one', async () => {
    const { code, stdout, stderr } = await score(['--run', 'night']);

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'run night is done: 2 files, 2 scored (4 rows, 1 of them bad), 0 not\n',
    });
    expect(stderr.split('\n').sort()).toEqual([
      '',
      expect.stringMatching(/^1\/2 /),
      expect.stringMatching(
        /^2\/2 .*\/in\/(2026\/a.csv scored, 2 rows|b.ndjson scored, 2 rows, 1 of them bad)$/,
      ),
    ]);
    expect(filesBelow('iris/1.0.0').sort()).toEqual([
      expect.stringMatching(/^2026\/a\.csv\.\d{16}\.predictions\.csv$/),
      expect.stringMatching(/^2026\/a\.csv\.\d{16}\.summary\.json$/),
      expect.stringMatching(/^b\.ndjson\.\d{16}\.errors\.ndjson$/),
      expect.stringMatching(/^b\.ndjson\.\d{16}\.predictions\.ndjson$/),
      expect.stringMatching(/^b\.ndjson\.\d{16}\.summary\.json$/),
    ]);
    expect(filesBelow('_runs').sort()).toEqual([
      'night/plan.json',
      'night/summary.json',
      'night/tasks/0.json',
    ]);
  });

  test('tells files apart that have all but their kind in common, and their time', async () => {
    const rows = '[5.1,3.5,1.4,0.2]\n';
    const files = {
      'day.csv': CSV,
      'day.csv.gz': gzipSync(`${CSV}c,5.1,3.5,1.4,0.2\n`),
      'day.ndjson': rows,
      'day.jsonl': rows.repeat(3),
    };
    rmSync(input, { recursive: true });
    mkdirSync(input);
    for (const [name, bytes] of Object.entries(files)) {
      writeFileSync(join(input, name), bytes);
      utimesSync(join(input, name), new Date('2026-01-01'), new Date('2026-01-01'));
    }

    const { code, stdout } = await score(['--run', 'night']);

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'run night is done: 4 files, 4 scored (9 rows), 0 not\n',
    });
    const outputs = filesBelow('iris/1.0.0').sort();
    expect(outputs.filter((name) => name.includes('.predictions.'))).toHaveLength(4);
    const summaries = outputs
      .filter((name) => name.endsWith('.summary.json'))
      .map((name) => JSON.parse(readFileSync(join(output, 'iris/1.0.0', name), 'utf8')));
    expect(summaries.map(({ input: { name }, rows: count }) => [name, count])).toEqual([
      ['day.csv', 2],
      ['day.csv.gz', 3],
      ['day.jsonl', 3],
      ['day.ndjson', 1],
    ]);
  });

  test('does not take the output of another folder for its own', async () => {
    const other = join(root, 'other');
    cpSync(input, other, { recursive: true, preserveTimestamps: true });
    // Whatever precision the copy has: both have one time.
    for (const folder of [input, other]) utimesSync(join(folder, 'b.ndjson'), 1, 1);
    utimesSync(join(other, '2026/a.csv'), 2, 2);
    await score(['--run', 'night']);

    const { code, stdout } = await runCli(
      ['score', other, '--output', output, '--model', 'iris', '--run', 'next'],
      {},
    );

    expect({ code, stdout }).toEqual({
      code: 2,
      stdout: expect.stringMatching(
        /^run next is done: 2 files, 1 scored \(2 rows\), 1 not\n {2}b\.ndjson: .*\.summary\.json is of .*\/in\/b\.ndjson#1000000\n$/,
      ),
    });
  });

  test('says with --json what it came to, as the summary has it', async () => {
    const { stdout } = await score(['--run', 'night', '--json']);

    const summary = JSON.parse(readFileSync(join(output, '_runs/night/summary.json'), 'utf8'));
    expect(JSON.parse(stdout)).toEqual({
      run: 'night',
      task: expect.objectContaining({ task: 0, files: 2 }),
      summary,
    });
  });

  test('names what cannot be scored, scores the rest, and ends with 2', async () => {
    writeFileSync(join(input, 'c.csv'), 'colour\nred\n');

    const { code, stdout } = await score(['--run', 'night']);

    expect(code).toBe(2);
    expect(stdout.split('\n')).toEqual([
      'run night is done: 3 files, 2 scored (4 rows, 1 of them bad), 1 not',
      expect.stringMatching(/^ {2}c\.csv: .*sepal_length/),
      '',
    ]);
  });

  test('takes the share that Cloud Run says; the last task closes the run', async () => {
    const env = { CLOUD_RUN_JOB: 'score', CLOUD_RUN_EXECUTION: 'score-x7k2p', CLOUD_RUN_TASK_COUNT: '2' };

    const first = await score([], { ...env, CLOUD_RUN_TASK_INDEX: '1' });
    const second = await score([], { ...env, CLOUD_RUN_TASK_INDEX: '0', CLOUD_RUN_TASK_ATTEMPT: '1' });

    expect(first.stdout).toContain('run score-x7k2p goes on: other tasks have not finished');
    expect(second.stdout).toContain('run score-x7k2p is done: 2 files, 2 scored');
    const entries = `${first.stderr}${second.stderr}`.trimEnd().split('\n');
    expect(entries.map((line) => JSON.parse(line)).sort((a, b) => a.badRows - b.badRows)).toEqual([
      {
        severity: 'INFO',
        message: expect.stringContaining('a.csv scored, 2 rows'),
        outcome: 'scored',
        file: expect.stringMatching(/\/in\/2026\/a\.csv#\d+$/),
        rows: 2,
        badRows: 0,
      },
      expect.objectContaining({ rows: 2, badRows: 1 }),
    ]);
  });

  test('is by the production version where traffic is split, and by another one where that is named', async () => {
    const registry = join(root, 'models');
    cpSync(projectPath('model-artifacts'), registry, { recursive: true });
    const state = {
      schema_version: 1,
      aliases: { production: '1.0.0', next: '1.1.0' },
      traffic: { '1.1.0': 100 },
    };
    writeFileSync(join(registry, 'iris/model.json'), JSON.stringify(state));

    const usual = await score(['--run', 'a', '--registry', registry, '--json']);
    const next = await score(['--run', 'b', '--registry', registry, '--json', '--model', 'iris/next']);

    expect([usual, next].map(({ stdout }) => JSON.parse(stdout).summary.versions)).toEqual([
      { '1.0.0': 2 },
      { '1.1.0': 2 },
    ]);
  });

  test.each([
    ['no place for the predictions', [], {}, 64, "required option '--output <uri>' not specified"],
    ['a place among the files', ['--output', 'in/x'], {}, 64, '--output: expected a place outside of '],
    ['a place around the files', ['--output', '.'], {}, 64, '--output: expected a place outside of '],
    ['another store', ['--output', 's3://x/y'], {}, 64, 'files lie in gs://bucket/prefix or in a folder'],
    ['tasks without a run', ['--output', 'out'], { CLOUD_RUN_TASK_COUNT: '2' }, 64, '--run: expected a name'],
    ['half a file', ['--output', 'out', '--parallel', '0.5'], {}, 64, '--parallel: expected an integer'],
    ['a model that is not there', ['--output', 'out', '--model', 'rose'], {}, 4, 'there is no model "rose"'],
  ])('refuses %s', async (_, args, env, expected, message) => {
    const { code, stderr } = await runCli(
      ['score', 'in', '--registry', projectPath('model-artifacts'), ...args],
      env,
      { cwd: root },
    );

    expect({ code, stderr }).toEqual({ code: expected, stderr: expect.stringContaining(message) });
  });
});

describe('what score is asked to do', () => {
  const read = (options = {}, env = {}, input = 'gs://files/in') =>
    readScoreRun(
      input,
      { output: 'gs://files/out/', parallel: '4', ...options },
      { env, now: () => Date.parse('2026-11-21T10:15:30.123Z') },
    );

  test('is alone, and named by the time, where nobody says otherwise', () => {
    expect(read()).toEqual({
      input: { bucket: 'files', prefix: 'in/' },
      output: { bucket: 'files', prefix: 'out/' },
      run: '2026-11-21T10-15-30-123Z',
      task: { index: 0, count: 1, attempt: 0 },
      model: {},
      parallel: 4,
    });
  });

  test('may be a whole bucket', () => {
    expect(read({}, {}, 'gs://others').input).toEqual({ bucket: 'others', prefix: '' });
    expect(() => read({}, {}, 'gs://files')).toThrow('outside of gs://files/');
  });

  test.each([
    [{ model: 'iris' }, { MODEL_NAME: 'rose', MODEL_VERSION: '2.0.0' }, { name: 'iris' }],
    [{ model: 'iris/champion' }, {}, { name: 'iris', version: 'champion' }],
    [{ model: 'iris/1.0.0' }, {}, { name: 'iris', version: '1.0.0' }],
    [{}, { MODEL_NAME: 'rose', MODEL_VERSION: '2.0.0' }, { name: 'rose', version: '2.0.0' }],
  ])('is with the model of %j before that of %j', (options, env, model) => {
    expect(read(options, env).model).toEqual(model);
  });

  test.each([
    [{ CLOUD_RUN_TASK_INDEX: '8', CLOUD_RUN_TASK_COUNT: '8', CLOUD_RUN_EXECUTION: 'x' }, 'less than'],
    [{ CLOUD_RUN_TASK_COUNT: 'many' }, 'CLOUD_RUN_TASK_COUNT: expected an integer of at least 1, got "many"'],
    [{ CLOUD_RUN_EXECUTION: '../x' }, '--run: expected letters, digits'],
  ])('is refused with %j', (env, message) => {
    expect(() => read({}, env)).toThrow(message);
  });
});
