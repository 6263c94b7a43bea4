import { DEFAULT_THRESHOLDS } from '../../../cli/drift/thresholds';
import { compareVersion } from '../../../cli/drift/version-drift';
import { createVersionTally } from '../../../cli/drift/version-tally';
import { toPredictionEntry } from '../../../cli/prediction-log/log-entry';
import iris from '../../../model-artifacts/iris/1.0.0/manifest.json';
import type { TabularManifest } from '../../../shared/core/manifest';
import { toBigQuery } from '../bigquery-log';
import { serveRows } from '../iris-log';
import reference from '../statistics/reference.json';

const MANIFEST = iris as unknown as TabularManifest;

/** What is found in entries as a log has them. */
function compare(entries: readonly unknown[], { manifest = MANIFEST, minRows = 1 } = {}) {
  const tally = createVersionTally(manifest);
  for (const value of entries) {
    const entry = toPredictionEntry(value);
    if (entry !== undefined) tally.add(entry);
  }
  return compareVersion(manifest, tally.total(), { ...DEFAULT_THRESHOLDS, minRows });
}

const columnOf = (drift: ReturnType<typeof compare>, name: string) =>
  drift.columns.find((column) => column.name === name);

const entry = (members: Record<string, unknown>) => ({
  model: 'iris',
  version: '1.0.0',
  rows: 1,
  ...members,
});

describe('the distance from the training data', () => {
  const NAMES = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'] as const;

  test.each([
    ['logged one by one', { batch: 1 }],
    ['logged in full', { batch: 30, env: { PREDICTION_LOG: 'full' } }],
  ])('is that of scipy for rows that were %s', async (_how, options) => {
    const drift = compare(await serveRows(reference.iris.rows, options));

    for (const name of NAMES) {
      const { ks, moments } = columnOf(drift, name) ?? {};
      expect(ks?.exact).toBe(true);
      expect(ks?.statistic).toBeCloseTo(reference.iris[name].statistic, 12);
      expect(ks?.pValue).toBeCloseTo(reference.iris[name].pValue, 9);
      // The model takes float32, and so does the summary of several.
      expect(moments?.live.mean).toBeCloseTo(reference.iris[name].mean, 6);
      expect(moments?.live.std).toBeCloseTo(reference.iris[name].std, 6);
    }
  });

  test('is no more than that of scipy for rows that were summarised in batches', async () => {
    const drift = compare(await serveRows(reference.iris.rows, { batch: 30 }));

    for (const name of NAMES) {
      const { ks } = columnOf(drift, name) ?? {};
      expect(ks?.exact).toBe(false);
      expect(ks?.statistic).toBeLessThanOrEqual(reference.iris[name].statistic + 1e-12);
      expect(ks?.statistic).toBeGreaterThan(reference.iris[name].statistic - 0.1);
    }
  });
});

describe('what the log does not say', () => {
  test('is not made up: without inputs only predictions are compared', () => {
    const drift = compare([entry({ rows: 200, prediction: { setosa: 60, versicolor: 70, virginica: 70 } })]);

    expect(columnOf(drift, 'predicted class')?.psi).toBeLessThan(0.1);
    expect(columnOf(drift, 'sepal_width')).toMatchObject({ values: 0, psi: undefined, missing: undefined });
    expect(drift).toMatchObject({ rowsWithoutInputs: 200, alarms: [], notCompared: undefined });
  });

  test('is said of values without bins, of which the moments are known', () => {
    const summary = { count: 50, mean: 3, std: 0.4, min: 2.2, max: 9 };

    const drift = compare([entry({ rows: 50, inputSummary: { sepal_width: summary } })]);

    expect(columnOf(drift, 'sepal_width')).toMatchObject({
      values: 50,
      unbinned: 50,
      psi: undefined,
      outside: { share: 1 / 50 },
      moments: { live: { mean: 3 } },
    });
  });

  test('is not taken for missing: a feature that the entry had no room for, and lines that were not scored', () => {
    const summary = { count: 190, mean: 3, std: 0.4, min: 2.2, max: 4.2 };

    const drift = compare([entry({ rows: 200, badRows: 10, inputSummary: { sepal_width: summary } })]);

    expect(drift.rows).toBe(190);
    expect(columnOf(drift, 'sepal_width')?.missing?.share).toBe(0);
    expect(columnOf(drift, 'sepal_length')).toMatchObject({ values: 0, missing: undefined });
  });

  test('is no reason to count a file twice that two runs have scored', () => {
    const logged = ['scored', 'overtaken'].map((outcome) => entry({ rows: 200, outcome }));

    expect(compare(logged).entries).toBe(1);
  });

  test('is no reason to compare too few rows', () => {
    const drift = compare([entry({ prediction: 'setosa' })], { minRows: 100 });

    expect(drift).toMatchObject({
      verdict: 'not enough to judge',
      notCompared: '1 row, 100 are needed',
    });
  });

  test('is said of a version without a baseline', () => {
    const { baseline: _, ...manifest } = MANIFEST;

    expect(compare([entry({ rows: 500 })], { manifest }).notCompared).toBe('its manifest has no baseline');
  });
});

describe('values of a text', () => {
  const manifest: TabularManifest = {
    ...MANIFEST,
    signature: {
      ...MANIFEST.signature,
      inputs: [
        { name: 'colour', type: 'string', shape: ['N', 1] },
        { name: 'size', type: 'float32', shape: ['N', 1] },
      ],
    },
    features: [
      { name: 'colour', example: 'red' },
      { name: 'size', example: 1 },
    ],
    baseline: { rows: 200, features: { colour: { categories: { red: 100, blue: 98 } } } },
  };
  const summary = (categories: Record<string, number>, other = 0) =>
    entry({ rows: 200, inputSummary: { colour: { count: 200, categories, ...(other > 0 && { other }) } } });

  test('are compared with those of training', () => {
    const drift = compare([summary({ red: 95, blue: 105 })], { manifest });

    expect(drift.alarms).toEqual([]);
    expect(drift.columns).toMatchObject([
      { name: 'colour', kind: 'category', values: 200, missing: { share: 0, baseline: 0.01 } },
    ]);
    expect(drift.withoutBaseline).toEqual(['size']);
  });

  test.each([
    ['changed places', summary({ red: 20, blue: 180 })],
    ['were never seen', summary({ red: 90, blue: 90 }, 20)],
  ])('raise an alarm where they %s', (_what, logged) => {
    expect(compare([logged], { manifest }).alarms).toMatchObject([{ column: 'colour', test: 'psi' }]);
  });

  describe('that BigQuery has made names of', () => {
    const inTable = (colours: Record<string, number>, logged: Record<string, number>) => {
      const baseline = { rows: 200, features: { colour: { categories: colours } } };
      const [row] = toBigQuery([{ ...summary(logged, 4), requestId: 'r' }]).queried;
      return compare([row], { manifest: { ...manifest, baseline } });
    };

    test('are known by them', () => {
      const drift = inTable({ 'Dark Red': 100, blue: 100 }, { 'Dark Red': 95, blue: 101 });

      expect(drift.columns[0]?.bars).toEqual([
        { name: 'Dark Red', expected: 100, actual: 95 },
        { name: 'blue', expected: 100, actual: 101 },
        { name: '(other)', expected: 0, actual: 4 },
      ]);
    });

    test('are not compared where two have become one', () => {
      const drift = inTable({ Red: 50, red: 50, blue: 100 }, { Red: 48, blue: 148 });

      expect(drift).toMatchObject({
        indistinct: ['colour'],
        notCompared: 'the log does not tell apart what it has of it',
      });
    });
  });

  test('are taken from the rows where the log has them', () => {
    const inputs = [['red', 1], { colour: 'blue', size: 2 }, { features: ['green', 3] }, [null, 4]];

    const drift = compare([entry({ rows: 4, inputs })], { manifest });

    expect(drift.columns[0]?.bars).toEqual([
      { name: 'red', expected: 100, actual: 1 },
      { name: 'blue', expected: 98, actual: 1 },
      { name: '(other)', expected: 0, actual: 1 },
    ]);
    expect(drift.columns[0]?.missing?.share).toBe(0.25);
  });
});

test('a baseline of quantiles alone is compared at them', () => {
  const { sepal_width: width } = MANIFEST.baseline?.features ?? {};
  const { bins: _, ...quantilesOnly } = width as {
    bins: unknown;
    mean: number;
    std: number;
    min: number;
    max: number;
  };
  const manifest = { ...MANIFEST, baseline: { rows: 120, features: { sepal_width: quantilesOnly } } };

  const drift = compare(
    [
      entry({
        rows: 2,
        inputs: [
          [1, 3, 1, 1],
          [1, 2.9, 1, 1],
        ],
      }),
    ],
    { manifest },
  );

  expect(columnOf(drift, 'sepal_width')).toMatchObject({ values: 2, ks: { exact: false } });
});
