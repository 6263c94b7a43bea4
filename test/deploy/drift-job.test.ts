import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectPath } from '../../training/project-path';
import { type IrisRow, randomOf, resample, serveRows, TRAINING_ROWS, toNdjson } from '../cli/iris-log';
import { type Ended, runCli } from '../cli/run-cli';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';
import { filterOf, passes } from './log-filter';

/** Where the models and the log are, as `gs://` addresses. */
interface Places {
  readonly registry: string;
  readonly log: string;
}

const HOUR_MS = 3_600_000;
const USUAL = resample(TRAINING_ROWS, randomOf(3), 150);
const STRANGE = USUAL.map(([length, ...others]): IrisRow => [Number(length) + 2, ...others]);

/** Buckets with the embedded model, and with a log that is empty at first. */
async function openPlaces({ registry, log }: Places) {
  const storage = await startGcsEmulator();
  for (const place of [registry, log]) await storage.createBucket(split(place).bucket);
  const folder = projectPath('model-artifacts/iris');
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(json|onnx)$/.test(file)) continue;
    await storage.upload(split(registry).bucket, `iris/${file}`, readFileSync(join(folder, file)));
  }
  return storage;
}

/** Files predictions as a sink of Cloud Logging does: by the hour, below the name of the log. */
async function fileEntries(storage: GcsEmulator, log: string, rows: readonly IrisRow[], hoursAgo: number) {
  const timestamp = new Date(Date.now() - hoursAgo * HOUR_MS).toISOString();
  const [day = '', hour = ''] = timestamp.split(/T|:/);
  const text = toNdjson((await serveRows(rows)).map((jsonPayload) => ({ jsonPayload, timestamp })));
  const { bucket, path } = split(log);
  const name = `${path}/${day.replaceAll('-', '/')}/${hour}:00:00_${hour}:59:59_S0.json`;
  await storage.upload(bucket, name, Buffer.from(text));
}

function split(uri: string): { readonly bucket: string; readonly path: string } {
  const [, bucket = '', path = ''] = /^gs:\/\/([^/]+)\/?(.*)$/.exec(uri) ?? [];
  return { bucket, path };
}

describeWithEmulator("the job of deploy/terraform's drift", () => {
  /** What tests/complete.tftest.hcl holds Terraform's job to. */
  const expected = readFileSync(projectPath('deploy/terraform/tests/complete.tftest.hcl'), 'utf8');
  const [, list = ''] = /args == tolist\(\[\s+("cli\.js".+?),\s+\]\)/s.exec(expected) ?? [];
  const [, registry = ''] = /\["MODEL_REGISTRY"\] == "(gs:[^"]+)"/.exec(expected) ?? [];
  const [, log = ''] = /output\.prediction_log == "(gs:[^"]+)"/.exec(expected) ?? [];
  const [, report = ''] = /output\.drift_report == "(gs:[^"]+)"/.exec(expected) ?? [];
  const isCounted = filterOf('monitoring.tf', 'google_logging_metric.drift_found');

  let storage: GcsEmulator;
  beforeEach(async () => {
    storage = await openPlaces({ registry, log });
  });
  afterEach(() => storage.stop());

  /** The entry point of the image is Node.js, in the folder of the program. */
  function runJob(): Promise<Ended> {
    const env = { ...process.env, MODEL_REGISTRY: registry, GCS_API_ENDPOINT: storage.endpoint };
    const options = { cwd: projectPath('dist'), env };
    return new Promise((resolve) => {
      execFile(process.execPath, JSON.parse(`[${list}]`) as string[], options, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
      );
    });
  }

  /** The lines of the output that the metric of the alert counts. */
  const counted = ({ stdout }: Ended) =>
    stdout.split('\n').filter((textPayload) => passes({ textPayload }, isCounted));

  test('finds none in a day like those of the training', async () => {
    await fileEntries(storage, log, USUAL, 20);
    const ended = await runJob();

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('150 rows of 150 requests');
    expect(counted(ended)).toEqual([]);
  });

  test('ends with 2 on drift, and says so in the words that the alert counts', async () => {
    await fileEntries(storage, log, STRANGE, 20);
    const ended = await runJob();

    expect(ended.code).toBe(2);
    expect(counted(ended)).toHaveLength(1);
  });

  test('writes a report of what it found where the output says', async () => {
    await fileEntries(storage, log, STRANGE, 20);
    await runJob();
    const { bucket, path } = split(report);

    const media = `${storage.endpoint}/storage/v1/b/${bucket}/o/${encodeURIComponent(path)}?alt=media`;

    expect(await (await fetch(media)).text()).toContain('sepal_length');
  });

  test('leaves to the next run what the sink may not have filed yet', async () => {
    await fileEntries(storage, log, USUAL, 20);
    await fileEntries(storage, log, STRANGE, 2);
    expect((await runJob()).code).toBe(0);

    // As the next day sees it.
    await fileEntries(storage, log, STRANGE, 26);
    expect((await runJob()).code).toBe(2);
  });

  test('is not taken to have found drift where it could not look', async () => {
    await storage.upload(split(registry).bucket, 'iris/1.0.0/manifest.json', Buffer.from('{'));
    await fileEntries(storage, log, STRANGE, 20);
    const ended = await runJob();

    expect([0, 2]).not.toContain(ended.code);
    expect(counted(ended)).toEqual([]);
  });

  test('is not taken to have found drift where there was nothing to look at', async () => {
    await fileEntries(storage, log, USUAL, 40);
    const ended = await runJob();

    expect(ended.code).not.toBe(2);
    expect(counted(ended)).toEqual([]);
  });
});

describeWithEmulator('the runbook for drift', () => {
  test('has a command that says which columns it is, and writes the report', async () => {
    const text = readFileSync(projectPath('docs/operations.md'), 'utf8').split('### OnnxDrift')[1] ?? '';
    const [, command = ''] = /npx onnx-functions (drift .*)/.exec(text) ?? [];
    const log = 'gs://my-logs/run.googleapis.com/stdout';
    const storage = await openPlaces({ registry: 'gs://my-models', log });
    await fileEntries(storage, log, STRANGE, 2);
    const cwd = mkdtempSync(join(tmpdir(), 'runbook-'));

    const { code, stdout } = await runCli(
      command.split(' '),
      { GCS_API_ENDPOINT: storage.endpoint },
      { cwd },
    );
    const hasReport = existsSync(join(cwd, 'drift.html'));
    rmSync(cwd, { recursive: true });
    await storage.stop();

    expect(stdout).toContain('drift: sepal_length');
    expect({ code, hasReport }).toEqual({ code: 2, hasReport: true });
  });
});
