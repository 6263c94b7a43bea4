import { type FunctionsApi, type RecordedRequest, startFunctionsApi } from './functions-api';
import { createGcloudSandbox, describeWithGcloud, type GcloudSandbox } from './gcloud';
import { ROOT, runScript, type ScriptResult } from './script';

const SETTINGS = { PROJECT: 'demo', BUCKET: 'models', SCORE_BUCKET: 'files' };
const ACCOUNT = 'onnx-functions@demo.iam.gserviceaccount.com';
const STORAGE_AGENT = 'service-123@gs-project-accounts.iam.gserviceaccount.com';
const FUNCTIONS = '/v2/projects/demo/locations/us-central1/functions';

// Each deployment starts up to eight Python processes.
jest.setTimeout(120_000);

describe('deploy.sh --dry-run score-file', () => {
  test('prints every command, in order: who may read, write and call, then the function and its trigger', async () => {
    const lines = await dryRun(SETTINGS);

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
      `gcloud projects add-iam-policy-binding demo ${account} --role=roles/eventarc.eventReceiver ${quietly}`,
      'storage_agent=$(gcloud storage service-agent --project=demo)',
      'gcloud projects add-iam-policy-binding demo "--member=serviceAccount:$storage_agent" ' +
        `--role=roles/pubsub.publisher ${quietly}`,
      'npm run build',
      'gcloud functions deploy score-file --gen2 --project=demo --region=us-central1 --runtime=nodejs24 ' +
        '--runtime-update-policy=on-deploy --source=dist --entry-point=scoreFile ' +
        '--trigger-event-filters=type=google.cloud.storage.object.v1.finalized ' +
        '--trigger-event-filters=bucket=files --trigger-location=us-central1 ' +
        `--trigger-service-account=${ACCOUNT} --retry --service-account=${ACCOUNT} --memory=1Gi --cpu=1 ` +
        '--concurrency=1 --min-instances=0 --max-instances=10 --timeout=540s ' +
        "'--set-env-vars=^@^GOOGLE_CLOUD_PROJECT=demo@MODEL_REGISTRY=gs://models" +
        "@NODE_COMPILE_CACHE=/workspace/.compile-cache' --clear-secrets " +
        '--set-build-env-vars=ONNXRUNTIME_NODE_INSTALL=skip --update-labels=app=onnx-functions ' +
        "'--format=value(url)' --quiet",
      `gcloud functions add-invoker-policy-binding score-file --project=demo --region=us-central1 ${account} ` +
        '--format=none --quiet',
    ]);
  });

  test('only reads the bucket of the files when the predictions go to another one', async () => {
    const lines = await dryRun({ ...SETTINGS, SCORE_OUTPUT_BUCKET: 'gs://results' });

    const granted = lines.map((line) => /binding (gs:\S+).*--role=(\S+)/.exec(line)?.slice(1));
    expect(granted.filter((grant) => grant !== undefined)).toEqual([
      ['gs://models', 'roles/storage.objectViewer'],
      ['gs://files', 'roles/storage.objectViewer'],
      ['gs://results', 'roles/storage.objectUser'],
    ]);
    expect(lines.join('\n')).toContain('@SCORE_OUTPUT_BUCKET=results');
  });

  test('puts its settings into flags and variables, and no other function gets them', async () => {
    const lines = await dryRun(
      {
        ...SETTINGS,
        SCORE_BUCKET: 'gs://files',
        SCORE_BUCKET_LOCATION: 'US',
        SCORE_INPUT_PREFIX: 'in/',
        SCORE_OUTPUT_PREFIX: 'out/',
        NAME_PREFIX: 'staging-',
        MEMORY: '2Gi',
        CONCURRENCY: '2',
        TIMEOUT: '300s',
      },
      ['--skip-iam', '--no-build', 'predict', 'score-file'],
    );

    const [, predict = '', scoreFile = ''] = lines;
    expect(lines).toHaveLength(3);
    expect(predict).not.toContain('SCORE_');
    expect(scoreFile).toContain('deploy staging-score-file ');
    expect(scoreFile).toContain(' --trigger-event-filters=bucket=files --trigger-location=us ');
    expect(scoreFile).toContain(' --memory=2Gi --cpu=1 --concurrency=2 ');
    expect(scoreFile).toContain(' --timeout=300s ');
    expect(scoreFile).toContain('@SCORE_INPUT_PREFIX=in/@SCORE_OUTPUT_PREFIX=out/');
  });

  test.each([
    ['no bucket', undefined, 'SCORE_BUCKET must name the bucket whose files score-file takes'],
    ['a prefix', 'gs://files/input', 'SCORE_BUCKET: expected a bucket, without a prefix, got files/input'],
  ])('refuses %s, and runs nothing', async (_, SCORE_BUCKET, message) => {
    const env = { PROJECT: 'demo', BUCKET: 'models', ...(SCORE_BUCKET && { SCORE_BUCKET }) };

    const { code, stdout, stderr } = await runScript('deploy.sh', ['--dry-run', 'score-file'], env);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`deploy.sh: ${message}`);
  });
});

describeWithGcloud('deploy.sh score-file with the real gcloud', () => {
  let api: FunctionsApi;
  let gcloud: GcloudSandbox;
  let result: ScriptResult;

  beforeAll(async () => {
    api = await startFunctionsApi();
    gcloud = createGcloudSandbox(api.url);
    result = await runScript('deploy.sh', ['--no-build', 'score-file'], { ...gcloud.env, ...SETTINGS });
  });

  afterAll(async () => {
    await api.stop();
    gcloud.remove();
  });

  test('a file of the bucket is an event of the function, which is retried until it succeeds', () => {
    expect({ code: result.code, stdout: result.stdout }).toEqual({
      code: 0,
      stdout: 'https://us-central1-demo.cloudfunctions.net/score-file\n',
    });
    expect(bodiesOf(api.requests, 'POST', FUNCTIONS)).toEqual([
      expect.objectContaining({
        buildConfig: expect.objectContaining({ entryPoint: 'scoreFile', runtime: 'nodejs24' }),
        serviceConfig: expect.objectContaining({
          availableMemory: '1Gi',
          maxInstanceRequestConcurrency: 1,
          serviceAccountEmail: ACCOUNT,
          timeoutSeconds: 540,
        }),
        eventTrigger: {
          eventType: 'google.cloud.storage.object.v1.finalized',
          eventFilters: [{ attribute: 'bucket', value: 'files' }],
          retryPolicy: 'RETRY_POLICY_RETRY',
          serviceAccountEmail: ACCOUNT,
          triggerRegion: 'us-central1',
        },
      }),
    ]);
  });

  test('its account may read and write the files and is called by the trigger; the bucket may tell of them', () => {
    const granted = [
      ...bodiesOf(api.requests, 'PUT', '/storage/v1/b/files/iam').flatMap(bindingsOf),
      ...bodiesOf(api.requests, 'POST', '/v1/projects/demo:setIamPolicy').flatMap(bindingsOf),
      ...bodiesOf(api.requests, 'POST', /services\/score-file:setIamPolicy$/).flatMap(bindingsOf),
    ];

    // What was granted before stays.
    expect(granted.filter(({ role }) => role !== 'roles/editor')).toEqual([
      { role: 'roles/storage.objectUser', members: [`serviceAccount:${ACCOUNT}`] },
      { role: 'roles/eventarc.eventReceiver', members: [`serviceAccount:${ACCOUNT}`] },
      { role: 'roles/pubsub.publisher', members: [`serviceAccount:${STORAGE_AGENT}`] },
      { role: 'roles/run.invoker', members: [`serviceAccount:${ACCOUNT}`] },
    ]);
  });
});

interface Binding {
  readonly role: string;
  readonly members: readonly string[];
}

async function dryRun(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = ['score-file'],
): Promise<string[]> {
  const { code, stdout, stderr } = await runScript('deploy.sh', ['--dry-run', ...args], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

function bodiesOf(requests: readonly RecordedRequest[], method: string, path: string | RegExp): unknown[] {
  return requests
    .filter((request) => request.method === method)
    .filter((request) => (typeof path === 'string' ? request.path === path : path.test(request.path)))
    .map(({ body }) => JSON.parse(body.toString()));
}

/** The bindings of a policy that is sent bare (to Cloud Storage) or wrapped (elsewhere). */
function bindingsOf(body: unknown): readonly Binding[] {
  const { policy, bindings } = body as { policy?: { bindings: Binding[] }; bindings?: Binding[] };
  return policy?.bindings ?? bindings ?? [];
}
