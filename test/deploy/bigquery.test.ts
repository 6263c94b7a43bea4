import { json, openTestApp } from '../test-app';
import { bigQueryRoutes, bqEnvironment, CONNECTION_ACCOUNT, queriesIn } from './bigquery-api';
import { type FunctionsApi, type RecordedRequest, startFunctionsApi } from './functions-api';
import { createGcloudSandbox, describeWithGcloud, type GcloudSandbox } from './gcloud';
import { ROOT, runScript, type ScriptResult } from './script';

// Each run starts up to seven Python processes.
jest.setTimeout(120_000);

const CONNECTION = 'demo.us.onnx-functions';

describe('bigquery.sh --dry-run', () => {
  test('prints every command, in order, as a script that can be pasted', async () => {
    const lines = await dryRun({ PROJECT: 'demo' });

    const show = `bq --project_id=demo --format=json show --connection ${CONNECTION}`;
    const describeUrl = (name: string) =>
      `gcloud functions describe ${name} --project=demo --region=us-central1 '--format=value(url)'`;
    expect(lines).toEqual([
      `cd ${ROOT}`,
      `${show} >/dev/null 2>&1 || bq --project_id=demo --location=us mk --connection ` +
        '--connection_type=CLOUD_RESOURCE onnx-functions',
      `description=$(${show})`,
      'caller=$(node -p \'JSON.parse(process.argv[1]).cloudResource.serviceAccountId\' "$description")',
      'gcloud functions add-invoker-policy-binding predict-batch --project=demo --region=us-central1 ' +
        '"--member=serviceAccount:$caller" --format=none --quiet',
      `endpoint=$(${describeUrl('predict-batch')})`,
      `info=$(${describeUrl('model-info')})`,
      'TOKEN=$(gcloud auth print-identity-token)',
      'export TOKEN',
      'statement=$(node deploy/create-function.mjs "$info" "--endpoint=$endpoint" --dataset=demo.ml ' +
        `--connection=${CONNECTION})`,
      'bq --project_id=demo query --use_legacy_sql=false "$statement"',
    ]);
  });

  test('asks serve for the statement too, by its paths', async () => {
    const lines = await dryRun({
      PROJECT: 'demo',
      FUNCTION: 'serve',
      NAME_PREFIX: 'staging-',
      TOKEN: 'secret',
    });

    expect(lines.filter((line) => line.includes('describe'))).toEqual([
      "endpoint=$(gcloud functions describe staging-serve --project=demo --region=us-central1 '--format=value(url)')",
    ]);
    expect(lines.at(-2)).toContain('"$endpoint/model-info" "--endpoint=$endpoint/predict/batch"');
    expect(lines.join('\n')).not.toContain('secret');
  });

  test('puts every setting into its flag', async () => {
    const lines = await dryRun({
      PROJECT: 'demo',
      REGION: 'europe-west1',
      FUNCTION: 'predict',
      LOCATION: 'EU',
      CONNECTION: 'models',
    });

    expect(lines[1]).toContain('bq --project_id=demo --location=eu mk --connection');
    expect(lines[4]).toContain('binding predict --project=demo --region=europe-west1 ');
    expect(lines.at(-2)).toContain(' --connection=demo.eu.models)');
  });
});

describe('bigquery.sh', () => {
  test.each([
    ['no dataset', [], { PROJECT: 'demo' }, 'expected the name of a dataset'],
    ['two datasets', ['ml', 'other'], { PROJECT: 'demo' }, 'expected one dataset, got ml and other'],
    [
      'a dataset with its project',
      ['demo.ml'],
      { PROJECT: 'demo' },
      'of letters, digits and underscores, got demo.ml',
    ],
    ['an unknown option', ['--force', 'ml'], { PROJECT: 'demo' }, 'unknown option --force'],
    ['no project', ['ml'], {}, 'PROJECT must name the Google Cloud project'],
    [
      'a function that BigQuery cannot call',
      ['ml'],
      { PROJECT: 'demo', FUNCTION: 'model-info' },
      'FUNCTION: expected predict-batch, predict or serve, got model-info',
    ],
  ])('refuses %s, and runs nothing', async (_, args, env, message) => {
    const { code, stdout, stderr } = await runScript('bigquery.sh', ['--dry-run', ...args], env);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('bigquery.sh: ');
    expect(stderr).toContain(message);
  });
});

describeWithGcloud('bigquery.sh with the real bq and gcloud', () => {
  let api: FunctionsApi;
  let gcloud: GcloudSandbox;
  let modelInfo: Record<string, unknown>;

  beforeAll(async () => {
    modelInfo = json(await openTestApp().request({ target: 'modelInfo' }));
    api = await startFunctionsApi(bigQueryRoutes(() => modelInfo));
    gcloud = createGcloudSandbox(api.url);
  });

  afterAll(async () => {
    await api.stop();
    gcloud.remove();
  });

  async function create(
    env: Readonly<Record<string, string>> = {},
  ): Promise<ScriptResult & { readonly requests: readonly RecordedRequest[] }> {
    const before = api.requests.length;
    const settings = { PROJECT: 'demo', TOKEN: 'identity', ...env };
    const result = await runScript('bigquery.sh', ['ml'], { ...bqEnvironment(gcloud, api.url), ...settings });
    return { ...result, requests: api.requests.slice(before) };
  }

  test('makes the connection, lets its account call the function, and creates the SQL function', async () => {
    const { code, stdout, requests } = await create();

    expect({ code, output: stdout.split('\n').at(-2) }).toEqual({ code: 0, output: 'Created demo.ml.iris' });
    const made = requests.find(({ method, path }) => method === 'POST' && path.endsWith('/connections'));
    expect(made?.path).toBe('/v1/projects/demo/locations/us/connections');
    expect(made?.query.get('connectionId')).toBe('onnx-functions');
    expect(JSON.parse(made?.body.toString() ?? '')).toEqual({ cloudResource: {} });
    expect(invokersIn(requests)).toEqual([
      { role: 'roles/run.invoker', members: [`serviceAccount:${CONNECTION_ACCOUNT}`] },
    ]);
    expect(queriesIn(requests)).toEqual([
      { query: STATEMENT(`${api.url}/at/predict-batch`), useLegacySql: false },
    ]);
  });

  test('a second time keeps the connection; serve is called by path', async () => {
    const { code, requests } = await create({ FUNCTION: 'serve' });

    expect(code).toBe(0);
    expect(requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/connections'))).toEqual(
      [],
    );
    expect(queriesIn(requests)).toEqual([
      { query: STATEMENT(`${api.url}/at/serve/predict/batch`), useLegacySql: false },
    ]);
  });

  test('stops before it creates anything in SQL when the model is none of columns', async () => {
    modelInfo = { name: 'embedder', version: '1.0.0' };

    const { code, stderr, requests } = await create();

    expect(code).toBe(1);
    expect(stderr).toContain('/at/model-info: this model has no CREATE FUNCTION statement');
    expect(queriesIn(requests)).toEqual([]);
  });
});

const STATEMENT = (endpoint: string) => `CREATE OR REPLACE FUNCTION \`demo.ml\`.\`iris\`(
  \`sepal_length\` FLOAT64,
  \`sepal_width\` FLOAT64,
  \`petal_length\` FLOAT64,
  \`petal_width\` FLOAT64
) RETURNS JSON
REMOTE WITH CONNECTION \`${CONNECTION}\`
OPTIONS (
  endpoint = "${endpoint}",
  user_defined_context = [("model", "iris"), ("version", "1.0.0")],
  max_batching_rows = 1000
);`;

async function dryRun(env: Readonly<Record<string, string>>): Promise<string[]> {
  const { code, stdout, stderr } = await runScript('bigquery.sh', ['--dry-run', 'ml'], env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

/** Who was let in at the Cloud Run service of a function. */
function invokersIn(requests: readonly RecordedRequest[]): unknown {
  const request = requests.find(({ path }) => path.endsWith('/services/predict-batch:setIamPolicy'));
  return JSON.parse(request?.body.toString() ?? '{}').policy?.bindings;
}
