import { toPredictionEntry } from '../../../cli/prediction-log/log-entry';
import { toBigQuery } from '../bigquery-log';

const PAYLOAD = {
  model: 'iris',
  version: '1.0.0',
  rows: 1,
  requestId: 'r1',
  prediction: 'setosa',
  confidence: 0.9,
};

describe('toPredictionEntry()', () => {
  test('reads an entry of standard output, which says itself when', () => {
    expect(toPredictionEntry({ time: '2026-10-06T08:00:00.5Z', ...PAYLOAD })).toMatchObject({
      ...PAYLOAD,
      time: Date.parse('2026-10-06T08:00:00.5Z'),
    });
  });

  test('reads one that Cloud Logging has wrapped', () => {
    const timestamp = '2026-10-06T08:00:00.123456789Z';

    const entry = toPredictionEntry({ jsonPayload: { ...PAYLOAD, versionReason: 'split' }, timestamp });

    expect(entry).toMatchObject({
      ...PAYLOAD,
      versionReason: 'split',
      time: Date.parse('2026-10-06T08:00:00.123Z'),
    });
  });

  test('reads one that BigQuery has renamed: numbers as text, null for what is absent', () => {
    const logged = { ...PAYLOAD, rows: 3, badRows: 1, coldStart: false, probabilities: [0.9, 0.1] };
    const [row] = toBigQuery([
      { ...logged, versionReason: 'split' },
      { inputSummary: {}, inputs: [] },
    ]).queried;

    const entry = toPredictionEntry(row);

    expect(entry).toMatchObject({
      ...{ hasColumnNames: true, requestId: 'r1', versionReason: 'split', rows: 2, confidence: 0.9 },
      probabilities: [0.9, 0.1],
      time: Date.parse('2026-10-06T08:30:00.123Z'),
    });
    expect(entry?.inputs).toBeUndefined();
    expect(entry?.inputSummary).toBeUndefined();
  });

  test('does not say which lines predictions are of that BigQuery has without the gaps', () => {
    const predictions = [{ prediction: 'setosa' }, { prediction: 'virginica' }];
    const { extracted } = toBigQuery([
      { ...PAYLOAD, rows: 3, badRows: 1, predictions },
      { ...PAYLOAD, rows: 2, predictions },
    ]);

    expect(extracted.map((row) => toPredictionEntry(row)?.predictions)).toEqual([undefined, predictions]);
  });

  test.each([
    ['2026-10-06 08:30:00 UTC', '2026-10-06T08:30:00Z'],
    ['2026-10-06 08:30:00', '2026-10-06T08:30:00Z'],
    ['2026-10-06T08:30:00.5', '2026-10-06T08:30:00.5Z'],
    ['2026-10-06T08:30:00+09:00', '2026-10-05T23:30:00Z'],
  ])('takes %s for %s', (timestamp, moment) => {
    expect(toPredictionEntry({ jsonPayload: PAYLOAD, timestamp })?.time).toBe(Date.parse(moment));
  });

  test.each([
    ['a probe', { message: 'GET /health 200', status: 200 }],
    ['a request that found no model', { model: 'iris', status: 503 }],
    ['a text payload', { textPayload: 'Listening', jsonPayload: null }],
    ['what a shadow made of a copy', { ...PAYLOAD, shadowVersion: '1.1.0', shadowOutcome: 'compared' }],
    [
      'what a shadow made of a copy, as BigQuery has it',
      toBigQuery([{ ...PAYLOAD, shadowVersion: '1.1.0' }]).extracted[0],
    ],
    ['a number', 7],
    ['null', null],
    ['a list', [PAYLOAD]],
  ])('makes nothing of %s', (_what, value) => {
    expect(toPredictionEntry(value)).toBeUndefined();
  });
});
