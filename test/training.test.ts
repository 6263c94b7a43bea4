import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { NumberBaseline } from '../shared/core/baseline';
import type { TabularManifest } from '../shared/core/manifest';
import { parseManifest } from '../shared/core/manifest-text';
import { createSession, type Session } from '../shared/runtime/session';
import quadratic from './training/iris-quadratic-reference.json';
import linear from './training/iris-reference.json';

const root = join(__dirname, '..');
const committed = join(root, 'model-artifacts');

/** What scikit-learn 1.9.1 has for each version: the source that its file names, and log_loss of that. */
const REFERENCES = [
  {
    version: 'iris/1.0.0',
    reference: linear,
    predictions: { setosa: 40, versicolor: 38, virginica: 42 },
    metrics: { train_accuracy: 0.975, train_log_loss: 0.135649014, test_log_loss: 0.111288718 },
  },
  {
    version: 'iris/1.1.0',
    reference: quadratic,
    predictions: { setosa: 40, versicolor: 41, virginica: 39 },
    metrics: { train_accuracy: 0.983333333, train_log_loss: 0.074787075, test_log_loss: 0.059410432 },
  },
];

let retrained: string;

beforeAll(async () => {
  retrained = await mkdtemp(join(tmpdir(), 'training-'));
  await train(retrained);
});

afterAll(() => rm(retrained, { recursive: true, force: true }));

describe('train', () => {
  test.each([
    'iris/1.0.0/model.onnx',
    'iris/1.0.0/manifest.json',
    'iris/1.1.0/model.onnx',
    'iris/1.1.0/manifest.json',
  ])('writes the committed %s again, byte for byte', async (file) => {
    const again = await readFile(join(retrained, file));

    expect(again.equals(await readFile(join(committed, file)))).toBe(true);
  });

  test('makes the first version of a model its production version', async () => {
    const state: unknown = JSON.parse(await readFile(join(retrained, 'iris/model.json'), 'utf8'));

    expect(state).toEqual({ schema_version: 1, aliases: { production: '1.0.0' } });
  });

  test('writes nothing else', async () => {
    const names = await readdir(join(retrained, 'iris'), { recursive: true });

    expect(names.sort()).toEqual([
      '1.0.0',
      '1.0.0/manifest.json',
      '1.0.0/model.onnx',
      '1.1.0',
      '1.1.0/manifest.json',
      '1.1.0/model.onnx',
      'model.json',
    ]);
  });

  test('leaves the aliases of a model that has some as they are', async () => {
    const registry = await mkdtemp(join(tmpdir(), 'training-'));
    const aliases = '{"schema_version":1,"aliases":{"production":"0.9.0"}}';
    await mkdir(join(registry, 'iris'));
    await writeFile(join(registry, 'iris/model.json'), aliases);

    const printed = await train(registry);

    expect(await readFile(join(registry, 'iris/model.json'), 'utf8')).toBe(aliases);
    expect(printed).not.toContain('model.json');
    await rm(registry, { recursive: true });
  });

  test('prints the metrics and what it wrote', async () => {
    const printed = await train(retrained);

    expect(printed).toContain('iris 1.0.0\n  train_accuracy 0.975\n');
    expect(printed).toContain('iris/1.0.0/manifest.json\niris 1.1.0\n  train_accuracy 0.983333333\n');
    expect(printed).toContain('iris/1.1.0/manifest.json\n');
  });
});

describe.each(REFERENCES)('the manifest of $version', ({ version, reference, metrics, predictions }) => {
  let manifest: TabularManifest;

  beforeAll(async () => {
    manifest = await readManifest(version);
  });

  test('tells the size and the hash of the artifact', async () => {
    const { file, bytes, sha256 } = manifest.artifact;

    const artifact = await readFile(join(committed, version, file));

    expect(artifact.byteLength).toBe(bytes);
    expect(sha256Of(artifact)).toBe(sha256);
  });

  test('tells the hash of the data', async () => {
    const data = manifest.training?.data;

    expect(sha256Of(await readFile(join(root, data?.file ?? '')))).toBe(data?.sha256);
    expect(data).toMatchObject({ rows: 120, test_rows: 30 });
  });

  test('gives the metrics that scikit-learn measures', () => {
    const { train_log_loss = 0, test_log_loss = 0, ...accuracies } = manifest.training?.metrics ?? {};

    expect(accuracies).toEqual({
      train_accuracy: metrics.train_accuracy,
      test_accuracy: reference.test_accuracy,
    });
    expect(train_log_loss).toBeCloseTo(metrics.train_log_loss, 6);
    expect(test_log_loss).toBeCloseTo(metrics.test_log_loss, 6);
  });

  test('describes the training rows as numpy does', () => {
    // numpy 2.4.6: mean, std, min, max and quantile(column, linspace(0, 1, 11)) of the 120 training rows.
    expect(manifest.baseline?.features['sepal_length']).toMatchObject({
      mean: 5.80916667,
      std: 0.820365349,
      min: 4.3,
      max: 7.7,
      quantiles: [4.3, 4.89, 5, 5.2, 5.5, 5.75, 6, 6.3, 6.5, 6.9, 7.7],
    });
    expect(manifest.baseline?.rows).toBe(120);
    expect(manifest.baseline?.classes).toEqual({
      setosa: 0.333333333,
      versicolor: 0.341666667,
      virginica: 0.325,
    });
  });

  test('counts every training row in one bin, and has an edge for every value', () => {
    const { edges = [], counts = [], complete } = numberBaseline('petal_width').bins ?? {};

    // numpy 2.4.6: unique(column, return_counts=True) of the 120 training rows; none is above the last.
    expect(edges.slice(0, 4)).toEqual([0.1, 0.2, 0.3, 0.4]);
    expect(counts.slice(0, 4)).toEqual([3, 26, 4, 5]);
    expect(counts.at(-1)).toBe(0);
    expect(counts.reduce((sum, count) => sum + count)).toBe(120);
    expect(complete).toBe(true);
  });

  test('tells what the model predicts for the training rows', () => {
    const { rows, classes, confidence } = manifest.baseline?.predictions ?? {};

    expect(rows).toBe(120);
    expect(classes).toEqual(predictions);
    expect(confidence?.bins?.edges).toHaveLength(50);
    expect(confidence?.bins?.edges.at(-1)).toBe(confidence?.max);
  });

  test('gives each feature the range of its baseline', () => {
    for (const { name, range } of manifest.features) {
      const { min, max } = numberBaseline(name);
      expect(range).toEqual([min, max]);
    }
  });

  function numberBaseline(name: string): NumberBaseline {
    return manifest.baseline?.features[name] as NumberBaseline;
  }
});

describe.each(REFERENCES)('$version in ONNX Runtime', ({ version, reference }) => {
  let session: Session;

  beforeAll(async () => {
    session = await openSession(version);
  });

  afterAll(() => session.release());

  test('has the signature that the manifest tells', async () => {
    const { signature } = await readManifest(version);

    expect(session.signature).toEqual(signature);
  });

  test('gives every test row the probabilities of the reference, within 1e-4', async () => {
    const rows = await irisRows(reference.test_rows);

    const { probabilities } = await predict(session, rows);

    expect(largestDifference(probabilities, reference.test_probabilities)).toBeLessThan(1e-4);
  });

  test('classifies every test row correctly, as the reference does', async () => {
    const rows = await irisRows(reference.test_rows);

    const { labels } = await predict(session, rows);

    // iris.csv holds 50 rows of each class, in the order of the classes.
    expect(labels).toEqual(reference.test_rows.map((row) => Math.floor(row / 50)));
  });

  test('gives the example the probabilities of the reference, within 1e-5', async () => {
    const { labels, probabilities } = await predict(session, [reference.example.features]);

    expect(labels).toEqual([0]);
    expect(largestDifference(probabilities, [reference.example.probabilities])).toBeLessThan(1e-5);
  });
});

test('iris 1.0.0 says that [5.1, 3.5, 1.4, 0.2] is setosa with probability 0.9766, and 1.1.0 with 0.9942', async () => {
  const sessions = await Promise.all(REFERENCES.map(({ version }) => openSession(version)));

  const answers = await Promise.all(sessions.map((session) => predict(session, [[5.1, 3.5, 1.4, 0.2]])));

  expect(answers.map(({ probabilities }) => probabilities[0]?.[0]?.toFixed(4))).toEqual(['0.9766', '0.9942']);
  await Promise.all(sessions.map((session) => session.release()));
});

test('both versions of iris take and give the same', async () => {
  const [first, second] = await Promise.all(REFERENCES.map(({ version }) => readManifest(version)));

  const { signature, features, classes, output } = first ?? {};
  expect(second).toMatchObject({ signature, features, classes, output });
});

/** Runs the program behind `npm run train`; resolves with what it prints. */
async function train(out: string): Promise<string> {
  const args = ['build/run.mjs', 'training/train.ts', 'iris', '--out', out];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  return stdout;
}

async function readManifest(version: string): Promise<TabularManifest> {
  return parseManifest(await readFile(join(committed, version, 'manifest.json'), 'utf8')) as TabularManifest;
}

async function openSession(version: string): Promise<Session> {
  return createSession(await readFile(join(committed, version, 'model.onnx')), { threads: 1 });
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function irisRows(numbers: readonly number[]): Promise<number[][]> {
  const [, ...lines] = (await readFile(join(root, 'training/data/iris.csv'), 'utf8')).trim().split('\n');
  return numbers.map((number) => (lines[number] ?? '').split(',').slice(0, 4).map(Number));
}

interface Predictions {
  readonly labels: readonly number[];
  readonly probabilities: readonly (readonly number[])[];
}

async function predict(session: Session, rows: readonly (readonly number[])[]): Promise<Predictions> {
  const X = { type: 'float32', dims: [rows.length, 4], data: Float32Array.from(rows.flat()) } as const;
  const { label, probabilities } = await session.run({ X });
  if (label?.type !== 'int64' || probabilities?.type !== 'float32') throw new Error('wrong types');
  const { data } = probabilities;
  return {
    labels: Array.from(label.data, Number),
    probabilities: rows.map((_, row) => Array.from(data.subarray(3 * row, 3 * row + 3))),
  };
}

function largestDifference(
  actual: Predictions['probabilities'],
  expected: Predictions['probabilities'],
): number {
  const differences = expected.flatMap((row, index) =>
    row.map((value, column) => Math.abs(value - (actual[index]?.[column] ?? Number.NaN))),
  );
  return Math.max(...differences);
}
