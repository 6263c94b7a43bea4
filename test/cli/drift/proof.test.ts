import { measureDrift } from '../../../cli/drift/measure-drift';
import { DEFAULT_THRESHOLDS } from '../../../cli/drift/thresholds';
import type { Alarm } from '../../../cli/drift/version-drift';
import { toPredictionEntry } from '../../../cli/prediction-log/log-entry';
import { createLocalStore } from '../../../shared/registry/local-store';
import { createRegistry } from '../../../shared/registry/registry';
import { projectPath } from '../../../training/project-path';
import { createIrisRegistry } from '../../iris-registry';
import { type IrisRow, randomOf, resample, serveRows, TRAINING_ROWS } from '../iris-log';

/** What a server logs of rows, and what the default thresholds make of it. */
async function alarmsOf(
  rows: readonly IrisRow[],
  { registry = projectPath('model-artifacts'), batch = 1, csv = false, log = 'stats' } = {},
): Promise<readonly Alarm[]> {
  const env = { MODEL_REGISTRY: registry, PREDICTION_LOG: log };
  const entries = (await serveRows(rows, { batch, csv, env })).map((entry) => toPredictionEntry(entry));
  const models = createRegistry(createLocalStore(registry));
  const [drift] = await measureDrift(
    (async function* () {
      for (const entry of entries) if (entry !== undefined) yield entry;
    })(),
    (version) => models.manifest('iris', version),
    DEFAULT_THRESHOLDS,
  );
  expect(drift).toMatchObject({ rows: rows.length, rowsWithoutInputs: 0, notCompared: undefined });
  return drift?.alarms ?? [];
}

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed);

describe('a resample of the training data raises no alarm', () => {
  test.each(SEEDS)('row by row, seed %i', async (seed) => {
    expect(await alarmsOf(resample(TRAINING_ROWS, randomOf(seed)))).toEqual([]);
  });

  test.each(SEEDS)('in batches, seed %i', async (seed) => {
    expect(await alarmsOf(resample(TRAINING_ROWS, randomOf(seed)), { batch: 24 })).toEqual([]);
  });

  test.each(SEEDS)('as a file of CSV, seed %i', async (seed) => {
    const rows = resample(TRAINING_ROWS, randomOf(seed));

    expect(await alarmsOf(rows, { batch: 1000, csv: true })).toEqual([]);
  });
});

/** What is done to rows, and which column and test must notice. */
const SHIFTS: readonly [
  what: string,
  shift: (rows: readonly IrisRow[]) => IrisRow[],
  alarm: Partial<Alarm>,
][] = [
  [
    'a mean that moves by one standard deviation',
    (rows) => rows.map(([length, ...others]) => [Number(length) + 0.82, ...others]),
    { column: 'sepal_length', test: 'psi' },
  ],
  [
    'a scale that halves about the same mean',
    (rows) =>
      rows.map(([length, width, ...others]) => [length ?? 0, 3.06 + (Number(width) - 3.06) / 2, ...others]),
    { column: 'sepal_width', test: 'psi' },
  ],
  [
    'values that go missing',
    (rows) => rows.map((row, index) => (index % 8 === 0 ? [...row.slice(0, 3), null] : row)),
    { column: 'petal_width', test: 'missing' },
  ],
  [
    'a class that takes the place of another',
    (rows) =>
      rows.map((row, index) => (Number(row[2]) < 2 ? (TRAINING_ROWS[81 + (index % 39)] ?? row) : row)),
    { column: 'predicted class', test: 'psi' },
  ],
  [
    'values outside the range seen in training',
    (rows) => rows.map((row, index) => (index % 8 === 0 ? [row[0] ?? 0, row[1] ?? 0, 12, row[3] ?? 0] : row)),
    { column: 'petal_length', test: 'outside' },
  ],
];

describe.each([
  ['row by row', { batch: 1, log: 'stats' }],
  ['in batches', { batch: 24, log: 'stats' }],
  ['in batches, logged in full', { batch: 24, log: 'full' }],
  ['in files of CSV', { batch: 120, csv: true, log: 'stats' }],
  ['in files of CSV, logged in full', { batch: 90, csv: true, log: 'full' }],
])('an alarm is raised %s by', (_how, options) => {
  const registry = createIrisRegistry();
  // The embedded model takes no missing values.
  registry.change({
    features: registry.manifest().features.map((feature) => ({ ...feature, nullable: true })),
  });
  afterAll(() => registry.remove());

  test.each(SHIFTS)('%s', async (_what, shift, alarm) => {
    const rows = shift(resample(TRAINING_ROWS, randomOf(7), 360));

    const alarms = await alarmsOf(rows, { ...options, registry: registry.root });

    expect(alarms).toContainEqual(expect.objectContaining(alarm));
  });
});
