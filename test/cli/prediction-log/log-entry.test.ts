import { toPredictionEntry } from '../../../cli/prediction-log/log-entry';

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

  test('reads one that BigQuery has written: numbers as text, null for what is absent', () => {
    const jsonPayload = {
      ...PAYLOAD,
      rows: '1',
      confidence: '0.9',
      probabilities: ['0.9', '0.1'],
      inputs: [],
      inputSummary: null,
    };

    const entry = toPredictionEntry({ jsonPayload, timestamp: '2026-10-06 08:00:00.123456 UTC' });

    expect(entry).toMatchObject({
      rows: 1,
      confidence: 0.9,
      probabilities: [0.9, 0.1],
      time: Date.parse('2026-10-06T08:00:00.123Z'),
    });
    expect(entry?.inputs).toBeUndefined();
    expect(entry?.inputSummary).toBeUndefined();
  });

  test.each([
    ['a probe', { message: 'GET /health 200', status: 200 }],
    ['a request that found no model', { model: 'iris', status: 503 }],
    ['a text payload', { textPayload: 'Listening', jsonPayload: null }],
    ['what a shadow made of a copy', { ...PAYLOAD, shadowVersion: '1.1.0', shadowOutcome: 'compared' }],
    ['a number', 7],
    ['null', null],
    ['a list', [PAYLOAD]],
  ])('makes nothing of %s', (_what, value) => {
    expect(toPredictionEntry(value)).toBeUndefined();
  });
});
