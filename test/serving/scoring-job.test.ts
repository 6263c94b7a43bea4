import { readConfig } from '../../shared/serving/config';
import { readJob } from '../../shared/serving/scoring/scoring-job';

const eventOf = (data: Readonly<Record<string, unknown>>) => ({
  type: 'google.cloud.storage.object.v1.finalized',
  data: { bucket: 'in', generation: '1587627537231057', ...data },
});

test('outputs may be in another bucket, under a prefix of any kind', () => {
  const { scoring } = readConfig({
    SCORE_INPUT_PREFIX: 'daily/in-',
    SCORE_OUTPUT_PREFIX: 'daily/out-',
    SCORE_OUTPUT_BUCKET: 'out',
  });

  expect(readJob(scoring, eventOf({ name: 'daily/in-2026/a.b.csv.gz' }))).toEqual({
    input: { bucket: 'in', name: 'daily/in-2026/a.b.csv.gz' },
    generation: '1587627537231057',
    format: 'csv',
    predictions: { bucket: 'out', name: 'daily/out-2026/a.b.csv.gz.1587627537231057.predictions.csv' },
    badRows: { bucket: 'out', name: 'daily/out-2026/a.b.csv.gz.1587627537231057.errors.ndjson' },
    summary: { bucket: 'out', name: 'daily/out-2026/a.b.csv.gz.1587627537231057.summary.json' },
    failure: { bucket: 'out', name: 'daily/out-2026/a.b.csv.gz.1587627537231057.error.json' },
    former: { bucket: 'out', prefix: 'daily/out-2026/a.b.1587627537231057.' },
  });
});

test('no two files of one generation share the place of an output', () => {
  const names = [
    'a',
    'a.csv',
    'a.csv.gz',
    'a.gz',
    'a.jsonl',
    'a.ndjson',
    'a.ndjson.gz',
    'a.csv.csv',
    'a.CSV',
  ];

  const jobs = names.map((name) => readJob(readConfig({}).scoring, eventOf({ name: `input/${name}` })));

  for (const output of ['predictions', 'badRows', 'summary', 'failure'] as const) {
    expect(new Set(jobs.map((job) => job?.[output].name)).size).toBe(names.length);
  }
});

test('what is in the output bucket under the output prefix is never input', () => {
  const { scoring } = readConfig({
    SCORE_INPUT_PREFIX: 'a/',
    SCORE_OUTPUT_PREFIX: 'a/b/',
    SCORE_OUTPUT_BUCKET: 'out',
  });

  expect(readJob(scoring, eventOf({ bucket: 'out', name: 'a/b/c.csv' }))).toBeUndefined();
  expect(readJob(scoring, eventOf({ bucket: 'in', name: 'a/b/c.csv' }))?.format).toBe('csv');
});

test.each([
  [{ bucket: 'in', name: 1 }, 'expected an event with "bucket" and "name", got an object'],
  [{ name: 'input/a.csv', generation: '../x' }, 'expected a "generation" of digits, got the string "../x"'],
  [{ name: 'input/a.csv', generation: undefined }, 'expected a "generation" of digits, got nothing'],
])('an event that describes no object is refused (%#)', (data, message) => {
  expect(() => readJob(readConfig({}).scoring, eventOf(data))).toThrow(message);
});

test.each([
  ['the same', 'input/'],
  ['within the input', 'input/out/'],
  ['around the input', 'in'],
])('prefixes that overlap in one bucket are refused: %s', (_, prefix) => {
  expect(() => readConfig({ SCORE_OUTPUT_PREFIX: prefix })).toThrow(
    `SCORE_OUTPUT_PREFIX: expected a prefix that does not overlap with "input/", got "${prefix}"`,
  );
});
