import { readFileSync } from 'node:fs';
import { fetchFromMlflow, type MlflowModel } from '../../cli/mlflow/fetch-from-mlflow';
import { projectPath } from '../../training/project-path';
import { API, ARTIFACTS, bytes, json, type StubServer, startStubServer } from './stub-server';

const ONNX = readFileSync(projectPath('model-artifacts/iris/1.0.0/model.onnx'));
const MANIFEST = readFileSync(projectPath('model-artifacts/iris/1.0.0/manifest.json'), 'utf8');

let server: StubServer;
beforeEach(async () => {
  server = await startStubServer();
  server.on(`${API}/model-versions/get?`, json({ model_version: { version: '3', run_id: 'abc' } }));
  serveAt('mlflow-artifacts:/1/abc/artifacts/model');
  serve({ 'model.onnx': ONNX, 'manifest.json': MANIFEST, MLmodel: 'flavors: {}' });
});
afterEach(() => server.close());

/** Says where the model lies. */
function serveAt(artifact_uri: string): void {
  server.on(`${API}/model-versions/get-download-uri`, json({ artifact_uri }));
}

/** Puts files into its folder. */
function serve(files: Readonly<Record<string, string | Uint8Array>>): void {
  const listed = Object.entries(files).map(([path, content]) => ({ path, file_size: content.length }));
  server.on(`${ARTIFACTS}?`, json({ files: [{ path: 'code', is_dir: true }, ...listed] }));
  for (const [path, content] of Object.entries(files))
    server.on(`${ARTIFACTS}/1/abc/artifacts/model/${path}`, bytes(content));
}

function fetchIris(
  options: { uri?: string; env?: Record<string, string>; maxBytes?: number } = {},
): Promise<MlflowModel> {
  const { uri = 'models:/iris/3', env = {}, ...rest } = options;
  return fetchFromMlflow(uri, {
    env: { MLFLOW_TRACKING_URI: server.url, ...env },
    timeoutMs: 2_000,
    ...rest,
  });
}

test('brings the file and the manifest, which says where they are from', async () => {
  const { artifact, manifest, source, others } = await fetchIris();

  expect(Buffer.from(artifact).equals(ONNX)).toBe(true);
  expect(source).toEqual({
    mlflow: { run_id: 'abc', model: 'iris', version: '3', tracking_uri: server.url },
  });
  expect(manifest).toEqual({ ...JSON.parse(MANIFEST), source });
  expect(others.size).toBe(0);
});

test('keeps credentials out of what it says', async () => {
  const env = { MLFLOW_TRACKING_URI: server.url.replace('://', '://me:secret@') };

  const { source } = await fetchIris({ env });

  expect(source.mlflow.tracking_uri).toBe(server.url);
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(
    Array(5).fill('Basic bWU6c2VjcmV0'),
  );
});

test('leaves sealed variants behind', async () => {
  const { artifact } = JSON.parse(MANIFEST) as { artifact: object };
  const sealed = [
    { ...artifact, file: 'model.onnx.ort', format: 'ort', runtime: '1.30.0', prepacking: false },
  ];
  serve({ 'model.onnx': ONNX, 'manifest.json': JSON.stringify({ ...JSON.parse(MANIFEST), sealed }) });

  expect((await fetchIris()).manifest).not.toHaveProperty('sealed');
});

test('without a manifest, brings the files that may hold the weights', async () => {
  serve({
    'model.onnx': ONNX,
    MLmodel: 'x',
    'conda.yaml': 'x',
    'requirements.txt': 'x',
    '0550b126.data': 'weights',
  });

  const { manifest, others } = await fetchIris();

  expect(manifest).toBeUndefined();
  expect([...others].map(([name, content]) => [name, String(content)])).toEqual([
    ['0550b126.data', 'weights'],
  ]);
});

test.each([
  ['iris', 'got "iris"'],
  ['models:/iris', 'got "models:/iris"'],
  ['models:/iris/Production', 'expected models:/NAME/VERSION with the number of a version'],
  ['models:/a/b/1', 'got "models:/a/b/1"'],
  ['runs:/abc', 'got "runs:/abc"'],
  ['runs:/../abc/model', 'got "runs:/../abc/model"'],
  ['https://example.com/model.onnx', 'runs:/RUN/PATH'],
])('refuses %s as an address', async (uri, message) => {
  await expect(fetchIris({ uri })).rejects.toThrow(message);
  expect(server.requests).toEqual([]);
});

test('asks for the address of the server', async () => {
  await expect(fetchIris({ env: { MLFLOW_TRACKING_URI: '' } })).rejects.toThrow(
    'expected MLFLOW_TRACKING_URI to say at which tracking server the model is',
  );
});

test.each([
  's3://bucket/1/abc',
  'gs://bucket/1/abc',
  'file:///mlruns/1',
  'mlflow-artifacts://other.example.com/1/abc',
  'http://169.254.169.254/latest',
])('refuses artifacts at %s, which the server does not hand out', async (uri) => {
  serveAt(uri);

  await expect(fetchIris()).rejects.toThrow(
    `keeps its artifacts at "${uri}" and does not hand them out itself`,
  );
});

test.each(['mlflow-artifacts:/../../secret', 'mlflow-artifacts:/1/../../x'])(
  'does not ask for artifacts at %s',
  async (uri) => {
    serveAt(uri);

    await expect(fetchIris()).rejects.toThrow('expected the path of an artifact');
  },
);

test.each(['../../.bashrc', '/etc/cron.d/x'])('refuses a model that lists a file %s', async (path) => {
  server.on(`${ARTIFACTS}?`, json({ files: [{ path, is_dir: false, file_size: 9 }] }));

  await expect(fetchIris()).rejects.toThrow(`expected the name of a file, got "${path}"`);
});

test('refuses a manifest that names a file elsewhere', async () => {
  serve({ 'model.onnx': ONNX, 'manifest.json': MANIFEST.replace('"model.onnx"', '"../model.onnx"') });

  await expect(fetchIris()).rejects.toMatchObject({ code: 'invalid-manifest' });
});

test('refuses a file that is not the one of its manifest', async () => {
  serve({ 'model.onnx': Buffer.from(ONNX).reverse(), 'manifest.json': MANIFEST });

  await expect(fetchIris()).rejects.toMatchObject({ code: 'corrupt-artifact' });
});

test('refuses a file that is larger than it may be, and does not ask for it', async () => {
  await expect(fetchIris({ maxBytes: 495 })).rejects.toThrow('model.onnx: expected 1 to 495 bytes, got 496');
  expect(server.requests.filter(({ path }) => path.endsWith('.onnx'))).toEqual([]);
});

test('counts all files of a model together', async () => {
  serve({ 'model.onnx': ONNX, a: 'x'.repeat(40), b: 'x'.repeat(40) });

  await expect(fetchIris({ maxBytes: 560 })).rejects.toThrow('b: expected 1 to 24 bytes, got 40');
});

test('refuses a file that is larger than the server said', async () => {
  server.on(`${ARTIFACTS}/1/abc/artifacts/model/model.onnx`, bytes(Buffer.concat([ONNX, ONNX])));

  await expect(fetchIris()).rejects.toThrow('expected at most 496 bytes, got more');
});

test.each([
  ['none', { MLmodel: 'x' }, 'expected one file that ends with .onnx in the model, got MLmodel'],
  ['two', { 'a.onnx': 'x', 'b.onnx': 'x' }, 'got a.onnx, b.onnx'],
])('refuses a model with %s of ONNX files', async (_, files, message) => {
  serve(files);

  await expect(fetchIris()).rejects.toThrow(message);
});

test.each([
  ['an empty folder', () => serve({}), 'object-not-found'],
  [
    'no address of the model',
    () => server.on(`${API}/model-versions/get-download-uri`, json([])),
    'store-unavailable',
  ],
  ['no list of files', () => server.on(`${ARTIFACTS}?`, json({ files: 'all' })), 'store-unavailable'],
])('tells of %s', async (_, arrange, code) => {
  arrange();

  await expect(fetchIris()).rejects.toMatchObject({ code });
});
