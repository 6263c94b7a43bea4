import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Baseline } from '../../../shared/core/baseline';
import { createIrisRegistry, type IrisRegistry } from '../../iris-registry';
import { toBigQuery } from '../bigquery-log';
import { randomOf, resample, serveRows, TRAINING_ROWS, toNdjson } from '../iris-log';
import { runCli } from '../run-cli';

let folder: string;
let registry: IrisRegistry;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bigquery-'));
  registry = createIrisRegistry();
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  registry.remove();
});

const ROWS = resample(TRAINING_ROWS, randomOf(3), 120);
const CLASSES = ['setosa', 'versicolor', 'virginica'];

/** Gives the features and classes of the model other names, in its baseline too. */
function rename(features: readonly string[], classes: readonly string[] = CLASSES): void {
  const { baseline, ...manifest } = registry.manifest();
  const nameOf = (before: string) => features[manifest.features.findIndex(({ name }) => name === before)];
  const renameAll = <T>(fields: Readonly<Record<string, T>> = {}) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [
        nameOf(name) ?? classes[CLASSES.indexOf(name)] ?? name,
        value,
      ]),
    );
  registry.change({
    classes: [...classes],
    features: manifest.features.map((feature, index) => ({ ...feature, name: features[index] ?? '' })),
    baseline: {
      ...baseline,
      features: renameAll(baseline?.features),
      classes: renameAll(baseline?.classes),
      predictions: { ...baseline?.predictions, classes: renameAll(baseline?.predictions?.classes) },
    } as Baseline,
  });
}

interface Found {
  readonly versions: readonly Record<string, unknown>[];
}

/** What `drift` says of a log. */
async function findDrift(log: readonly unknown[], args: readonly string[] = []): Promise<Found> {
  const path = join(folder, 'log.json');
  writeFileSync(path, toNdjson(log));
  const { stdout } = await runCli(['drift', 'iris', path, '--registry', registry.root, '--json', ...args]);
  return JSON.parse(stdout) as Found;
}

const serve = (options: Parameters<typeof serveRows>[1]) =>
  serveRows(ROWS, { ...options, env: { MODEL_REGISTRY: registry.root, ...options?.env } });

describe.each(['extracted', 'queried'] as const)('drift of rows that were %s from BigQuery', (how) => {
  test.each([
    ['one by one', { batch: 1 }],
    ['in batches', { batch: 24 }],
  ])('is that of the log itself, of predictions %s', async (_what, options) => {
    rename(['Sepal.Length', 'sepal width (cm)', '_PetalLength', 'petal-Width'], ['Setosa', 'Vers-1', 'a b']);
    const entries = await serve(options);

    const { versions } = await findDrift(toBigQuery(entries)[how]);

    expect(versions).toEqual((await findDrift(entries)).versions);
    expect(versions).toMatchObject([
      { rows: 120, rowsWithoutInputs: 0, verdict: 'no drift', indistinct: [] },
    ]);
  });

  test('leaves out lines that were not scored, and what a shadow made of copies', async () => {
    const rows = ROWS.map((row, index) => (index === 1 ? [null, ...row.slice(1)] : row));
    const entries = await serveRows(rows, { batch: 120, csv: true });
    const shadows = entries.map((entry) => ({ ...entry, shadowVersion: '1.1.0', shadowOutcome: 'compared' }));

    const { versions } = await findDrift(toBigQuery([...entries, ...shadows])[how]);

    expect(versions).toMatchObject([{ entries: 1, rows: 119 }]);
  });

  test('does not guess which of two features that share a column is meant, and says so', async () => {
    rename(['Length', 'length', 'petal_length', 'petal_width']);
    const entries = await serve({ batch: 24 });

    const { versions } = await findDrift(toBigQuery(entries)[how]);

    expect(versions).toMatchObject([
      {
        indistinct: ['Length', 'length'],
        columns: [
          { name: 'petal_length', values: 120 },
          { name: 'petal_width', values: 120 },
          { name: 'predicted class', values: 120 },
          { name: 'confidence', values: 120 },
        ],
      },
    ]);
    expect((await findDrift(entries)).versions[0]?.['indistinct']).toEqual([]);
  });

  test('does not guess which of two classes that share a column is meant', async () => {
    rename(['a', 'b', 'c', 'd'], ['Rare', 'RARE', 'common']);

    const { versions } = await findDrift(toBigQuery(await serve({ batch: 24 }))[how]);

    expect(versions).toMatchObject([{ indistinct: ['predicted class'], columns: { length: 5 } }]);
  });

  test('knows each row that was logged in full by the names of its values', async () => {
    rename(['Sepal.Length', 'sepal width (cm)', '_PetalLength', 'petal-Width']);
    const names = registry.manifest().features.map(({ name }) => name);
    const entries = await serve({ batch: 24, env: { PREDICTION_LOG: 'full' } });
    const named = entries.map(({ inputSummary: _, inputs, ...entry }) => ({
      ...entry,
      inputs: (inputs as number[][]).map((row) =>
        Object.fromEntries(row.map((value, index) => [names[index], value])),
      ),
    }));

    const { versions } = await findDrift(toBigQuery(named)[how]);

    expect(versions).toEqual((await findDrift(named)).versions);
    expect(versions).toMatchObject([
      { rowsWithoutInputs: 0, columns: [{ ks: { exact: true } }, {}, {}, {}, {}, {}] },
    ]);
  });
});

test('the report says in words which names are one column', async () => {
  rename(['Length', 'length', 'petal_length', 'petal_width']);
  const path = join(folder, 'log.json');
  writeFileSync(path, toNdjson(toBigQuery(await serve({ batch: 24 })).extracted));

  const { stdout } = await runCli(['drift', 'iris', path, '--registry', registry.root]);

  expect(stdout).toContain('  not compared, BigQuery has one column for several names: Length, length\n');
});

test.each(['Asia/Tokyo', 'America/Los_Angeles', 'UTC'])(
  'the times that bq prints without a zone are UTC for a process in %s',
  async (zone) => {
    const path = join(folder, 'log.json');
    writeFileSync(
      path,
      JSON.stringify(toBigQuery(await serve({ batch: 24 }), '2026-10-06 08:30:00').queried),
    );
    const window = ['--since', '2026-10-06T08:00Z', '--until', '2026-10-06T09:00Z'];
    const args = ['dist/cli.js', 'drift', 'iris', path, ...window, '--json'];

    const stdout = execFileSync(process.execPath, args, {
      env: { ...process.env, TZ: zone },
      encoding: 'utf8',
      timeout: 60_000,
    });

    expect(JSON.parse(stdout)).toMatchObject({ rows: 120, log: { predictions: 5, outsideWindow: 0 } });
  },
);
