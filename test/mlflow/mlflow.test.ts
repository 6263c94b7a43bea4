import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchFromMlflow } from '../../cli/mlflow/fetch-from-mlflow';
import { projectPath } from '../../training/project-path';
import { runCli } from '../cli/run-cli';
import { startFunction } from '../functions-process';
import { MLFLOW_PYTHON, MLFLOW_START_MS, type MlflowServer, startMlflowServer } from './mlflow-server';

/** Several times what a script of Python's took on a machine with two busy cores. */
const TIMEOUT_MS = 120_000;

const iris = (file: string) => readFileSync(projectPath(`model-artifacts/iris/${file}`));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let out: string;
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'mlflow-training-'));
});
afterAll(() => rmSync(out, { recursive: true }));

/** Runs the program behind `npm run train`. */
function train(args: readonly string[], env: Readonly<Record<string, string>>, folder = out): Promise<Ended> {
  return run(process.execPath, ['build/run.mjs', 'training/train.ts', ...args, '--out', folder], env);
}

function python(script: string, ...args: readonly string[]): Promise<Ended> {
  // -B: nothing compiled is left beside the scripts.
  return run(MLFLOW_PYTHON.python, ['-B', join(__dirname, script), ...args], {
    MLFLOW_DISABLE_TELEMETRY: 'true',
  });
}

function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const options = { cwd: projectPath('.'), env: { ...process.env, ...env } };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

MLFLOW_PYTHON.describe('MLflow', () => {
  let server: MlflowServer;
  let trained: Ended;
  beforeAll(async () => {
    server = await startMlflowServer();
    trained = await train(['iris', '--register', 'flowers'], {
      MLFLOW_TRACKING_URI: server.url,
      MLFLOW_EXPERIMENT_NAME: 'iris & co',
      MLFLOW_REGISTERED_MODEL: 'not this one',
    });
  }, MLFLOW_START_MS);
  afterAll(() => server?.stop());

  const fetchModel = (uri: string) => fetchFromMlflow(uri, { env: { MLFLOW_TRACKING_URI: server.url } });

  test('gets every version that is trained, and the program says where it is', () => {
    expect(trained).toMatchObject({ code: 0, stderr: '' });
    const lines = trained.stdout.split('\n').filter((line) => line.startsWith('logged'));
    expect(lines).toEqual([
      expect.stringMatching(`^logged iris 1.0.0 as models:/flowers/1, run [0-9a-f]{32} of ${server.url}$`),
      expect.stringMatching(`^logged iris 1.1.0 as models:/flowers/2, run [0-9a-f]{32} of ${server.url}$`),
    ]);
  });

  test('has the parameters and the metrics of a run that is finished', async () => {
    const { source } = await fetchModel('models:/flowers/2');

    const { run } = (await server.call('runs/get', { run_id: source.mlflow.run_id ?? '' })) as RunAnswer;

    const manifest = JSON.parse(String(iris('1.1.0/manifest.json'))) as TrainedManifest;
    expect(run.info).toMatchObject({ run_name: 'iris 1.1.0', status: 'FINISHED' });
    expect(toObject(run.data.metrics)).toEqual(manifest.training.metrics);
    expect(toObject(run.data.params)).toMatchObject({
      version: '1.1.0',
      algorithm: manifest.training.algorithm,
      C: '1',
      seed: '42',
      artifact_sha256: manifest.artifact.sha256,
    });
    const { experiment } = (await server.call('experiments/get', {
      experiment_id: run.info.experiment_id,
    })) as { experiment: object };
    expect(experiment).toMatchObject({ name: 'iris & co' });
  });

  test(
    'loads the model as its own, and answers as it does here',
    async () => {
      const { code, stdout } = await python('predict.py', server.url, 'models:/flowers/2');

      const reference = [
        expect.closeTo(0.994209, 5),
        expect.closeTo(0.000663, 5),
        expect.closeTo(0.005128, 5),
      ];
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toEqual({
        flavors: ['onnx', 'python_function'],
        label: [0, 2],
        // test/training/iris-quadratic-reference.json: scikit-learn's.
        probabilities: [reference, expect.any(Array)],
      });
    },
    TIMEOUT_MS,
  );

  test('gives the files back as they were, by version, by alias and by run', async () => {
    const { manifest, source } = await fetchModel('models:/flowers/1');
    const answer = await fetch(`${server.url}/api/2.0/mlflow/registered-models/alias`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'flowers', alias: 'champion', version: '1' }),
    });

    const byAlias = await fetchModel('models:/flowers@champion');
    const byRun = await fetchModel(`runs:/${source.mlflow.run_id}/model`);

    expect(answer.status).toBe(200);
    expect(manifest).toEqual({ ...JSON.parse(String(iris('1.0.0/manifest.json'))), source });
    expect(source.mlflow).toMatchObject({ model: 'flowers', version: '1', tracking_uri: server.url });
    expect(byAlias.manifest).toEqual(manifest);
    expect(byRun.source.mlflow).toEqual({ run_id: source.mlflow.run_id, tracking_uri: server.url });
    for (const { artifact } of [byAlias, byRun]) {
      expect(Buffer.from(artifact).equals(iris('1.0.0/model.onnx'))).toBe(true);
    }
  });

  test.each([
    ['models:/flowers/9', 'object-not-found', 'Model Version (name=flowers, version=9) not found'],
    ['models:/nope/1', 'object-not-found', 'name=nope'],
    ['models:/flowers@nope', 'store-unavailable', 'alias nope not found'],
    ['runs:/0123/model', 'object-not-found', '0123'],
  ])('says that there is no %s', async (uri, code, message) => {
    await expect(fetchModel(uri)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  test(
    'gives a model that its Python client logged, which has no manifest and its weights beside it',
    async () => {
      const digits = projectPath('model-artifacts/digits/1.0.0');
      const { stdout } = await python('log_model.py', server.url, digits, 'digits');
      // MLflow greets the user around it.
      const runId = /^[0-9a-f]{32}$/m.exec(stdout)?.[0];

      const registered = await fetchModel('models:/digits/1');
      const ofRun = await fetchModel(`runs:/${runId}/model`);
      const ofFiles = await fetchModel(`runs:/${runId}/files`);

      expect(registered.source.mlflow).toMatchObject({ run_id: runId, model: 'digits', version: '1' });
      expect([...registered.others.keys()]).toEqual([expect.stringMatching(/\.data$/)]);
      expect(registered).not.toHaveProperty('manifest');
      expect(ofRun.artifact).toEqual(registered.artifact);
      expect(ofFiles.manifest).toMatchObject({ name: 'digits', version: '1.0.0', source: ofRun.source });
    },
    TIMEOUT_MS,
  );

  test(
    'takes a model all the way: trained, logged, published, served',
    async () => {
      const registry = join(out, 'registry');

      const published = await runCli(
        ['publish', 'irises/2.0.0', '--from-mlflow', 'models:/flowers/2', '--registry', registry],
        { MLFLOW_TRACKING_URI: server.url },
      );
      const service = await startFunction({ target: 'serve', env: { MODEL_REGISTRY: registry } });
      const answer = await fetch(`${service.url}/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"features":[5.1,3.5,1.4,0.2]}',
      });
      const prediction: unknown = await answer.json();
      await service.stop();

      expect(published.code).toBe(0);
      expect(published.stdout).toMatch(/^published irises\/2\.0\.0 to .+; it is the production version\n$/);
      expect(prediction).toMatchObject({
        prediction_label: 'setosa',
        confidence: expect.closeTo(0.994209, 5),
        model_name: 'irises',
        model_version: '2.0.0',
      });
      const manifest: unknown = JSON.parse(
        readFileSync(join(registry, 'irises/2.0.0/manifest.json'), 'utf8'),
      );
      expect(manifest).toMatchObject({
        source: {
          mlflow: { run_id: expect.any(String), model: 'flowers', version: '2', tracking_uri: server.url },
        },
      });
    },
    TIMEOUT_MS,
  );

  test('gets a run that is marked as failed when the model cannot be registered', async () => {
    const { code, stderr } = await train(['iris', '--register', 'a/b'], {
      MLFLOW_TRACKING_URI: server.url,
      MLFLOW_EXPERIMENT_NAME: 'failing',
    });

    const { experiment } = (await server.call('experiments/get-by-name', {
      experiment_name: 'failing',
    })) as { experiment: { experiment_id: string } };
    const answer = await fetch(`${server.url}/api/2.0/mlflow/runs/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ experiment_ids: [experiment.experiment_id] }),
    });
    const { runs } = (await answer.json()) as { runs: { info: { status: string } }[] };
    expect(code).toBe(1);
    expect(stderr).toContain(`${server.url}, asked for registered-models/create: status 400`);
    expect(runs.map(({ info }) => info.status)).toEqual(['FAILED']);
  });
});

test('a tracking server that is away is named, and what was trained is kept', async () => {
  const { code, stdout, stderr } = await train(['iris'], { MLFLOW_TRACKING_URI: 'http://127.0.0.1:9' });

  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringContaining('the tracking server http://127.0.0.1:9 cannot be reached\n'),
  });
  expect(stdout).toContain('iris/1.1.0/manifest.json\n');
  expect(readFileSync(join(out, 'iris/1.1.0/model.onnx')).equals(iris('1.1.0/model.onnx'))).toBe(true);
});

test.each([
  [
    '--register without a server',
    ['iris', '--register', 'a'],
    {},
    '--register: expected MLFLOW_TRACKING_URI',
  ],
  [
    'an address of something else',
    ['iris'],
    { MLFLOW_TRACKING_URI: './mlruns' },
    'MLFLOW_TRACKING_URI: expected',
  ],
  [
    'one registered model for two',
    [],
    { MLFLOW_TRACKING_URI: 'http://127.0.0.1:9', MLFLOW_REGISTERED_MODEL: 'a' },
    'expected one of iris, digits to be named, to become "a"',
  ],
])('%s is refused before anything is trained', async (_, args, env, message) => {
  const folder = join(out, 'nothing');

  const { code, stdout, stderr } = await train(args, env, folder);

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(message);
  expect(existsSync(folder)).toBe(false);
});

interface RunAnswer {
  readonly run: {
    readonly info: { readonly run_name: string; readonly status: string; readonly experiment_id: string };
    readonly data: { readonly metrics: readonly Pair[]; readonly params: readonly Pair[] };
  };
}

interface Pair {
  readonly key: string;
  readonly value: unknown;
}

interface TrainedManifest {
  readonly artifact: { readonly sha256: string };
  readonly training: { readonly algorithm: string; readonly metrics: Readonly<Record<string, number>> };
}

function toObject(pairs: readonly Pair[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}
