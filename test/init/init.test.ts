import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest, TabularManifest } from '../../shared/core/manifest';
import type { Finding } from '../../shared/onnx/finding';
import { runCli } from '../cli/run-cli';
import { json, openTestApp } from '../test-app';
import {
  type Answers,
  answersOf,
  describeWithExporters,
  exportedFile,
  exportModels,
  type WrittenOutput,
  type WrittenTensor,
} from './exported';

/** What `init` makes of each file that can be served: the task, and what it repairs. */
const SERVED: readonly (readonly [name: string, task: Manifest['task'], repairs: readonly string[]])[] = [
  ['logistic', 'classification', ['zip-map']],
  ['logistic-names', 'classification', ['zip-map']],
  ['logistic-codes', 'classification', ['zip-map']],
  ['to-onnx-forest', 'classification', ['zip-map']],
  ['zipmap-false', 'classification', []],
  ['zipmap-columns', undefined, []],
  ['scaled-knn', 'classification', ['zip-map']],
  ['naive-bayes', 'classification', ['zip-map']],
  ['mlp', 'classification', ['zip-map']],
  ['svc', 'classification', ['zip-map']],
  ['linear-svc', 'classification', []],
  ['voting', 'classification', ['zip-map']],
  ['gradient-boosting', 'classification', ['zip-map']],
  ['hist-gradient-boosting', 'classification', ['zip-map']],
  ['hist-gradient-boosting-regressor', 'regression', []],
  ['lightgbm', 'classification', ['zip-map']],
  ['lightgbm-codes', 'classification', ['zip-map']],
  ['lightgbm-regressor', 'regression', []],
  ['xgboost', 'classification', []],
  ['xgboost-regressor', 'regression', []],
  ['linear-regression', 'regression', []],
  ['multi-output-regressor', undefined, []],
  ['multi-output-classifier', undefined, ['sequence-output', 'output-shape', 'output-shape']],
  ['isolation-forest', undefined, []],
  ['columns', 'classification', ['zip-map']],
  ['columns-forest', 'classification', ['zip-map']],
  ['blocks', 'classification', ['zip-map']],
  ['int-categories', 'classification', ['zip-map']],
  ['tf-idf', 'classification', ['zip-map', 'locale']],
  // All of Unicode: the locale that is put in the place of another has the same letters.
  ['other-case', undefined, ['locale', 'locale']],
  ['fixed-batch', 'classification', ['fixed-batch']],
  ['external-data', 'classification', ['external-data']],
];

/** Why each of the others is refused. */
const REFUSED: readonly (readonly [name: string, code: string, detail: string])[] = [
  ['multi-output-forest', 'zip-map', 'it has no labels'],
  ['fixed-reshape', 'fixed-batch', 'export with dynamic_axes'],
  ['bfloat16', 'unsupported-type', 'bfloat16 cannot be served'],
  ['opset-too-new', 'opset-too-new', 'export with target_opset='],
  ['ir-too-new', 'ir-too-new', 'set model.ir_version ='],
];

/** Python ran a row at a time, so that sums were made in another order: within a few steps of a float32. */
const ANOTHER_ORDER: ReadonlySet<string> = new Set(['fixed-batch']);

interface Printed {
  readonly findings: readonly Finding[];
  readonly manifest: TabularManifest;
  readonly wrote: readonly string[];
}

describeWithExporters('init, on what Python exports', () => {
  let registry: string;

  beforeAll(async () => {
    registry = await mkdtemp(join(tmpdir(), 'init-'));
    await exportModels();
  }, 300_000);

  afterAll(() => rm(registry, { recursive: true }));

  async function init(name: string): Promise<Printed & { readonly code: number }> {
    const { code, stdout, stderr } = await runCli([
      'init',
      exportedFile(name),
      '--registry',
      registry,
      '--json',
    ]);
    expect(stderr).toBe('');
    return { ...(JSON.parse(stdout) as Printed), code };
  }

  test.each(SERVED)('%s is served, and answers as in Python', async (name, task, repairs) => {
    const { findings, manifest, wrote, code } = await init(name);

    expect(code).toBe(0);
    expect(manifest.task).toBe(task);
    expect(findings.filter(({ repaired }) => repaired).map((finding) => finding.code)).toEqual(repairs);
    expect(JSON.parse(await readFile(wrote[1] ?? '', 'utf8'))).toEqual(manifest);
    const answers = await answersOf(name);
    const same = ANOTHER_ORDER.has(name) ? isClose : isIdentical;
    await compareThroughOip(registry, manifest, answers, same);
    if (task !== undefined) await compareThroughPredict(registry, manifest, answers, same);
  });

  test.each(REFUSED)('%s is refused, and the reason said', async (name, code, detail) => {
    const { findings, wrote, code: exitCode } = await init(name);

    expect(exitCode).toBe(1);
    expect(wrote).toEqual([]);
    expect(findings).toContainEqual(
      expect.objectContaining({
        code,
        severity: 'error',
        repaired: false,
        detail: expect.stringContaining(detail),
      }),
    );
  });

  test('categories that an encoder refuses to go beyond are those of the feature', async () => {
    const strict = JSON.parse(await readFile(join(registry, 'columns/1.0.0/manifest.json'), 'utf8'));
    const lenient = JSON.parse(await readFile(join(registry, 'columns-forest/1.0.0/manifest.json'), 'utf8'));

    expect(strict.features[2]).toEqual({
      name: 'colour',
      categories: ['blue', 'green', 'red'],
      example: 'blue',
    });
    expect(lenient.features[2]).toEqual({ name: 'colour', example: 'blue' });
  });
});

type Same = (expected: number, actual: number) => boolean;

/** JSON has the shortest text of a float32, which only a float32 makes it again. */
const isIdentical: Same = (expected, actual) => Math.fround(actual) === Math.fround(expected);
const isClose: Same = (expected, actual) =>
  Math.abs(actual - expected) <= 2e-6 * Math.max(1, Math.abs(expected));

/** Sends all rows as tensors, and compares every output. */
async function compareThroughOip(
  registry: string,
  { name }: Manifest,
  { inputs, outputs }: Answers,
  same: Same,
): Promise<void> {
  const { request } = openTestApp({ MODEL_REGISTRY: registry, MODEL_NAME: name });
  const response = await request({
    method: 'POST',
    path: `/v2/models/${name}/infer`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      inputs: Object.entries(inputs).map(([input, { type, dims, data }]) => ({
        name: input,
        datatype: DATATYPES[type],
        shape: dims,
        data,
      })),
    }),
  });
  const answer = json(response) as {
    outputs: { name: string; shape: number[]; data: (number | string)[] }[];
  };

  const expected = Object.entries(outputs).flatMap(([output, value]) => tensorsOf(output, value));
  expect(answer.outputs.map(({ name: output, shape }) => [output, shape])).toEqual(
    expected.map(([output, { dims }]) => [output, dims]),
  );
  for (const [index, [output, { data }]] of expected.entries()) {
    const differing = data.filter((value, at) => !sameValue(value, answer.outputs[index]?.data[at], same));
    expect([output, differing]).toEqual([output, []]);
  }
}

const DATATYPES: Readonly<Record<string, string>> = { float32: 'FP32', int64: 'INT64', string: 'BYTES' };

/** A sequence is served as one output for each of its tensors. */
function tensorsOf(name: string, output: WrittenOutput): [string, WrittenTensor][] {
  if (!('sequence' in output)) return [[name, output]];
  return output.sequence.map((tensor, index) => [`${name}_${index}`, tensor]);
}

function sameValue(expected: number | string, actual: number | string | undefined, same: Same): boolean {
  return typeof expected === 'number' && typeof actual === 'number'
    ? same(expected, actual)
    : expected === actual;
}

/** Sends all rows at once, and some alone, and compares labels and scores, or values. */
async function compareThroughPredict(
  registry: string,
  manifest: TabularManifest,
  answers: Answers,
  same: Same,
): Promise<void> {
  const { request } = openTestApp({ MODEL_REGISTRY: registry, MODEL_NAME: manifest.name });
  const rows = rowsOf(answers.inputs);
  const expected = expectedRows(manifest, answers);
  const post = async (path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    return json(await request({ method: 'POST', path, headers, body: JSON.stringify(body) }));
  };

  const { predictions } = await post('/predict/batch', { instances: rows });
  const alone = await post('/predict', { features: rows[0] });

  expect(expected.filter((row, at) => !sameRow(row, (predictions as Prediction[])[at], same))).toEqual([]);
  expect(sameRow(expected[0] as ExpectedRow, alone as unknown as Prediction, isClose)).toBe(true);
}

interface Prediction {
  readonly prediction: number;
  readonly prediction_label?: string;
  readonly confidence?: number;
  readonly probabilities?: readonly number[];
}

interface ExpectedRow {
  readonly value?: number;
  readonly label?: string;
  readonly scores?: readonly number[];
}

function rowsOf(inputs: Answers['inputs']): (number | string)[][] {
  const tensors = Object.values(inputs);
  return Array.from({ length: tensors[0]?.dims[0] ?? 0 }, (_, row) =>
    tensors.flatMap(({ dims, data }) => data.slice(row * (dims[1] ?? 1), (row + 1) * (dims[1] ?? 1))),
  );
}

function expectedRows(
  { output, classes = [] }: TabularManifest,
  { inputs, outputs }: Answers,
): ExpectedRow[] {
  const read = (name = '') => outputs[name] as (WrittenTensor & { classes?: readonly string[] }) | undefined;
  const count = Object.values(inputs)[0]?.dims[0] ?? 0;
  const scores = read(output.probabilities);
  // What ZipMap wrote beside the scores is what the manifest says.
  if (scores?.classes !== undefined) expect(classes).toEqual(scores.classes);
  return Array.from({ length: count }, (_, row) => {
    if (output.value !== undefined) return { value: Number(read(output.value)?.data[row]) };
    const values = scores?.data.slice(row * classes.length, (row + 1) * classes.length).map(Number) ?? [];
    const label = read(output.label)?.data[row] ?? classes[values.indexOf(Math.max(...values))];
    return { label: String(label), scores: values };
  });
}

function sameRow(
  { value, label, scores = [] }: ExpectedRow,
  got: Prediction | undefined,
  same: Same,
): boolean {
  if (got === undefined) return false;
  if (value !== undefined) return same(value, got.prediction);
  const isLabel = got.prediction_label === label;
  return isLabel && scores.every((score, at) => same(score, got.probabilities?.[at] ?? Number.NaN));
}
