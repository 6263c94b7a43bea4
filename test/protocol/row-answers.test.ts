import type { TabularManifest } from '../../shared/core/manifest';
import {
  createCsvAnswers,
  createNdjsonAnswers,
  type ScoredBatch,
  writeBadRows,
} from '../../shared/protocol/lines/row-answers';
import { readPredictions } from '../../shared/protocol/native/answer';

const CLASSIFIER: TabularManifest = {
  schema_version: 1,
  name: 'table',
  version: '1.0.0',
  task: 'classification',
  artifact: { file: 'model.onnx', bytes: 1, sha256: '0'.repeat(64) },
  signature: {
    inputs: [{ name: 'X', type: 'float32', shape: ['N', 1] }],
    outputs: [{ name: 'p', type: 'float32', shape: ['N', 2] }],
  },
  features: [{ name: 'x', example: 1 }],
  classes: ['no', 'yes, it is'],
  output: { probabilities: 'p' },
};

const REGRESSOR: TabularManifest = { ...CLASSIFIER, task: 'regression', output: { value: 'y' } };

const BAD = {
  line: 3,
  text: 'a,"b"',
  defects: [
    { pointer: '/x', detail: '"x" must be a finite number, got the string "a"' },
    { pointer: '/z', detail: 'this, too' },
  ],
};

/** A good row on line 2, a bad one on line 3 and a good one on line 4. */
const ROWS = [
  { line: 2, kept: ['k"1'], index: 0, row: [1] },
  BAD,
  { line: 4, kept: ['k2'], index: 1, row: [2] },
];

const CLASSIFIED: ScoredBatch = {
  rows: ROWS,
  predictions: readPredictions(
    CLASSIFIER,
    { p: { type: 'float32', dims: [2, 2], data: new Float32Array([0.25, 0.75, 0.9, 0.1]) } },
    2,
  ),
};

const REGRESSED: ScoredBatch = {
  rows: ROWS,
  predictions: readPredictions(
    REGRESSOR,
    { y: { type: 'float32', dims: [2, 1], data: new Float32Array([5.1, Number.NaN]) } },
    2,
  ),
};

describe('CSV answers', () => {
  test('have the prediction, its label, its confidence and one probability for each class', () => {
    const answers = createCsvAnswers(CLASSIFIER, ['id'], { tellsDefects: false });

    expect(answers.head + answers.write(CLASSIFIED)).toBe(
      'line,id,prediction,prediction_label,confidence,prob_no,"prob_yes, it is"\n' +
        '2,"k""1",1,"yes, it is",0.75,0.25,0.75\n' +
        '4,k2,0,no,0.9,0.9,0.1\n',
    );
  });

  test('have an error column, the last, where bad rows are answered in their places', () => {
    const answers = createCsvAnswers(REGRESSOR, ['id'], { tellsDefects: true });

    expect(answers.head + answers.write(REGRESSED)).toBe(
      'line,id,prediction,error\n' +
        '2,"k""1",5.1,\n' +
        '3,,,"""x"" must be a finite number, got the string ""a""; this, too"\n' +
        '4,k2,,\n',
    );
  });

  test('keep what goes through of a bad row, where it is known', () => {
    const answers = createCsvAnswers(REGRESSOR, ['id'], { tellsDefects: true });

    expect(
      answers.write({ rows: [{ ...BAD, kept: ['k3'], defects: [{ pointer: '', detail: 'no' }] }] }),
    ).toBe('3,k3,,no\n');
  });
});

describe('NDJSON answers', () => {
  test('are the answers of predict, with their lines', () => {
    expect(createNdjsonAnswers({ tellsDefects: false }).write(CLASSIFIED)).toBe(
      '{"prediction":1,"prediction_label":"yes, it is","confidence":0.75,"probabilities":[0.25,0.75],"line":2}\n' +
        '{"prediction":0,"prediction_label":"no","confidence":0.9,"probabilities":[0.9,0.1],"line":4}\n',
    );
  });

  test('tell what is wrong with bad rows in their places', () => {
    const lines = createNdjsonAnswers({ tellsDefects: true }).write(REGRESSED).trimEnd().split('\n');

    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { prediction: 5.1, line: 2 },
      {
        line: 3,
        error: { detail: '"x" must be a finite number, got the string "a"; this, too', errors: BAD.defects },
      },
      { prediction: null, line: 4 },
    ]);
  });
});

test('bad rows are told of with their lines, shortened', () => {
  const text = 'x'.repeat(2_000);

  const [first, second] = writeBadRows({ rows: [BAD, { ...BAD, line: 9, text }] })
    .trimEnd()
    .split('\n');

  expect(JSON.parse(first ?? '')).toEqual({
    line: 3,
    detail: '"x" must be a finite number, got the string "a"; this, too',
    errors: BAD.defects,
    text: 'a,"b"',
  });
  expect(JSON.parse(second ?? '')).toMatchObject({ line: 9, text: `${'x'.repeat(499)}…` });
});
