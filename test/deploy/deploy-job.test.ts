import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type FunctionsApi, startFunctionsApi } from './functions-api';
import { createGcloudSandbox, describeWithGcloud, type GcloudSandbox } from './gcloud';
import { type Job, jobRoutes, runEnvironment } from './jobs-api';
import { ROOT, runScript, settingsReadBy } from './script';

const SETTINGS = { PROJECT: 'demo', BUCKET: 'models', IMAGE: 'registry/server:1' };
const PLACES = ['gs://files/input/', 'gs://files/scored'];
const ACCOUNT = 'onnx-functions@demo.iam.gserviceaccount.com';

// Each run starts up to six Python processes.
jest.setTimeout(120_000);

describe('deploy-job.sh --dry-run', () => {
  test('prints every command, in order: who may read and write, then the job and its execution', async () => {
    const lines = await dryRun(PLACES, { ...SETTINGS, MODEL_NAME: 'iris' });

    const account = `--member=serviceAccount:${ACCOUNT}`;
    const quietly = '--condition=None --format=none --quiet';
    expect(lines).toEqual([
      `cd ${ROOT}`,
      `gcloud iam service-accounts describe ${ACCOUNT} --project=demo >/dev/null 2>&1 || ` +
        `gcloud iam service-accounts create onnx-functions --project=demo '--display-name=ONNX functions' --quiet`,
      `gcloud storage buckets add-iam-policy-binding gs://models --project=demo ${account} ` +
        `--role=roles/storage.objectViewer ${quietly}`,
      `gcloud storage buckets add-iam-policy-binding gs://files --project=demo ${account} ` +
        `--role=roles/storage.objectUser ${quietly}`,
      'gcloud run jobs deploy score --project=demo --region=us-central1 --image=registry/server:1 ' +
        "'--args=^@^cli.js@score@gs://files/input@--output@gs://files/scored' " +
        "'--set-env-vars=^@^GOOGLE_CLOUD_PROJECT=demo@MODEL_REGISTRY=gs://models@MODEL_NAME=iris' " +
        '--tasks=8 --max-retries=3 --task-timeout=3600s --memory=1Gi --cpu=1 ' +
        `--service-account=${ACCOUNT} --labels=app=onnx-functions --quiet`,
      'gcloud run jobs execute score --project=demo --region=us-central1 --wait ' +
        "'--format=value(metadata.name)' --quiet",
    ]);
  });

  test('puts every setting into its flag', async () => {
    const [, deploy = '', execute = ''] = await dryRun(
      ['--skip-iam', '--no-wait', ...PLACES, '--', '--network=a b'],
      {
        ...SETTINGS,
        MODEL_REGISTRY: 'gs://shared/models',
        MODEL_VERSION: '1.0.0',
        REGION: 'europe-west1',
        JOB: 'nightly',
        TASKS: '100',
        PARALLELISM: '20',
        MAX_RETRIES: '5',
        TIMEOUT: '600s',
        MEMORY: '4Gi',
        CPU: '2',
        SERVICE_ACCOUNT: 'mine@demo.iam.gserviceaccount.com',
        EXTRA_ENV: 'MODEL_THREADS=1',
      },
    );

    expect(deploy).toContain('deploy nightly --project=demo --region=europe-west1 ');
    expect(deploy).toContain(
      "@MODEL_REGISTRY=gs://shared/models@MODEL_VERSION=1.0.0@MODEL_THREADS=1' --tasks=100 --max-retries=5 " +
        '--task-timeout=600s --memory=4Gi --cpu=2 --service-account=mine@demo.iam.gserviceaccount.com ',
    );
    expect(deploy).toMatch(/ --quiet '--network=a b' --parallelism=20$/);
    expect(execute).toContain('execute nightly --project=demo --region=europe-west1 --async ');
  });

  test('only reads the bucket of the files when the predictions go to another one', async () => {
    const lines = await dryRun(['gs://files/input', 'gs://results'], SETTINGS);

    const granted = lines.flatMap((line) => [/binding (gs:\S+).*--role=(\S+)/.exec(line)?.slice(1) ?? []]);
    expect(granted.filter(({ length }) => length > 0)).toEqual([
      ['gs://models', 'roles/storage.objectViewer'],
      ['gs://files', 'roles/storage.objectViewer'],
      ['gs://results', 'roles/storage.objectUser'],
    ]);
  });

  test('leaves the execution to others where that is wished', async () => {
    const lines = await dryRun(['--no-execute', '--skip-iam', ...PLACES], SETTINGS);

    expect(lines.map((line) => line.split(' ').slice(0, 4).join(' ')).slice(1)).toEqual([
      'gcloud run jobs deploy',
    ]);
  });
});

describe('deploy-job.sh', () => {
  test('--help lists every setting that it reads', async () => {
    const { code, stdout } = await runScript('deploy-job.sh', ['--help']);

    expect(code).toBe(0);
    const documented = [...stdout.matchAll(/^ {2}([A-Z_]+) /gm)].map(([, name]) => name);
    expect(documented.sort()).toEqual(settingsReadBy('deploy/deploy-job.sh').sort());
  });

  test.each([
    ['no project', PLACES, { ...SETTINGS, PROJECT: '' }, 'PROJECT must name the Google Cloud project'],
    ['no image', PLACES, { ...SETTINGS, IMAGE: '' }, 'IMAGE must name the container image'],
    [
      'no models',
      PLACES,
      { ...SETTINGS, BUCKET: '' },
      'BUCKET or MODEL_REGISTRY must say where the models are',
    ],
    ['one place', PLACES.slice(1), SETTINGS, 'expected INPUT and OUTPUT, got 1 places'],
    ['a folder', ['input', 'gs://files/scored'], SETTINGS, 'expected gs://BUCKET/PREFIX, got input'],
    ['an unknown option', ['--force', ...PLACES], SETTINGS, 'unknown option --force'],
    [
      'half a variable',
      PLACES,
      { ...SETTINGS, EXTRA_ENV: 'A' },
      'EXTRA_ENV: expected NAME=VALUE on each line',
    ],
  ])('refuses %s, and runs nothing', async (_, args, env, message) => {
    const { code, stdout, stderr } = await runScript('deploy-job.sh', ['--dry-run', ...args], env);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`deploy-job.sh: ${message}`);
  });
});

describeWithGcloud('the bulk job with the real gcloud', () => {
  let api: FunctionsApi;
  let gcloud: GcloudSandbox;

  beforeAll(async () => {
    api = await startFunctionsApi(jobRoutes());
    gcloud = createGcloudSandbox(api.url);
  });

  afterAll(async () => {
    await api.stop();
    gcloud.remove();
  });

  /** Does something with gcloud, and gives the jobs that it wrote and the executions that it began. */
  async function during<T>(work: () => Promise<T>) {
    const before = api.requests.length;
    const result = await work();
    const requests = api.requests.slice(before);
    const jobs = requests.filter(({ method, path }) => method !== 'GET' && /\/jobs(\/[^:]*)?$/.test(path));
    return {
      result,
      jobs: jobs.map(({ method, body }) => ({ method, job: JSON.parse(body.toString()) as Job })),
      executed: requests.flatMap(({ path }) => /\/jobs\/(.*):run$/.exec(path)?.[1] ?? []),
    };
  }

  const deploy = (env: Readonly<Record<string, string>>, ...args: readonly string[]) =>
    during(() => runScript('deploy-job.sh', args, { ...runEnvironment(gcloud, api.url), ...env }));

  test('is created and executed, then updated', async () => {
    const created = await deploy(SETTINGS, ...PLACES);
    const updated = await deploy({ ...SETTINGS, TASKS: '20' }, '--skip-iam', '--no-execute', ...PLACES);

    expect({ code: created.result.code, stdout: created.result.stdout }).toEqual({
      code: 0,
      stdout: 'score-x7k2p\n',
    });
    expect(created.jobs).toMatchObject([
      {
        method: 'POST',
        job: { metadata: { name: 'score' }, spec: { template: { spec: { taskCount: 8 } } } },
      },
    ]);
    expect(created.executed).toEqual(['score']);
    expect(updated.result.code).toBe(0);
    expect(updated.jobs).toMatchObject([
      { method: 'PUT', job: { spec: { template: { spec: { taskCount: 20 } } } } },
    ]);
    expect(updated.executed).toEqual([]);
  });

  test('is the same by the manifest as by the script', async () => {
    const manifest = join(ROOT, 'deploy/score-job.yaml');
    const image = /image: (\S+)/.exec(readFileSync(manifest, 'utf8'))?.[1] ?? '';
    const env = { ...runEnvironment(gcloud, api.url), PATH: process.env['PATH'] ?? '' };
    const args = ['run', 'jobs', 'replace', manifest, '--project=my-project', '--region=us-central1'];

    const replaced = await during(() => promisify(execFile)('gcloud', args, { env }));
    const deployed = await deploy(
      { PROJECT: 'my-project', BUCKET: 'my-project-models', MODEL_NAME: 'iris', IMAGE: image, JOB: 'again' },
      ...['--skip-iam', '--no-execute', 'gs://my-project-files/input', 'gs://my-project-files/scored'],
    );

    expect(replaced.jobs).toHaveLength(1);
    expect(replaced.jobs.map(({ job }) => withoutNoise(job.spec))).toEqual(
      deployed.jobs.map(({ job }) => withoutNoise(job.spec)),
    );
    expect(replaced.jobs[0]?.job.metadata).toMatchObject({
      name: 'score',
      labels: { app: 'onnx-functions' },
    });
  });
});

/** A description without what is empty, and without what gcloud says of itself. */
function withoutNoise(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return Array.isArray(value) ? value.map(withoutNoise) : value;
  }
  const kept = Object.entries(value)
    .filter(([key]) => key !== 'annotations' && key !== 'client.knative.dev/nonce')
    .map(([key, inner]) => [key, withoutNoise(inner)] as const)
    .filter(([, inner]) => inner !== '' && JSON.stringify(inner) !== '{}');
  return Object.fromEntries(kept);
}

async function dryRun(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string[]> {
  const { code, stdout, stderr } = await runScript('deploy-job.sh', ['--dry-run', ...args], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}
