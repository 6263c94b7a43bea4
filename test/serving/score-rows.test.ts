import { ServingError } from '../../shared/core/errors';
import type { TabularManifest } from '../../shared/core/manifest';
import { createRowReporter } from '../../shared/core/row-report';
import { createRowDecoder } from '../../shared/core/rows';
import { badRow, type InputRow, isBad } from '../../shared/protocol/lines/input-rows';
import type { ScoredBatch } from '../../shared/protocol/lines/row-answers';
import { type RowScorer, scoreBatches } from '../../shared/serving/scoring/score-rows';

const MANIFEST: TabularManifest = {
  schema_version: 1,
  name: 'double',
  version: '1.0.0',
  task: 'regression',
  artifact: { file: 'model.onnx', bytes: 1, sha256: '0'.repeat(64) },
  signature: {
    inputs: [{ name: 'x', type: 'float64', shape: ['N', 1] }],
    outputs: [{ name: 'y', type: 'float64', shape: ['N', 1] }],
  },
  features: [{ name: 'x', example: 1 }],
  output: { value: 'y' },
};

/** A model that doubles, and that fails on negative numbers. */
function createScorer(): RowScorer & { readonly runs: number[] } {
  const decoder = createRowDecoder(MANIFEST);
  const reporter = createRowReporter(MANIFEST);
  const runs: number[] = [];
  return {
    manifest: MANIFEST,
    runs,
    decode: decoder.decode,
    explain: async (rows, pointerOf) => reporter.report(rows, pointerOf),
    async run(inputs, rows) {
      runs.push(rows);
      const values = inputs['x']?.data as Float64Array;
      if (values.some((value) => value < 0)) throw new ServingError('inference-failed', 'it failed');
      return { y: { type: 'float64', dims: [rows, 1], data: values.map((value) => 2 * value) } };
    },
    release: () => {},
  };
}

const rowsOf = (...values: readonly unknown[]): InputRow[] =>
  values.map((value, index) => ({ line: index + 1, text: String(value), row: [value], kept: [] }));

async function* inOrder(...batches: readonly (readonly InputRow[])[]) {
  yield* batches;
}

async function score(scorer: RowScorer, ...batches: readonly (readonly InputRow[])[]) {
  const scored: ScoredBatch[] = [];
  const source = { keptColumns: [], batches: inOrder(...batches), toReported: (row: unknown) => row };
  for await (const batch of scoreBatches(scorer, source)) scored.push(batch);
  return scored.flatMap(({ rows, predictions }) =>
    rows.map((row) => (isBad(row) ? row.defects[0]?.detail : predictions?.values[row.index])),
  );
}

test('rows are answered in order, the bad ones in their places', async () => {
  const rows = [...rowsOf(1, 'two', 3, null), badRow(5, '?', 'not a row')];

  expect(await score(createScorer(), rows, rowsOf(4))).toEqual([
    2,
    '"x" must be a finite number, got the string "two"',
    6,
    '"x" must be a finite number, got null',
    'not a row',
    8,
  ]);
});

test('many rows are run as many batches of 1024 at the most', async () => {
  const scorer = createScorer();
  const values = Array.from({ length: 2_500 }, (_, index) => index);

  expect(await score(scorer, rowsOf(...values))).toEqual(values.map((value) => 2 * value));

  expect(scorer.runs).toEqual([1024, 1024, 452]);
});

test('a row that makes the model fail is bad, and no other', async () => {
  expect(await score(createScorer(), rowsOf(1, -2, 3))).toEqual([2, 'it failed', 6]);
});

test('a model that fails on every row of the beginning is told of as such', async () => {
  await expect(score(createScorer(), rowsOf(-1, -2))).rejects.toMatchObject({ code: 'inference-failed' });
});

test('a model that has answered before may fail on every row of a batch', async () => {
  expect(await score(createScorer(), rowsOf(1), rowsOf(-1, -2))).toEqual([2, 'it failed', 'it failed']);
});

test('the next rows are read when those before have been taken', async () => {
  let read = 0;
  async function* source() {
    for (; read < 10; read++) yield rowsOf(read);
  }
  const batches = scoreBatches(createScorer(), {
    keptColumns: [],
    batches: source(),
    toReported: (row) => row,
  });

  await batches.next();
  await batches.next();

  expect(read).toBe(1);
  await batches.return(undefined);
});
