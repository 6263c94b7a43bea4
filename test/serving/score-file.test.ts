import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ServingError } from '../../shared/core/errors';
import { openGcsFiles } from '../../shared/registry/gcs-files';
import type { ObjectFiles } from '../../shared/registry/object-files';
import { readConfig } from '../../shared/serving/config';
import type { LogEntry } from '../../shared/serving/log-entry';
import { type ScoreFileParts, scoreFile } from '../../shared/serving/scoring/score-file';
import type { RowScorer } from '../../shared/serving/scoring/score-rows';
import { createBucket, type FinalizedEvent, type TestBucket } from '../bucket';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';
import { openIrisScorer } from '../iris-scorer';

const CSV = 'id,sepal_length,sepal_width,petal_length,petal_width\na,5.1,3.5,1.4,0.2\nb,6.7,3,5.2,2.3\n';

/** What the embedded model answers to these; its probabilities are test/core's and test/serving's to check. */
const ANSWERS = [
  ['2', 'a', '0', 'setosa'],
  ['3', 'b', '2', 'virginica'],
];

const NDJSON = '[5.1,3.5,1.4,0.2]\n{"features":[6.7,3,5.2,2.3]}\n';

describeWithEmulator('a file in a bucket', () => {
  let emulator: GcsEmulator;
  let scorer: RowScorer;
  let bucket: TestBucket;
  let entries: LogEntry[];

  beforeAll(async () => {
    emulator = await startGcsEmulator();
    scorer = await openIrisScorer(join(__dirname, '../..'));
  });
  beforeEach(async () => {
    bucket = await createBucket(emulator);
    entries = [];
  });
  afterAll(() => emulator.stop());

  function score(event: unknown, parts: Partial<ScoreFileParts> = {}) {
    const all = {
      scoring: readConfig({}).scoring,
      files: openGcsFiles({ endpoint: emulator.endpoint }),
      openScorer: async () => scorer,
      now: () => performance.now(),
      log: (entry: LogEntry) => void entries.push(entry),
      patienceMs: 300,
    };
    return scoreFile({ ...all, ...parts }, event as FinalizedEvent);
  }

  const stemOf = ({ data }: FinalizedEvent) =>
    `predictions/${data.name.slice('input/'.length)}.${data.generation}`;

  const output = (event: FinalizedEvent, suffix: string) => bucket.read(`${stemOf(event)}.${suffix}`);

  /** The first columns of the predictions, without the header. */
  async function answersTo(event: FinalizedEvent): Promise<string[][]> {
    const text = (await output(event, 'predictions.csv')) ?? '';
    return text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').slice(0, 4));
  }

  test('is answered in CSV beside it, and the summary says so', async () => {
    const event = await bucket.put('input/2026/a.csv', CSV);

    expect(await score(event)).toBe('scored');

    const stem = `predictions/2026/a.csv.${event.data.generation}`;
    expect(await bucket.list('predictions/')).toEqual([`${stem}.predictions.csv`, `${stem}.summary.json`]);
    expect((await bucket.read(`${stem}.predictions.csv`))?.split('\n')[0]).toBe(
      'line,id,prediction,prediction_label,confidence,prob_setosa,prob_versicolor,prob_virginica',
    );
    expect(await answersTo(event)).toEqual(ANSWERS);
    expect(JSON.parse((await bucket.read(`${stem}.summary.json`)) ?? '')).toEqual({
      input: { bucket: bucket.name, name: 'input/2026/a.csv', generation: event.data.generation },
      model: 'iris',
      version: '1.0.0',
      rows: 2,
      bad_rows: 0,
      duration_ms: expect.any(Number),
      predictions: {
        bucket: bucket.name,
        name: `${stem}.predictions.csv`,
        generation: expect.stringMatching(/^\d+$/),
      },
    });
    expect(entries).toMatchObject([
      { severity: 'INFO', outcome: 'scored', rows: 2, badRows: 0, model: 'iris' },
    ]);
  });

  test('is summarised in the log, as PREDICTION_LOG says', async () => {
    const log = `${CSV}c,9.9,3.5,1.4,0.2\nd,wide,3.5,1.4,0.2\n`;

    for (const predictionLog of ['none', 'stats', 'full'] as const) {
      await score(await bucket.put('input/a.csv', log), { predictionLog });
    }

    const told = { outcome: 'scored', rows: 4, badRows: 1, prediction: { setosa: 1 } };
    const inputSummary = { sepal_length: { count: 3, min: 5.1, max: 9.9, outside: 1 } };
    expect(entries).toMatchObject([
      told,
      { ...told, inputSummary, outputSummary: { confidence: { count: 3 } } },
      { ...told, inputSummary, inputs: [expect.any(Array), expect.any(Array), expect.any(Array), null] },
    ]);
    expect(entries[0]).not.toHaveProperty('inputSummary');
    expect(entries[1]).not.toHaveProperty('inputs');
  });

  test.each([
    ['input/a.csv.gz', gzipSync(CSV), 'application/gzip'],
    ['input/a.csv', gzipSync(CSV), 'text/csv'],
    ['input/a', CSV, 'text/csv; charset=utf-8'],
    ['input/a.CSV', CSV, 'application/octet-stream'],
  ])('is read as CSV, and without gzip, when it is %s', async (name, bytes, contentType) => {
    const event = await bucket.put(name, bytes, contentType);

    expect(await score(event)).toBe('scored');

    expect(await answersTo(event)).toEqual(ANSWERS);
  });

  test.each(['input/a.ndjson', 'input/a.jsonl'])('is answered in NDJSON when it is %s', async (name) => {
    const event = await bucket.put(name, NDJSON);

    expect(await score(event)).toBe('scored');

    const lines = (await output(event, 'predictions.ndjson'))?.trimEnd().split('\n') ?? [];
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { prediction: 0, prediction_label: 'setosa', line: 1 },
      { prediction: 2, prediction_label: 'virginica', line: 2 },
    ]);
  });

  test('has its bad rows in a file of their own, with their lines', async () => {
    const event = await bucket.put(
      'input/a.csv',
      `${CSV}c,tall,3,5.2,2.3\nd,1\n"e,5.1,3.5,1.4,0.2\nf,5.1,3.5,1.4,0.2\n`,
    );

    expect(await score(event)).toBe('scored');

    expect(await answersTo(event)).toEqual([...ANSWERS, ['7', 'f', '0', 'setosa']]);
    const bad = (await output(event, 'errors.ndjson'))?.trimEnd().split('\n') ?? [];
    expect(bad.map((line) => JSON.parse(line))).toMatchObject([
      {
        line: 4,
        errors: [
          {
            pointer: '/sepal_length',
            detail: '"sepal_length" must be a finite number, got the string "tall"',
          },
        ],
        text: 'c,tall,3,5.2,2.3',
      },
      { line: 5, detail: 'expected 5 cells, got 2', text: 'd,1' },
      { line: 6, detail: 'a quote is not closed before the end', text: '"e,5.1,3.5,1.4,0.2' },
    ]);
    expect(JSON.parse((await output(event, 'summary.json')) ?? '')).toMatchObject({
      rows: 6,
      bad_rows: 3,
      errors: { bucket: bucket.name, name: `${stemOf(event)}.errors.ndjson` },
    });
  });

  test('may have no rows', async () => {
    const event = await bucket.put('input/a.ndjson', '');

    expect(await score(event)).toBe('scored');

    expect(await output(event, 'predictions.ndjson')).toBe('');
  });

  test('is scored once, however often its event comes', async () => {
    const event = await bucket.put('input/a.csv', CSV);
    await score(event);
    const summary = await output(event, 'summary.json');

    expect(
      await score({ ...event, data: { ...event.data, generation: Number(event.data.generation) } }),
    ).toBe('done-before');

    expect(await output(event, 'summary.json')).toBe(summary);
  });

  test('is scored once when its event comes several times at once', async () => {
    const event = await bucket.put('input/a.csv', CSV);

    const outcomes = await Promise.all([score(event), score(event), score(event)]);

    expect(outcomes.filter((outcome) => outcome === 'scored')).toHaveLength(1);
    expect(outcomes.every((outcome) => ['scored', 'done-before', 'overtaken'].includes(outcome))).toBe(true);
    expect(await bucket.list('predictions/')).toHaveLength(2);
    const { predictions } = JSON.parse((await output(event, 'summary.json')) ?? '');
    const files = openGcsFiles({ endpoint: emulator.endpoint });
    expect(await files.stat(predictions)).toBe(predictions.generation);
  });

  test('is scored again beside the old answers when it is replaced', async () => {
    const first = await bucket.put('input/a.csv', CSV);
    await score(first);
    const second = await bucket.put('input/a.csv', CSV.replace('\nb,', '\nz,'));

    expect(await score(second)).toBe('scored');

    expect((await answersTo(first))[1]).toEqual(['3', 'b', '2', 'virginica']);
    expect((await answersTo(second))[1]).toEqual(['3', 'z', '2', 'virginica']);
  });

  test('takes the place of predictions that a run left behind when it died', async () => {
    const event = await bucket.put('input/a.csv', CSV);
    await bucket.put(`${stemOf(event)}.predictions.csv`, 'of another model');

    expect(await score(event)).toBe('scored');

    expect(await answersTo(event)).toEqual(ANSWERS);
  });

  test('comes again when another run wrote the predictions and did not finish', async () => {
    const event = await bucket.put('input/a.csv', CSV);
    const openScorer = async () => {
      await bucket.put(`${stemOf(event)}.predictions.csv`, 'of another run');
      return scorer;
    };

    await expect(score(event, { openScorer })).rejects.toMatchObject({ code: 'conflict' });

    expect(await output(event, 'predictions.csv')).toBe('of another run');
    expect(await output(event, 'summary.json')).toBeUndefined();
  });

  test.each([
    ['before it is scored', 0],
    ['while it is scored', 1],
  ])(
    'is refused when the output of another file takes its place %s, and leaves that alone',
    async (_, when) => {
      const event = await bucket.put('input/a.csv', CSV);
      const other = { bucket: 'others', name: 'input/a.csv', generation: event.data.generation };
      const take = () => bucket.put(`${stemOf(event)}.summary.json`, JSON.stringify({ input: other }));
      if (when === 0) await take();
      const openScorer = async () => {
        if (when === 1) await take();
        return scorer;
      };

      expect(await score(event, { openScorer })).toBe('refused');

      expect(JSON.parse((await output(event, 'summary.json')) ?? '')).toEqual({ input: other });
      expect(await output(event, 'error.json')).toBeUndefined();
      expect(entries).toMatchObject([
        {
          severity: 'ERROR',
          outcome: 'refused',
          code: 'conflict',
          detail: `gs://${bucket.name}/${stemOf(event)}.summary.json is of gs://others/input/a.csv#${event.data.generation}`,
        },
      ]);
    },
  );

  test.each([
    ['what was written by this function', 'predictions/a.1.predictions.csv'],
    ['a file elsewhere', 'elsewhere/a.csv'],
    ['a folder', 'input/folder/'],
  ])('is left alone when it is %s', async (_, name) => {
    expect(await score(await bucket.put(name, CSV))).toBe('ignored');

    expect((await bucket.list('')).filter((object) => object !== name)).toEqual([]);
    expect(entries).toEqual([]);
  });

  test('is left alone when it was deleted rather than written', async () => {
    const { data } = await bucket.put('input/a.csv', CSV);

    expect(await score({ type: 'google.cloud.storage.object.v1.deleted', data })).toBe('ignored');
  });

  test('an event that describes no object is told of in the log, and does not come again', async () => {
    expect(await score({ type: 'google.cloud.storage.object.v1.finalized', data: { bucket: 'x' } })).toBe(
      'ignored',
    );

    expect(entries).toEqual([
      {
        severity: 'ERROR',
        message: 'an event cannot be read: expected an event with "bucket" and "name", got an object',
        code: 'invalid-request',
      },
    ]);
  });

  test.each([
    ['of no known kind', 'input/a.xlsx', 'x', 'unsupported-media-type'],
    ['whose header does not fit', 'input/a.csv', 'id,x\n1,2\n', 'validation-failed'],
    ['that is empty', 'input/a.csv', '', 'validation-failed'],
    ['whose gzip is cut short', 'input/a.csv.gz', gzipSync(CSV).subarray(0, 60), 'invalid-encoding'],
  ])('a file %s is refused for good, and beside it is written why', async (_, name, bytes, code) => {
    const event = await bucket.put(name, bytes);

    expect(await score(event)).toBe('refused');

    expect(await bucket.list('predictions/')).toEqual([`${stemOf(event)}.error.json`]);
    expect(JSON.parse((await output(event, 'error.json')) ?? '')).toMatchObject({
      input: { name, generation: event.data.generation },
      code,
      detail: expect.any(String),
    });
    expect(entries).toMatchObject([{ severity: 'ERROR', outcome: 'refused', code }]);
  });

  test('a file that was replaced before it could be read is refused for good', async () => {
    const event = await bucket.put('input/a.csv', CSV);
    await bucket.put('input/a.csv', CSV);

    expect(await score(event)).toBe('refused');

    expect(JSON.parse((await output(event, 'error.json')) ?? '')).toMatchObject({ code: 'object-not-found' });
  });

  const unavailable = (cause: ServingError) => async () => {
    throw new ServingError('model-unavailable', 'the model is not available', { cause });
  };

  test('a model that can never run is told of for good', async () => {
    const event = await bucket.put('input/a.csv', CSV);
    const openScorer = unavailable(new ServingError('corrupt-artifact', 'x'));

    expect(await score(event, { openScorer })).toBe('refused');
  });

  test('a model that cannot be had now makes the event come again, and leaves nothing', async () => {
    const event = await bucket.put('input/a.csv', CSV);
    const openScorer = unavailable(new ServingError('store-unavailable', 'x'));

    await expect(score(event, { openScorer })).rejects.toMatchObject({ code: 'model-unavailable' });

    expect(await bucket.list('predictions/')).toEqual([]);
  });

  test('a store that fails midway makes the event come again, and leaves nothing that looks complete', async () => {
    const event = await bucket.put('input/a.csv', `${CSV}bad\n${'c,5.1,3.5,1.4,0.2\n'.repeat(50_000)}`);
    const files = openGcsFiles({ endpoint: emulator.endpoint });
    const failing: ObjectFiles = {
      ...files,
      async *openRead(address, generation) {
        let length = 0;
        for await (const chunk of files.openRead(address, generation)) {
          length += chunk.length;
          if (length > 500_000) throw new ServingError('store-unavailable', 'the store answered 503');
          yield chunk;
        }
      },
    };

    await expect(score(event, { files: failing })).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(await bucket.list('predictions/')).toEqual([]);

    expect(await score(event)).toBe('scored');
    expect(await answersTo(event)).toHaveLength(50_002);
  });
});
