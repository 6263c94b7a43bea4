import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { openGcsFiles } from '../../shared/registry/gcs-files';
import { projectPath } from '../../training/project-path';
import { createRandom } from '../../training/random';
import { createBucket, type TestBucket } from '../bucket';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';
import { type ReceivedRequest, startInterferingProxy } from '../interfering-proxy';

const HEADER = 'id,sepal_length,sepal_width,petal_length,petal_width\n';

/** Rows with an id; every hundredth is bad. */
function csvOf(rows: number): string {
  const lines = Array.from({ length: rows }, (_, row) =>
    row % 100 === 99 ? `row-${row},tall,3.5,1.4,0.2\n` : `row-${row},5.1,3.5,1.4,0.2\n`,
  );
  return HEADER + lines.join('');
}

const badOf = (rows: number) => Math.floor(rows / 100);
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

interface Attempt {
  readonly index: number;
  readonly count: number;
  readonly attempt?: number;
  /** Called before each request of the process; it goes on when what this gives is resolved. */
  readonly before?: (request: ReceivedRequest, process: ChildProcess) => Promise<void> | void;
}

interface AttemptEnd {
  /** Null where it was killed. */
  readonly code: number | null;
  readonly said: string;
}

describeWithEmulator('tasks of a Cloud Run job', () => {
  let emulator: GcsEmulator;
  let bucket: TestBucket;
  const children = new Set<ChildProcess>();

  beforeAll(async () => {
    emulator = await startGcsEmulator();
  });
  beforeEach(async () => {
    bucket = await createBucket(emulator);
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
  });
  afterAll(() => emulator.stop());

  /** Runs one attempt of a task to its end. */
  async function run({ index, count, attempt = 0, before }: Attempt): Promise<AttemptEnd> {
    const proxy = await startInterferingProxy(emulator.endpoint, async (request) => {
      await before?.(request, child);
    });
    const input = `gs://${bucket.name}/in`;
    const output = `gs://${bucket.name}/out`;
    const args = ['score', input, '--output', output, '--model', 'iris', '--parallel', '2'];
    const child = spawn(process.execPath, [projectPath('dist/cli.js'), ...args], {
      cwd: projectPath('.'),
      env: {
        ...process.env,
        GCS_API_ENDPOINT: proxy.endpoint,
        MODEL_THREADS: '1',
        CLOUD_RUN_EXECUTION: 'score-x7k2p',
        CLOUD_RUN_TASK_INDEX: String(index),
        CLOUD_RUN_TASK_COUNT: String(count),
        CLOUD_RUN_TASK_ATTEMPT: String(attempt),
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    children.add(child);
    let said = '';
    child.stderr.on('data', (chunk) => (said += chunk));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    children.delete(child);
    await proxy.close();
    return { code, said };
  }

  async function document(name: string) {
    return JSON.parse((await bucket.read(`out/${name}`)) ?? 'null');
  }

  async function checkOutput(name: string, rows: number, generation: string): Promise<void> {
    const stem = `iris/1.0.0/${name}.csv.${generation}`;
    const text = (await bucket.read(`out/${stem}.predictions.csv`)) ?? '';
    const ids = text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[1]);
    const all = Array.from({ length: rows }, (_, row) => row).filter((row) => row % 100 !== 99);
    expect(ids).toEqual(all.map((row) => `row-${row}`));
    const bad = (await bucket.read(`out/${stem}.errors.ndjson`)) ?? '';
    expect(bad.split('\n')).toHaveLength(badOf(rows) + 1);
    const summary = await document(`${stem}.summary.json`);
    expect(summary).toMatchObject({ rows, bad_rows: badOf(rows), version: '1.0.0' });
    const files = openGcsFiles({ endpoint: emulator.endpoint });
    expect(await files.stat(summary.predictions)).toBe(summary.predictions.generation);
  }

  test('eight of them, killed and begun again at random, do each file once, and the summary adds up', async () => {
    const seed = Number(process.env['KILL_SEED'] ?? randomInt(1_000_000));
    process.stderr.write(`tasks are killed by seed ${seed} (KILL_SEED=${seed} does it again)\n`);
    const random = createRandom(seed);
    // One is of several parts, and is likely to be killed in its middle.
    const sizes = [150_000, ...Array.from({ length: 39 }, () => 1 + random.below(5_000))];
    const generations: string[] = [];
    for (const [day, rows] of sizes.entries()) {
      generations.push((await bucket.put(`in/day-${day}.csv`, csvOf(rows))).data.generation);
    }
    await bucket.put('in/broken.csv', 'colour\nred\n');
    let kills = 0;

    /** Runs a task as Cloud Run does: again until it has nothing left. Up to three attempts are killed. */
    async function runKilled(index: number, deaths: number): Promise<number> {
      for (let attempt = 0; ; attempt++) {
        let requests = attempt < deaths ? 3 + random.below(20) : Number.POSITIVE_INFINITY;
        const before = (_: ReceivedRequest, child: ChildProcess) => {
          if (--requests === 0) child.kill('SIGKILL');
        };
        const { code, said } = await run({ index, count: 8, attempt, before });
        if (code === 0 || code === 2) return code;
        if (code === null) kills++;
        // Of two that do the same task, one waits in vain for what the other one was about to finish when it died.
        else expect(said).toMatch(/left for another attempt\nanother run wrote .*, and has not finished\n$/);
      }
    }
    const deaths = Array.from({ length: 8 }, () => random.below(4));
    // The last one is begun twice, as after a false report of its death.
    const codes = await Promise.all([
      ...deaths.map((times, index) => runKilled(index, times)),
      runKilled(7, 1),
    ]);

    expect(codes).toContain(2);
    expect(kills).toBeGreaterThan(0);
    const stems = sizes.map((_, day) => `out/iris/1.0.0/day-${day}.csv.${generations[day]}`);
    const written = await bucket.list('out/iris/');
    const failures = written.filter((name) => name.endsWith('.error.json'));
    expect(failures).toEqual([expect.stringContaining('/broken.')]);
    expect(written.filter((name) => !failures.includes(name)).sort()).toEqual(
      sizes
        .flatMap((rows, day) => [
          ...(badOf(rows) > 0 ? [`${stems[day]}.errors.ndjson`] : []),
          `${stems[day]}.predictions.csv`,
          `${stems[day]}.summary.json`,
        ])
        .sort(),
    );
    for (const [day, rows] of sizes.entries()) await checkOutput(`day-${day}`, rows, `${generations[day]}`);

    const runs = 'out/_runs/score-x7k2p/';
    const reports = Array.from({ length: 8 }, (_, task) => `${runs}tasks/${task}.json`);
    expect(await bucket.list(runs)).toEqual([`${runs}plan.json`, `${runs}summary.json`, ...reports]);
    expect(await document('_runs/score-x7k2p/summary.json')).toMatchObject({
      tasks: 8,
      files: 41,
      scored: 40,
      failed: 1,
      rows: sum(sizes),
      bad_rows: sum(sizes.map(badOf)),
      versions: { '1.0.0': 40 },
      failures: [{ name: 'in/broken.csv', code: 'validation-failed' }],
    });
  }, 240_000);

  test('of two that finish at the same time, both try to close the run and one does', async () => {
    for (let day = 0; day < 6; day++) await bucket.put(`in/day-${day}.csv`, csvOf(10));
    // Both have reported before either looks who has, and neither writes its summary before both have begun to.
    const steps = [/^GET .*prefix=out%2F_runs%2F.*tasks/, /^PUT .*_runs.*%2Fsummary\.json/].map(
      createBarrier,
    );
    const before = async ({ method, path }: ReceivedRequest) => {
      for (const { pattern, pass } of steps) if (pattern.test(`${method} ${path}`)) await pass();
    };

    const codes = await Promise.all([0, 1].map((index) => run({ index, count: 2, before })));

    expect(steps.map(({ came }) => came())).toEqual([2, 2]);
    expect(codes.map(({ code }) => code)).toEqual([0, 0]);
    expect(await document('_runs/score-x7k2p/summary.json')).toMatchObject({ files: 6, scored: 6, rows: 60 });
  }, 60_000);
});

/** Holds up the first of two that come until the second does. */
function createBarrier(pattern: RegExp) {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let came = 0;
  return {
    pattern,
    came: () => came,
    pass(): Promise<void> {
      if (++came === 2) open();
      return opened;
    },
  };
}
