import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBucket, type FinalizedEvent, type TestBucket } from '../bucket';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';
import { type InterferingProxy, startInterferingProxy } from '../interfering-proxy';

const ROOT = join(__dirname, '../..');
const PROGRAM = join(ROOT, '.cache/programs/score-file-test.js');
const MIB = 1024 * 1024;

/** A file of `rows` rows with an id; its predictions are about three times as large. */
function csvOf(rows: number): Buffer {
  const lines = Array.from(
    { length: rows },
    (_, row) => `row-${row},5.1,3.5,${(1 + (row % 60) / 10).toFixed(1)},0.2\n`,
  );
  return Buffer.from(`id,sepal_length,sepal_width,petal_length,petal_width\n${lines.join('')}`);
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(5);
}

describeWithEmulator('a process that scores a file', () => {
  let emulator: GcsEmulator;
  let proxy: InterferingProxy;
  let bucket: TestBucket;
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    const build = `import('./build/bundle.mjs').then((b) => b.bundleProgram('test/programs/score-file.ts', '${PROGRAM}'))`;
    execFileSync(process.execPath, ['-e', build], { cwd: ROOT });
    emulator = await startGcsEmulator();
  });
  beforeEach(async () => {
    bucket = await createBucket(emulator);
    proxy = await startInterferingProxy(emulator.endpoint);
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await proxy.close();
  });
  afterAll(() => emulator.stop());

  /** Starts a run; its report, or undefined where it was killed. */
  function start({ data }: FinalizedEvent): Promise<Report | undefined> {
    const args = [PROGRAM, proxy.endpoint, data.bucket, data.name, data.generation];
    const run = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    child = run;
    let text = '';
    run.stdout.on('data', (chunk) => (text += chunk));
    return new Promise((resolve) =>
      run.once('close', () => resolve(text === '' ? undefined : JSON.parse(text))),
    );
  }

  interface Report {
    readonly outcome: string;
    readonly startRss: number;
    readonly peakRss: number;
    readonly ms: number;
  }

  async function linesOf(event: FinalizedEvent): Promise<string[]> {
    const text = await bucket.read(`predictions/a.csv.${event.data.generation}.predictions.csv`);
    return (text ?? '').trimEnd().split('\n').slice(1);
  }

  test('leaves nothing that looks complete when it is killed, and the next one leaves one complete output', async () => {
    const rows = 300_000;
    const event = await bucket.put('input/a.csv', csvOf(rows));
    const killed = start(event);
    // The predictions are three parts: with the first on its way, the run is in its middle.
    await until(() => proxy.requests.some(({ method }) => method === 'PUT'));
    child?.kill('SIGKILL');

    expect(await killed).toBeUndefined();
    expect(await bucket.list('predictions/')).toEqual([]);

    expect(await start(event)).toMatchObject({ outcome: 'scored' });
    expect(await bucket.list('predictions/')).toHaveLength(2);
    const lines = await linesOf(event);
    expect(lines).toHaveLength(rows);
    expect(lines.every((line, row) => line.startsWith(`${row + 2},row-${row},`))).toBe(true);
    expect(await start(event)).toMatchObject({ outcome: 'done-before' });
  });

  // Takes half a minute with a busy machine: MILLION_ROWS=1 npx jest score-file-process
  (process.env['MILLION_ROWS'] === '1' ? test : test.skip)(
    'takes no more memory for a million rows',
    async () => {
      const event = await bucket.put('input/a.csv', csvOf(1_000_000));

      const report = await start(event);

      const growth = ((report?.peakRss ?? 0) - (report?.startRss ?? 0)) / MIB;
      process.stdout.write(
        `1 000 000 rows: ${report?.ms} ms, ${growth.toFixed(0)} MiB more than with the model loaded\n`,
      );
      expect(report?.outcome).toBe('scored');
      expect(await linesOf(event)).toHaveLength(1_000_000);
      expect(growth).toBeLessThan(100);
    },
    120_000,
  );
});
