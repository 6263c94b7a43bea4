import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ServingError } from '../../shared/core/errors';
import { openGcsFiles } from '../../shared/registry/gcs-files';
import type { ObjectFiles } from '../../shared/registry/object-files';
import { type Task, taskOf } from '../../shared/serving/bulk/deal';
import { type FileProgress, type RunParts, runTask } from '../../shared/serving/bulk/run-task';
import type { RowScorer } from '../../shared/serving/scoring/score-rows';
import { createBucket, type TestBucket } from '../bucket';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';
import { openIrisScorer } from '../iris-scorer';

const HEADER = 'id,sepal_length,sepal_width,petal_length,petal_width\n';
const csvOf = (rows: number) => `${HEADER}${'a,5.1,3.5,1.4,0.2\n'.repeat(rows)}`;

describeWithEmulator('a run over many files', () => {
  let emulator: GcsEmulator;
  let scorer: RowScorer;
  let bucket: TestBucket;
  let files: ObjectFiles;
  let progress: FileProgress[];

  beforeAll(async () => {
    emulator = await startGcsEmulator();
    scorer = await openIrisScorer(join(__dirname, '../..'));
    files = openGcsFiles({ endpoint: emulator.endpoint });
  });
  beforeEach(async () => {
    bucket = await createBucket(emulator);
    progress = [];
  });
  afterAll(() => emulator.stop());

  /** Does one task of two, or another. */
  function run(
    task: Partial<Task> = {},
    parts: Partial<RunParts> = {},
    request: { run?: string; from?: string } = {},
  ) {
    const all: RunParts = {
      files,
      chooseModel: async () => ({ name: 'iris', version: '1.0.0' }),
      openScorer: async () => scorer,
      now: () => performance.now(),
      today: () => new Date(),
      onFile: (file) => void progress.push(file),
      patienceMs: 300,
      ...parts,
    };
    const { run: name = 'night', from = 'in/' } = request;
    const input = { bucket: bucket.name, prefix: from };
    const output = { bucket: bucket.name, prefix: 'out/' };
    return runTask(all, { run: name, input, output }, { index: 0, count: 2, attempt: 0, ...task });
  }

  const putRows = (...rows: readonly number[]) =>
    Promise.all(rows.map((count, day) => bucket.put(`in/day-${day}.csv`, csvOf(count))));

  const outcomes = () => progress.map(({ outcome }) => outcome);

  async function document(name: string) {
    const text = await bucket.read(`out/_runs/night/${name}`);
    return text === undefined ? undefined : JSON.parse(text);
  }

  test('the last task closes it, with a summary that adds up', async () => {
    await putRows(1, 2, 3, 4, 5, 6);
    await bucket.put('in/sub/bad.csv', `${csvOf(2)}b,tall,1,1,1\n`);
    await bucket.put('in/notes.xlsx', 'x');

    const first = await run({ index: 0 });
    expect(first.summary).toBeUndefined();
    expect(await document('summary.json')).toBeUndefined();
    const second = await run({ index: 1 });

    const notes = { name: 'in/notes.xlsx', code: 'unsupported-media-type' };
    expect(second.summary).toEqual({
      run: 'night',
      input: `gs://${bucket.name}/in/`,
      output: `gs://${bucket.name}/out/iris/1.0.0/`,
      model: 'iris',
      version: '1.0.0',
      tasks: 2,
      planned: expect.stringMatching(/Z$/),
      finished: second.report.finished,
      files: 8,
      scored: 7,
      failed: 1,
      rows: 24,
      bad_rows: 1,
      versions: { '1.0.0': 7 },
      failures: [expect.objectContaining(notes)],
    });
    expect(await document('summary.json')).toEqual(second.summary);
    expect(first.report.files + second.report.files).toBe(8);
    const written = await bucket.list('out/iris/1.0.0/');
    expect(written.filter((name) => name.endsWith('.predictions.csv'))).toHaveLength(7);
    expect(written.filter((name) => name.endsWith('.error.json'))).toHaveLength(1);
  });

  test('neither folders nor what tools leave beside data are files', async () => {
    await putRows(1);
    for (const name of ['in/', 'in/sub/', 'in/_SUCCESS', 'in/sub/.part.crc']) await bucket.put(name, 'x');

    const { summary } = await run({ count: 1 });

    expect(summary).toMatchObject({ files: 1, scored: 1, failed: 0 });
  });

  test('all tasks see the files and the version that the first one saw', async () => {
    const [old] = await putRows(1, 1);
    await run({ index: 0 });
    await putRows(5, 5, 5);
    const chooseModel = async () => ({ name: 'iris', version: '9.9.9' });

    const { summary } = await run({ index: 1 }, { chooseModel });

    expect(summary).toMatchObject({ version: '1.0.0', files: 2 });
    // What was replaced before its turn came is not there any more; the rest is scored as it was.
    const replaced = (taskOf('in/day-0.csv', 2) === 1 ? 1 : 0) + (taskOf('in/day-1.csv', 2) === 1 ? 1 : 0);
    expect(summary?.failures.map(({ code }) => code)).toEqual(new Array(replaced).fill('object-not-found'));
    expect(summary?.scored).toBe(2 - replaced);
    expect((await document('plan.json')).files[0]).toMatchObject({ generation: old?.data.generation });
  });

  test('scores nothing twice: not in the next run, and again only with another version or for another file', async () => {
    await putRows(1, 2);
    await run({ count: 1 });
    await bucket.put('in/day-1.csv', csvOf(5));

    await run({ count: 1 }, {}, { run: 'next' });
    const { summary } = await run(
      { count: 1 },
      {
        chooseModel: async () => ({ name: 'iris', version: '2.0.0' }),
        openScorer: async () => ({ ...scorer, manifest: { ...scorer.manifest, version: '2.0.0' } }),
      },
      { run: 'newer' },
    );

    expect(outcomes().slice(0, 2)).toEqual(['scored', 'scored']);
    expect(outcomes().slice(2, 4).sort()).toEqual(['done-before', 'scored']);
    expect(outcomes().slice(4)).toEqual(['scored', 'scored']);
    expect(summary).toMatchObject({ rows: 6, versions: { '2.0.0': 2 } });
    expect(await bucket.list('out/iris/2.0.0/')).toHaveLength(4);
  });

  test('eight tasks keep files apart that have all but their kind in common, and their generation', async () => {
    const rows = '[5.1,3.5,1.4,0.2]\n';
    const contents: Readonly<Record<string, string | Uint8Array>> = {
      'in/day.csv': csvOf(1),
      'in/day.csv.gz': gzipSync(csvOf(2)),
      'in/day.gz': csvOf(3),
      'in/day': csvOf(4),
      'in/day.ndjson': rows.repeat(5),
      'in/day.jsonl': rows.repeat(6),
      'in/day.ndjson.gz': gzipSync(rows.repeat(7)),
    };
    for (const [name, bytes] of Object.entries(contents)) await bucket.put(name, bytes, 'text/csv');

    const ends = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        run({ index, count: 8 }, { files: ofOneGeneration(openGcsFiles({ endpoint: emulator.endpoint })) }),
      ),
    );

    const { summary } = ends.find((end) => end.summary !== undefined) ?? {};
    expect(summary).toMatchObject({ tasks: 8, files: 7, scored: 7, failed: 0, rows: 28 });
    expect(outcomes()).toEqual(new Array(7).fill('scored'));
    const written = await bucket.list('out/iris/1.0.0/');
    expect(written.filter((name) => name.includes('.predictions.'))).toHaveLength(7);
    for (const input of Object.keys(contents)) {
      const text = await bucket.read(`out/iris/1.0.0/${input.slice('in/'.length)}.17.summary.json`);
      expect(JSON.parse(text ?? '{}')).toMatchObject({ input: { name: input } });
    }
  });

  test('what was written under names without the kind of the file counts, if it is of that file', async () => {
    const [day] = await putRows(2);
    const { generation } = day?.data ?? {};
    const stem = `out/iris/1.0.0/day-0.${generation}`;
    const predictions = await bucket.put(`${stem}.predictions.csv`, 'of an earlier release');
    const before = {
      input: { bucket: bucket.name, name: 'in/day-0.csv', generation },
      model: 'iris',
      version: '1.0.0',
      rows: 2,
      bad_rows: 1,
      duration_ms: 1,
      predictions: predictions.data,
    };
    await bucket.put(`${stem}.summary.json`, JSON.stringify(before));

    const { summary } = await run({ count: 1 });

    expect(outcomes()).toEqual(['done-before']);
    expect(summary).toMatchObject({ files: 1, scored: 1, rows: 2, bad_rows: 1 });
    expect(await bucket.list('out/iris/')).toEqual([`${stem}.predictions.csv`, `${stem}.summary.json`]);
  });

  test.each([
    ['of another file', { name: 'in/day-0.ndjson' }, []],
    ['of a file beside this one, too', {}, ['ndjson']],
    ['written again since', {}, ['csv']],
  ])('what was written so does not count if it may be %s', async (_, input, written) => {
    const [day] = await putRows(2);
    const { generation } = day?.data ?? {};
    const stem = `out/iris/1.0.0/day-0.${generation}`;
    const predictions = await bucket.put(`${stem}.predictions.csv`, 'of an earlier release');
    const before = {
      input: { bucket: bucket.name, name: 'in/day-0.csv', generation, ...input },
      predictions: predictions.data,
    };
    await bucket.put(`${stem}.summary.json`, JSON.stringify(before));
    for (const kind of written) await bucket.put(`${stem}.predictions.${kind}`, 'of another run');

    const { summary } = await run({ count: 1 });

    expect(outcomes()).toEqual(['scored']);
    expect(summary).toMatchObject({ scored: 1, rows: 2, bad_rows: 0 });
  });

  test('a task that is begun again goes on with what is not done, from the other end', async () => {
    await putRows(1, 2, 3, 4);
    const onFile = (file: FileProgress) => {
      progress.push(file);
      if (file.done === 2) throw new Error('killed');
    };
    await expect(run({ count: 1 }, { onFile, parallel: 1 })).rejects.toThrow('killed');
    expect(await document('tasks/0.json')).toBeUndefined();

    const { summary } = await run({ count: 1, attempt: 1 }, { parallel: 1 });

    expect(progress.map(({ job, outcome }) => [job.input.name.slice(3, -4), outcome])).toEqual([
      ['day-0', 'scored'],
      ['day-1', 'scored'],
      ['day-3', 'scored'],
      ['day-2', 'scored'],
      ['day-1', 'done-before'],
      ['day-0', 'done-before'],
    ]);
    expect(summary).toMatchObject({ files: 4, rows: 10 });
  });

  test('a task that is done does not open the model again', async () => {
    await putRows(1);
    const { summary } = await run({ count: 1 });
    const openScorer = () => Promise.reject(new Error('opened'));

    expect((await run({ count: 1, attempt: 1 }, { openScorer })).summary).toEqual(summary);
  });

  test('a task without files is done at once', async () => {
    await bucket.put('in/one.csv', csvOf(1));
    const openScorer = () => Promise.reject(new Error('opened'));

    const { report } = await run({ index: 1 - taskOf('in/one.csv', 2) }, { openScorer });

    expect(report).toMatchObject({ files: 0, rows: 0, failures: [] });
  });

  test('what the store fails at is left, without holding up the rest, and the next attempt does it', async () => {
    await putRows(1, 2, 3);
    const failing: ObjectFiles = {
      ...files,
      openRead(address, generation) {
        if (address.name !== 'in/day-1.csv') return files.openRead(address, generation);
        throw new ServingError('store-unavailable', 'the store answered 503');
      },
    };

    await expect(run({ count: 1 }, { files: failing })).rejects.toMatchObject({
      code: 'store-unavailable',
      message: '1 of 3 files are left for another attempt',
    });
    expect(outcomes().sort()).toEqual(['left', 'scored', 'scored']);
    expect(await document('summary.json')).toBeUndefined();

    expect((await run({ count: 1, attempt: 1 })).summary).toMatchObject({ files: 3, scored: 3, rows: 6 });
  });

  test('a summary that comes second says what the first one says', async () => {
    await putRows(1, 2);
    await run({ index: 0 });
    let another: unknown;
    const slow: ObjectFiles = {
      ...files,
      async write(address, source, options) {
        // Between the last look and the write, another task closes the run.
        if (address.name.endsWith('/summary.json') && address.name.includes('_runs/'))
          another = (await run({ index: 0, attempt: 1 })).summary;
        return files.write(address, source, options);
      },
    };

    const { summary } = await run({ index: 1 }, { files: slow });

    expect(summary).toMatchObject({ files: 2, rows: 3 });
    expect(another).toEqual(summary);
    expect(await document('summary.json')).toEqual(summary);
  });

  test('a model that cannot be had ends the task, and no file is blamed for it', async () => {
    await putRows(1);
    const openScorer = async () => {
      throw new ServingError('model-unavailable', 'the model is not available');
    };

    await expect(run({ count: 1 }, { openScorer })).rejects.toMatchObject({ code: 'model-unavailable' });

    expect(await bucket.list('out/iris/')).toEqual([]);
  });

  test('a place without files is told of, and the run may be begun later', async () => {
    await expect(run({ count: 1 })).rejects.toMatchObject({
      code: 'object-not-found',
      message: `there is no file below gs://${bucket.name}/in/`,
    });
    await putRows(1);

    expect((await run({ count: 1 })).summary).toMatchObject({ files: 1 });
  });

  test.each([
    ['other files', { count: 2 }, 'elsewhere/', /^run "night" is of gs:.*\/in\/, not of gs:.*\/elsewhere\/$/],
    ['other tasks', { count: 3 }, 'in/', /^run "night" was dealt to 2 tasks, not to 3$/],
  ])('its name cannot be taken for %s', async (_, task, from, message) => {
    await putRows(1);
    await run();

    const second = run(task, {}, { from });

    await expect(second).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(message),
    });
  });
});

/** The emulator gives each object a generation of its own; Cloud Storage promises that of none but one name's. */
function ofOneGeneration(files: ObjectFiles): ObjectFiles {
  const isInput = (name: string) => name.startsWith('in/');
  return {
    ...files,
    async *list(where) {
      for await (const object of files.list(where)) {
        yield isInput(object.name) ? { ...object, generation: '17' } : object;
      }
    },
    async *openRead(address, generation) {
      const stored = isInput(address.name) ? await files.stat(address) : generation;
      yield* files.openRead(address, stored ?? generation);
    },
  };
}
