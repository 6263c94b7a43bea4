import { execFileSync } from 'node:child_process';
import { ROOT, runScript, settingsReadBy } from './script';

const SETTINGS = { PROJECT: 'demo', BUCKET: 'models' };
const ACCOUNT = 'onnx-functions@demo.iam.gserviceaccount.com';

/** The command for `predict` with every setting at its default. */
const DEPLOY_PREDICT = `gcloud functions deploy predict --gen2 --project=demo --region=us-central1 \
--runtime=nodejs24 --runtime-update-policy=on-deploy --source=dist --entry-point=predict --trigger-http \
--no-allow-unauthenticated --service-account=${ACCOUNT} --memory=512Mi --cpu=1 --concurrency=40 \
--min-instances=0 --max-instances=10 --timeout=60s \
'--set-env-vars=^@^GOOGLE_CLOUD_PROJECT=demo@MODEL_REGISTRY=gs://models@NODE_COMPILE_CACHE=/workspace/.compile-cache' --clear-secrets \
--set-build-env-vars=ONNXRUNTIME_NODE_INSTALL=skip --update-labels=app=onnx-functions \
'--format=value(url)' --quiet`;

describe('deploy.sh --dry-run', () => {
  test('prints every command of a deployment, in order', async () => {
    const lines = await dryRun(['predict'], SETTINGS);

    expect(lines).toEqual([
      `cd ${ROOT}`,
      `gcloud iam service-accounts describe ${ACCOUNT} --project=demo >/dev/null 2>&1 || ` +
        `gcloud iam service-accounts create onnx-functions --project=demo '--display-name=ONNX functions' --quiet`,
      `gcloud storage buckets add-iam-policy-binding gs://models --project=demo ` +
        `--member=serviceAccount:${ACCOUNT} --role=roles/storage.objectViewer --condition=None --format=none --quiet`,
      'npm run build',
      DEPLOY_PREDICT,
    ]);
  });

  test('deploys predict, predict-batch and model-info when no function is named', async () => {
    const lines = await dryRun(['--no-build', '--skip-iam'], SETTINGS);

    const deployed = lines.slice(1).map((line) => /deploy (\S+).*--entry-point=(\S+)/.exec(line)?.slice(1));
    expect(deployed).toEqual([
      ['predict', 'predict'],
      ['predict-batch', 'predictBatch'],
      ['model-info', 'modelInfo'],
    ]);
  });

  test('puts every setting into its flag', async () => {
    const command = await dryRunOf('serve', {
      ...SETTINGS,
      REGION: 'europe-west1',
      RUNTIME: 'nodejs22',
      MEMORY: '1Gi',
      CPU: '2',
      CONCURRENCY: '80',
      MIN_INSTANCES: '1',
      MAX_INSTANCES: '3',
      TIMEOUT: '30s',
      SERVICE_ACCOUNT: 'mine@demo.iam.gserviceaccount.com',
      ALLOW_UNAUTHENTICATED: 'yes',
      SECRETS: 'API_KEY=api-key:1',
      NAME_PREFIX: 'staging-',
      SOURCE: 'out',
    });

    const flags = wordsOf(command);
    expect(flags.slice(0, 4)).toEqual(['gcloud', 'functions', 'deploy', 'staging-serve']);
    expect(flags).toEqual(
      expect.arrayContaining([
        '--region=europe-west1',
        '--runtime=nodejs22',
        '--memory=1Gi',
        '--cpu=2',
        '--concurrency=80',
        '--min-instances=1',
        '--max-instances=3',
        '--timeout=30s',
        '--service-account=mine@demo.iam.gserviceaccount.com',
        '--allow-unauthenticated',
        '--set-secrets=API_KEY=api-key:1',
        '--source=out',
      ]),
    );
    expect(flags).not.toContain('--clear-secrets');
  });

  test('quotes values so that a shell reads them back unchanged', async () => {
    const EXTRA_ENV = 'GREETING=it\'s $HOME & "more"; `id`\nORIGIN=a,b c';

    const command = await dryRunOf('predict', { ...SETTINGS, EXTRA_ENV });

    expect(wordsOf(command)).toContain(
      "--set-env-vars=^@^GOOGLE_CLOUD_PROJECT=demo@MODEL_REGISTRY=gs://models@NODE_COMPILE_CACHE=/workspace/.compile-cache@GREETING=it's $HOME & " +
        '"more"; `id`@ORIGIN=a,b c',
    );
  });

  test('separates the variables by a character that none of them holds', async () => {
    const command = await dryRunOf('predict', { ...SETTINGS, EXTRA_ENV: 'OWNER=me@example.com' });

    expect(wordsOf(command)).toContain(
      '--set-env-vars=^|^GOOGLE_CLOUD_PROJECT=demo|MODEL_REGISTRY=gs://models|NODE_COMPILE_CACHE=/workspace/.compile-cache|OWNER=me@example.com',
    );
  });

  test('hands on what follows -- to gcloud', async () => {
    const lines = await dryRun(
      ['--skip-iam', '--no-build', 'predict', '--', '--vpc-connector=a b'],
      SETTINGS,
    );

    expect(lines.at(-1)).toBe(`${DEPLOY_PREDICT} '--vpc-connector=a b'`);
  });

  test('does not create an account that the caller names, and grants it the bucket of the registry', async () => {
    const lines = await dryRun(['--no-build', 'predict'], {
      PROJECT: 'demo',
      MODEL_REGISTRY: 'gs://shared/team/models',
      SERVICE_ACCOUNT: 'mine@demo.iam.gserviceaccount.com',
    });

    expect(lines).toHaveLength(3);
    expect(lines[1]).toContain('binding gs://shared --project=demo --member=serviceAccount:mine@demo.iam.');
  });

  test('lets the account read each of its secrets, whichever version and wherever it is mounted', async () => {
    const lines = await dryRun(['--no-build', 'predict'], {
      ...SETTINGS,
      SECRETS: 'TOKEN=token:3,/secrets/api-keys.json=api-keys:latest',
    });

    const granted = lines.filter((line) => line.includes('secretAccessor')).map((line) => line.split(' ')[3]);
    expect(granted).toEqual(['token', 'api-keys']);
  });

  test('grants nothing when the models are in the upload', async () => {
    const lines = await dryRun(['--no-build', 'predict'], {
      PROJECT: 'demo',
      MODEL_REGISTRY: 'model-artifacts',
    });

    expect(lines.filter((line) => line.includes('iam-policy-binding'))).toEqual([]);
  });
});

describe('deploy.sh', () => {
  test('--help lists every setting that it reads', async () => {
    const { code, stdout } = await runScript('deploy.sh', ['--help']);

    expect(code).toBe(0);
    const documented = [...stdout.matchAll(/^ {2}([A-Z_]+) /gm)].map(([, name]) => name);
    expect(documented.sort()).toEqual(settingsReadBy('deploy/deploy.sh').sort());
  });

  test.each([
    ['without a project', [], {}, 'PROJECT must name the Google Cloud project'],
    ['without a registry', [], { PROJECT: 'demo' }, 'BUCKET or MODEL_REGISTRY must say where the models are'],
    ['an unknown function', ['score'], SETTINGS, 'unknown function score: expected predict, predict-batch'],
    ['an unknown option', ['--force'], SETTINGS, 'unknown option --force'],
    [
      'a runtime that is gone',
      [],
      { ...SETTINGS, RUNTIME: 'nodejs20' },
      'expected nodejs24 or nodejs22, got nodejs20',
    ],
    ['an unclear wish', [], { ...SETTINGS, ALLOW_UNAUTHENTICATED: 'maybe' }, 'expected yes or no, got maybe'],
    [
      'a variable without a value',
      [],
      { ...SETTINGS, EXTRA_ENV: 'A' },
      'expected NAME=VALUE on each line, got A',
    ],
    [
      'variables that use every separator',
      [],
      { ...SETTINGS, EXTRA_ENV: 'A=@|;~#' },
      'gcloud needs one of them',
    ],
  ])('refuses %s, and runs nothing', async (_, args, env, message) => {
    const { code, stdout, stderr } = await runScript('deploy.sh', ['--dry-run', ...args], env);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`deploy.sh: `);
    expect(stderr).toContain(message);
  });
});

async function dryRun(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string[]> {
  const { code, stdout, stderr } = await runScript('deploy.sh', ['--dry-run', ...args], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

/** The deploy command of one function, which may span lines. */
async function dryRunOf(name: string, env: Readonly<Record<string, string>>): Promise<string> {
  const [, ...lines] = await dryRun(['--skip-iam', '--no-build', name], env);
  return lines.join('\n');
}

/** What a shell makes of a command line. */
function wordsOf(command: string): string[] {
  return execFileSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
}
