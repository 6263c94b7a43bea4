import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIrisRegistry } from '../../iris-registry';
import { toBigQuery } from '../bigquery-log';
import { serveRows, TRAINING_ROWS, toNdjson } from '../iris-log';
import { runCli } from '../run-cli';
import reference from '../statistics/reference.json';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'evaluate-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Runs the command on entries and truths, and gives what it found. */
async function evaluate(entries: readonly unknown[], truth: string, args: readonly string[] = []) {
  const log = write('log.ndjson', toNdjson(entries));
  const { stdout } = await runCli(['evaluate', 'iris', log, '--truth', truth, '--json', ...args]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

const entry = (members: Record<string, unknown>) => ({
  model: 'iris',
  version: '1.0.0',
  rows: 1,
  ...members,
});

/** Labels of requests `r0`, `r1`, …, as CSV. */
const csvOf = (labels: readonly (string | number)[]) =>
  `request_id,label\n${labels.map((label, index) => `r${index},${label}\n`).join('')}`;

describe('evaluate', () => {
  const SPECIES = ['setosa', 'versicolor', 'virginica'];
  /** The training rows are in the order of the classes: 40, 41 and 39 of each. */
  const truthOf = (row: number) => SPECIES[row < 40 ? 0 : row < 81 ? 1 : 2] ?? '';

  test('scores what a server logged as training scored the model', async () => {
    const entries = await serveRows(TRAINING_ROWS);
    const rows = TRAINING_ROWS.map((_, row) => `row-${row},${truthOf(row)}\n`);

    const { versions, joined } = await evaluate(
      entries,
      write('iris.csv', `request_id,label\n${rows.join('')}`),
    );

    // The metrics in the manifest of the model.
    expect(joined).toBe(120);
    expect(versions).toMatchObject([
      {
        version: '1.0.0',
        classification: { rows: 120, correct: 117, accuracy: 0.975, logLoss: expect.closeTo(0.135649, 6) },
      },
    ]);
  });

  test('agrees with scikit-learn on accuracy, log loss, precision, recall and calibration', async () => {
    const { scores, actual, predicted, ...expected } = reference.classification;
    const nameOf = (letter: string | undefined) => SPECIES['abc'.indexOf(letter ?? '')] ?? '';
    const entries = scores.map((probabilities, row) =>
      entry({
        requestId: `r${row}`,
        prediction: nameOf(predicted[row]),
        confidence: Math.max(...probabilities),
        probabilities,
      }),
    );

    const { versions } = await evaluate(entries, write('abc.csv', csvOf(actual.map(nameOf))));

    expect(versions).toMatchObject([
      {
        classification: {
          accuracy: expect.closeTo(expected.accuracy, 9),
          logLoss: expect.closeTo(expected.logLoss, 9),
          classes: {
            setosa: {
              precision: expect.closeTo(expected.precision[0] ?? 0, 9),
              recall: expect.closeTo(expected.recall[0] ?? 0, 9),
              support: expected.support[0],
            },
          },
        },
        calibration: { expectedError: expect.closeTo(expected.expectedCalibrationError, 9) },
      },
    ]);
  });

  test('scores a regression', async () => {
    const { actual, predicted, meanAbsoluteError, rootMeanSquaredError } = reference.regression;
    const entries = predicted.map((prediction, row) => entry({ requestId: `r${row}`, prediction }));

    const { versions } = await evaluate(entries, write('numbers.csv', csvOf(actual)));

    expect(versions).toMatchObject([
      {
        regression: {
          rows: 200,
          meanAbsoluteError: expect.closeTo(meanAbsoluteError, 9),
          rootMeanSquaredError: expect.closeTo(rootMeanSquaredError, 9),
        },
      },
    ]);
  });

  test('joins each row of a batch that was logged in full', async () => {
    const entries = await serveRows(TRAINING_ROWS.slice(0, 3), { batch: 3, env: { PREDICTION_LOG: 'full' } });
    const id = String(entries[0]?.['requestId']);
    const truth = [0, 1, 2, 7]
      .map((row) => `${JSON.stringify({ request_id: id, row, label: 0 })}\n`)
      .join('');

    const result = await evaluate(entries, write('rows.ndjson', truth));

    expect(result).toMatchObject({
      joined: 3,
      withoutPrediction: 1,
      versions: [{ classification: { correct: 3 } }],
    });
  });

  test.each(['extracted', 'queried'] as const)('joins what was %s from BigQuery', async (how) => {
    const single = await serveRows(TRAINING_ROWS.slice(0, 2));
    const many = await serveRows(TRAINING_ROWS.slice(0, 3), { batch: 3, env: { PREDICTION_LOG: 'full' } });
    // The sink refuses lists of lists.
    const batch = many.map(({ inputs: _, ...entry }) => ({ ...entry, requestId: 'batch' }));
    const truth = ['row-0,0', 'row-1,0', 'batch,0', 'batch,1', 'batch,2'].map((row) => `${row},setosa\n`);

    const result = await evaluate(
      [...toBigQuery(single)[how], ...toBigQuery(batch)[how]],
      write('bigquery.csv', `request_id,row,label\n${truth.join('')}`),
    );

    expect(result).toMatchObject({
      joined: 5,
      withoutTruth: 0,
      versions: [{ classification: { rows: 5, correct: 5 }, calibration: {} }],
    });
  });

  test('takes what bq prints of a model without classes for numbers', async () => {
    const registry = createIrisRegistry();
    const { classes: _classes, baseline: _baseline, ...manifest } = registry.manifest();
    writeFileSync(
      registry.path('manifest.json'),
      JSON.stringify({ ...manifest, task: 'regression', output: { value: 'label' } }),
    );
    const predicted = [1.5, 2].map((prediction, row) =>
      entry({ requestId: `r${row}`, coldStart: false, prediction }),
    );

    const { versions } = await evaluate(
      toBigQuery(predicted).queried,
      write('numbers.csv', csvOf([1.5, 3])),
      ['--registry', registry.root],
    );
    registry.remove();

    expect(versions).toMatchObject([{ regression: { rows: 2, meanAbsoluteError: 0.5 } }]);
  });

  test('takes a request id that is a number for its digits, as far as there are any left', async () => {
    const entries = [entry({ requestId: '1234', prediction: 'setosa' })];
    const truth =
      '{"request_id":1234,"label":"setosa"}\n{"request_id":12345678901234567890,"label":"setosa"}\n';

    const result = await evaluate(entries, write('digits.ndjson', truth));

    expect(result).toMatchObject({ joined: 1, withoutPrediction: 0, unreadableTruths: 1 });
  });

  test('joins each line of CSV by its number, those after a bad one too', async () => {
    const rows = TRAINING_ROWS.slice(0, 3).map((row, index) => (index === 1 ? [null, ...row.slice(1)] : row));
    const entries = await serveRows(rows, { batch: 3, csv: true, env: { PREDICTION_LOG: 'full' } });
    const id = String(entries[0]?.['requestId']);
    const truth = [0, 1, 2].map((row) => `${id},${row},setosa\n`);

    const result = await evaluate(entries, write('lines.csv', `request_id,row,label\n${truth.join('')}`));

    expect(result).toMatchObject({
      joined: 2,
      withoutPrediction: 1,
      versions: [{ classification: { rows: 2, correct: 2 } }],
    });
  });

  test('counts a request once, and what fits nowhere', async () => {
    const entries = ['r0', 'r0', 'r1', 'r9'].map((requestId) => entry({ requestId, prediction: 'setosa' }));

    const result = await evaluate(entries, write('odd.csv', csvOf(['setosa', 'tulip', 'setosa', 'setosa'])));

    expect(result).toMatchObject({ joined: 1, misfits: 1, withoutPrediction: 2 });
  });

  test('says how many rows have no truth, which is whose accuracy is not known', async () => {
    const batch = entry({ requestId: 'r1', rows: 40, prediction: { setosa: 40 } });
    const entries = [
      entry({ requestId: 'r0', prediction: 'setosa' }),
      batch,
      entry({ prediction: 'setosa' }),
    ];
    const args = ['evaluate', 'iris', write('log.ndjson', toNdjson(entries))];

    const { stdout } = await runCli([...args, '--truth', write('one.csv', csvOf(['setosa']))]);

    expect(stdout).toContain('1 truths were joined; 41 rows of the log have none');
  });

  test('takes the last of labels that come twice, and says so', async () => {
    const entries = ['r0', 'r1'].map((requestId) => entry({ requestId, prediction: 'setosa' }));
    const labels = 'request_id,label\nr0,virginica\nr1,setosa\nr0,setosa\n';

    const result = await evaluate(entries, write('twice.csv', labels));
    const args = ['evaluate', 'iris', join(folder, 'log.ndjson'), '--truth', join(folder, 'twice.csv')];
    const { stdout } = await runCli(args);

    expect(result).toMatchObject({
      joined: 2,
      repeatedTruths: 1,
      versions: [{ classification: { correct: 2 } }],
    });
    expect(stdout).toContain('2 truths were joined; 1 came again, and the last one counts');
  });

  test.each([
    ['t.csv', 'request_id,row,label\nr0,0,setosa\nr0,first,setosa\nr0,-1,setosa\n,0,setosa\nr0,1,\n'],
    [
      't.ndjson',
      '{"request_id":"r0","label":"setosa"}\n{"request_id":"r0","row":1.5,"label":"setosa"}\nnonsense\n{"request_id":true,"label":"setosa"}\n{"request_id":"r0","label":null}\n',
    ],
  ])('says how many lines of %s are no truth', async (name, labels) => {
    const entries = [entry({ requestId: 'r0', prediction: 'setosa' })];

    const result = await evaluate(entries, write(name, labels));

    expect(result).toMatchObject({ joined: 1, unreadableTruths: 4, repeatedTruths: 0 });
  });

  test('exits with 1 where nothing can be joined', async () => {
    const log = write('log.ndjson', toNdjson([entry({ requestId: 'x', prediction: 'setosa' })]));

    const { code, stdout } = await runCli([
      'evaluate',
      'iris',
      log,
      '--truth',
      write('t.csv', csvOf(['setosa'])),
    ]);

    expect(stdout).toContain('0 truths were joined; 1 have no prediction in the log');
    expect(code).toBe(1);
  });

  test('says that it is the truth that is not there', async () => {
    const log = write('log.ndjson', '{}\n');
    const { code, stderr } = await runCli(['evaluate', 'iris', log, '--truth', '/nowhere.csv']);

    expect({ code, stderr }).toEqual({ code: 4, stderr: 'there is no truth at /nowhere.csv\n' });
  });

  test('says which columns the truth needs', async () => {
    const log = write('log.ndjson', '');

    const { code, stderr } = await runCli(['evaluate', 'iris', log, '--truth', write('t.csv', 'id,label\n')]);

    expect(stderr).toMatch(
      /expected the columns request_id and label in the first line of .*t\.csv, got id, label/,
    );
    expect(code).toBe(64);
  });

  test('reads the log from standard input', () => {
    const args = ['evaluate', 'iris', '-', '--truth', write('t.csv', csvOf(['setosa', 'setosa']))];
    const input = toNdjson(
      ['setosa', 'versicolor'].map((prediction, row) => entry({ requestId: `r${row}`, prediction })),
    );

    const printed = execFileSync(process.execPath, ['dist/cli.js', ...args], { input, encoding: 'utf8' });

    expect(printed).toContain('accuracy 0.5 (1 of 2), log loss –');
  });
});

describe('the comparison of versions', () => {
  /** Predictions of two versions, of which so many in a thousand are right. */
  function arms(right: Readonly<Record<string, number>>, versionReason?: string) {
    return Object.entries(right).flatMap(([version, count], arm) =>
      Array.from({ length: 1000 }, (_, row) =>
        entry({
          version,
          requestId: `r${arm * 1000 + row}`,
          prediction: row < count ? 'setosa' : 'virginica',
          ...(versionReason && { versionReason }),
        }),
      ),
    );
  }

  const truth = () => write('setosa.csv', csvOf(new Array(3000).fill('setosa')));

  test('agrees with scipy on two versions', async () => {
    const { comparisons } = await evaluate(arms({ '1.0.0': 910, '1.1.0': 940 }), truth());

    const [expected] = reference.proportions;
    expect(comparisons).toEqual([
      {
        control: '1.0.0',
        challenger: '1.1.0',
        measure: 'accuracy',
        rows: [1000, 1000],
        values: [0.91, 0.94],
        difference: expect.closeTo(expected?.difference ?? 0, 9),
        interval: expected?.interval.map((end) => expect.closeTo(end, 9)),
        pValue: expect.closeTo(expected?.pValue ?? 0, 9),
      },
    ]);
  });

  test('says which is better, and of which traffic', async () => {
    const log = write('log.ndjson', toNdjson(arms({ '1.0.0': 910, '1.1.0': 940 })));

    const { stdout } = await runCli(['evaluate', 'iris', log, '--truth', truth()]);

    expect(stdout).toContain('comparison (all traffic, for the log does not say what was split)');
    expect(stdout).toContain(
      '1.1.0 is better than 1.0.0: accuracy 0.94 (1000 rows) against 0.91 (1000 rows), difference 0.03, 95 % interval 0.006951 to 0.05305, p 0.011',
    );
  });

  test('leaves a small difference undecided', async () => {
    const log = write('log.ndjson', toNdjson(arms({ '1.0.0': 910, '1.1.0': 915 }, 'split')));

    const { stdout } = await runCli(['evaluate', 'iris', log, '--truth', truth()]);

    expect(stdout).toContain(
      'comparison (split traffic)\n  no difference between 1.1.0 and 1.0.0 is certain',
    );
  });

  test('is not made, and that is said, where callers chose the version', async () => {
    const log = write('log.ndjson', toNdjson(arms({ '1.0.0': 910, '1.1.0': 940 }, 'pinned')));

    const { stdout } = await runCli(['evaluate', 'iris', log, '--truth', truth()]);

    expect(stdout).toContain(
      'versions are not compared: of the joined rows, those of split traffic are of one version',
    );
  });

  test('is of split traffic alone where the log says what was split', async () => {
    const pinned = arms({ '1.1.0': 0 }, 'pinned').map((each, row) => ({
      ...each,
      requestId: `r${2000 + row}`,
    }));

    const result = await evaluate([...arms({ '1.0.0': 910, '1.1.0': 940 }, 'split'), ...pinned], truth());

    expect(result).toMatchObject({
      versions: [{ classification: { rows: 1000 } }, { classification: { rows: 2000, accuracy: 0.47 } }],
      arms: [
        { version: '1.0.0', classification: { rows: 1000, accuracy: 0.91 } },
        { version: '1.1.0', classification: { rows: 1000, accuracy: 0.94, classes: expect.anything() } },
      ],
      comparisons: [{ values: [0.91, 0.94] }],
    });
  });

  test('shows an arm of its own where its version had other traffic too', async () => {
    const pinned = {
      ...entry({ version: '1.1.0', requestId: 'r2500', prediction: 'virginica' }),
      versionReason: 'pinned',
    };
    const entries = [...arms({ '1.0.0': 910, '1.1.0': 940 }, 'split'), pinned];
    const args = ['evaluate', 'iris', write('log.ndjson', toNdjson(entries)), '--truth', truth()];

    const { stdout } = await runCli(args);

    expect(stdout).toContain('iris/1.1.0\n  accuracy 0.9391 (940 of 1001)');
    expect(stdout).toContain('iris/1.1.0, split traffic\n  accuracy 0.94 (940 of 1000)');
    expect(stdout).not.toContain('iris/1.0.0, split traffic');
  });

  test('asks for more where several versions challenge one', async () => {
    const { comparisons } = await evaluate(arms({ '1.0.0': 910, '1.1.0': 940, '1.2.0': 910 }), truth());

    const pValue = 2 * (reference.proportions[0]?.pValue ?? 0);
    expect(comparisons).toMatchObject([{ pValue: expect.closeTo(pValue, 9) }, { pValue: 1 }]);
  });

  test('is of absolute errors for a regression', async () => {
    const [expected] = reference.means;
    const predictions = Object.entries({ '1.0.0': expected?.first ?? [], '1.1.0': expected?.second ?? [] });
    const entries = predictions.flatMap(([version, errors], arm) =>
      errors.map((error, row) => entry({ version, requestId: `r${arm * 30 + row}`, prediction: error + 10 })),
    );

    const result = await evaluate(entries, write('tens.csv', csvOf(new Array(80).fill(10))));

    expect(result).toMatchObject({
      comparisons: [
        { measure: 'mean absolute error', control: '1.1.0', challenger: '1.0.0', rows: [50, 30] },
      ],
    });
  });
});
