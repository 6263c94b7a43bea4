import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type FunctionsApi, type RecordedRequest, startFunctionsApi } from './functions-api';
import { createGcloudSandbox, describeWithGcloud, type GcloudSandbox } from './gcloud';
import { ROOT, runScript } from './script';
import { zipEntries } from './zip-entries';

const FUNCTIONS = '/v2/projects/demo/locations/us-central1/functions';
const ACCOUNT = 'onnx-functions@demo.iam.gserviceaccount.com';

/** Parts of the build that functions do not need: the lists of what is sent and of what is bundled, and other programs. */
const KEPT_BACK = ['.gcloudignore', 'THIRD-PARTY-NOTICES.txt', 'bundled.cdx.json', 'cli.js', 'server.js'];

/** What must never leave the machine, although it lies in the folder that is deployed. */
const STRAYS = [
  '.env',
  'node_modules/ajv/index.js',
  'test/app.test.js',
  'index.js.map',
  'vendor/node_modules/a.js',
];

// Each deployment starts three to five Python processes.
jest.setTimeout(120_000);

describeWithGcloud('deploy.sh with the real gcloud', () => {
  let api: FunctionsApi;
  let gcloud: GcloudSandbox;
  let source: string;

  beforeAll(async () => {
    api = await startFunctionsApi();
    gcloud = createGcloudSandbox(api.url);
    source = copyBuild();
  });

  afterAll(async () => {
    await api.stop();
    gcloud.remove();
    rmSync(source, { recursive: true });
  });

  /** Deploys, and gives what gcloud asked of the APIs meanwhile. */
  async function deploy(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Deployment> {
    const before = api.requests.length;
    const settings = { PROJECT: 'demo', BUCKET: 'models', SOURCE: source };
    const result = await runScript('deploy.sh', ['--no-build', ...args], {
      ...gcloud.env,
      ...settings,
      ...env,
    });
    return { ...result, requests: api.requests.slice(before) };
  }

  test('the first deployment creates an account that may read the bucket, and the function', async () => {
    const CORS_ALLOW_ORIGINS = 'https://a.example, https://b.example';

    const { code, stdout, requests } = await deploy(['predict-batch'], {
      CORS_ALLOW_ORIGINS,
      EXTRA_ENV: 'OWNER=me@example.com\nNOTE= a b ',
      SECRETS: 'API_KEY=api-key:1',
    });

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'https://us-central1-demo.cloudfunctions.net/predict-batch\n',
    });
    expect(bodyOf(requests, 'POST', '/v1/projects/demo/serviceAccounts')).toEqual({
      accountId: 'onnx-functions',
      serviceAccount: { displayName: 'ONNX functions' },
    });
    expect(bodyOf(requests, 'PUT', '/storage/v1/b/models/iam')).toMatchObject({
      bindings: [{ role: 'roles/storage.objectViewer', members: [`serviceAccount:${ACCOUNT}`] }],
    });
    expect(bodyOf(requests, 'POST', FUNCTIONS)).toEqual({
      name: `${FUNCTIONS.replace('/v2/', '')}/predict-batch`,
      buildConfig: {
        entryPoint: 'predictBatch',
        environmentVariables: { ONNXRUNTIME_NODE_INSTALL: 'skip' },
        onDeployUpdatePolicy: {},
        runtime: 'nodejs24',
        source: { storageSource: { bucket: 'sources', object: 'source.zip', generation: '1' } },
      },
      serviceConfig: {
        availableCpu: '1',
        availableMemory: '512Mi',
        environmentVariables: {
          CORS_ALLOW_ORIGINS,
          GOOGLE_CLOUD_PROJECT: 'demo',
          MODEL_REGISTRY: 'gs://models',
          NODE_COMPILE_CACHE: '/workspace/.compile-cache',
          NOTE: ' a b ',
          OWNER: 'me@example.com',
        },
        maxInstanceCount: 10,
        maxInstanceRequestConcurrency: 40,
        minInstanceCount: 0,
        secretEnvironmentVariables: [{ key: 'API_KEY', projectId: '123', secret: 'api-key', version: '1' }],
        serviceAccountEmail: ACCOUNT,
        timeoutSeconds: 60,
      },
      labels: { app: 'onnx-functions', 'deployment-tool': 'cli-gcloud' },
    });
    expect(bodyOf(requests, 'POST', '/v1/projects/demo/secrets/api-key:setIamPolicy')).toMatchObject({
      policy: {
        bindings: [{ role: 'roles/secretmanager.secretAccessor', members: [`serviceAccount:${ACCOUNT}`] }],
      },
    });
    expect(requests.filter(({ path }) => path.endsWith(':setIamPolicy'))).toHaveLength(1);
  });

  test('sends what functions need of the build, and nothing else that lies there', async () => {
    const { requests } = await deploy(['--skip-iam', 'predict']);

    const zip = requests.find(({ method }) => method === 'PUT');
    const sent = zipEntries(zip?.body ?? Buffer.of()).filter((name) => !name.endsWith('/'));
    expect(sent.sort()).toEqual(filesIn(join(ROOT, 'dist')).filter((name) => !KEPT_BACK.includes(name)));
  });

  test('sends nothing of the repository but its package files when its root is deployed by mistake', async () => {
    const { requests } = await deploy(['--skip-iam', 'predict'], { SOURCE: ROOT });

    const zip = requests.find(({ method }) => method === 'PUT');
    const sent = zipEntries(zip?.body ?? Buffer.of()).filter((name) => !name.endsWith('/'));
    expect(sent.filter((name) => !name.startsWith('model-artifacts/')).sort()).toEqual([
      '.npmrc',
      'package-lock.json',
      'package.json',
    ]);
  });

  test('a second deployment changes only what differs, and keeps the function private', async () => {
    await deploy(['--skip-iam', 'model-info'], { EXTRA_ENV: 'LOG_LEVEL=warn' });

    const { code, requests } = await deploy(['--skip-iam', 'model-info'], { EXTRA_ENV: 'LOG_LEVEL=info' });

    expect(code).toBe(0);
    const update = requests.find(({ method }) => method === 'PATCH');
    expect(update?.path).toBe(`${FUNCTIONS}/model-info`);
    const mask = update?.query.get('updateMask')?.split(',');
    expect(mask).toContain('service_config.environment_variables');
    expect(mask).not.toContain('service_config.secret_environment_variables');
    expect(policyOf(requests).bindings ?? []).toEqual([]);
  });

  test('everybody may call a function only if that is asked for', async () => {
    const { code, requests } = await deploy(['--skip-iam', 'serve'], { ALLOW_UNAUTHENTICATED: 'yes' });

    expect(code).toBe(0);
    expect(policyOf(requests).bindings).toEqual([{ role: 'roles/run.invoker', members: ['allUsers'] }]);
  });

  test('stops at the first command that fails, with the message of gcloud', async () => {
    const { code, stderr, requests } = await deploy([
      '--skip-iam',
      'predict',
      'serve',
      '--',
      '--no-such-flag',
    ]);

    expect(code).toBe(2);
    expect(stderr).toContain('--no-such-flag');
    expect(requests).toEqual([]);
  });
});

interface Deployment {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly requests: readonly RecordedRequest[];
}

/** A copy of the build that also holds what a careless machine might leave there. */
function copyBuild(): string {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-source-'));
  cpSync(join(ROOT, 'dist'), folder, { recursive: true });
  for (const stray of STRAYS) {
    mkdirSync(dirname(join(folder, stray)), { recursive: true });
    writeFileSync(join(folder, stray), '');
  }
  return folder;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function bodyOf(requests: readonly RecordedRequest[], method: string, path: string): unknown {
  const request = requests.find((candidate) => candidate.method === method && candidate.path === path);
  return request === undefined ? undefined : JSON.parse(request.body.toString());
}

function policyOf(requests: readonly RecordedRequest[]): { readonly bindings?: unknown } {
  const request = requests.find(({ path }) => path.endsWith(':setIamPolicy'));
  return JSON.parse(request?.body.toString() ?? '{}').policy;
}
