import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stageFromMlflow } from '../../cli/mlflow/stage-model';
import { projectPath } from '../../training/project-path';
import { runCli } from '../cli/run-cli';
import { API, ARTIFACTS, bytes, json, type StubServer, startStubServer } from './stub-server';

const IRIS = projectPath('model-artifacts/iris/1.0.0');
const ONNX = readFileSync(join(IRIS, 'model.onnx'));
const MANIFEST = readFileSync(join(IRIS, 'manifest.json'));

let server: StubServer;
let registry: string;
beforeEach(async () => {
  registry = mkdtempSync(join(tmpdir(), 'from-mlflow-'));
  server = await startStubServer();
  server.on(`${API}/model-versions/get?`, json({ model_version: { version: '3', run_id: 'abc' } }));
  server.on(`${API}/model-versions/get-download-uri`, json({ artifact_uri: 'mlflow-artifacts:/m' }));
  serve({ 'model.onnx': ONNX, 'manifest.json': MANIFEST });
});
afterEach(async () => {
  await server.close();
  rmSync(registry, { recursive: true });
});

function serve(files: Readonly<Record<string, Uint8Array>>): void {
  const listed = Object.entries(files).map(([path, content]) => ({ path, file_size: content.length }));
  server.on(`${ARTIFACTS}?`, json({ files: listed }));
  for (const [path, content] of Object.entries(files)) server.on(`${ARTIFACTS}/m/${path}`, bytes(content));
}

const publish = (...args: readonly string[]) =>
  runCli(['publish', ...args, '--registry', registry], { MLFLOW_TRACKING_URI: server.url });

describe('publish --from-mlflow', () => {
  test('publishes under the name and the version of the manifest', async () => {
    const { code, stdout } = await publish('--from-mlflow', 'models:/flowers/3');

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^published iris\/1\.0\.0 to .+; it is the production version\n$/),
    });
    expect(readdirSync(join(registry, 'iris/1.0.0')).sort()).toEqual(['manifest.json', 'model.onnx']);
    expect(readFileSync(join(registry, 'iris/1.0.0/model.onnx')).equals(ONNX)).toBe(true);
  });

  test('publishes under others, and says in the manifest where it is from', async () => {
    const { code } = await publish('wine/2.0.0', '--from-mlflow', 'models:/flowers/3');

    expect(code).toBe(0);
    const manifest: unknown = JSON.parse(readFileSync(join(registry, 'wine/2.0.0/manifest.json'), 'utf8'));
    expect(manifest).toEqual({
      ...JSON.parse(String(MANIFEST)),
      name: 'wine',
      version: '2.0.0',
      source: { mlflow: { run_id: 'abc', model: 'flowers', version: '3', tracking_uri: server.url } },
    });
  });

  test('never publishes over another version', async () => {
    await publish('--from-mlflow', 'models:/flowers/3');
    const { description: _, ...others } = JSON.parse(String(MANIFEST)) as { readonly description: string };
    serve({ 'model.onnx': ONNX, 'manifest.json': Buffer.from(JSON.stringify(others)) });

    expect((await publish('--from-mlflow', 'models:/flowers/3')).code).toBe(3);
  });

  test('does no harm when it is asked for the same version again', async () => {
    await publish('--from-mlflow', 'models:/flowers/3');

    expect((await publish('--from-mlflow', 'models:/flowers/3')).code).toBe(0);
  });

  test('tells a model that is not there by its exit code', async () => {
    server.on(`${API}/model-versions/get?`, json({ error_code: 'RESOURCE_DOES_NOT_EXIST' }, 404));

    const { code, stderr } = await publish('--from-mlflow', 'models:/flowers/9');

    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: expect.stringContaining('asked for model-versions/get'),
    });
  });

  test.each([
    ['neither a version nor a source', [], 'expected MODEL/VERSION, or --from-mlflow'],
    ['no address of a model', ['--from-mlflow', 'flowers'], 'expected models:/NAME/VERSION'],
    ['a version that is none', ['iris/1', '--from-mlflow', 'models:/a/1'], 'expected a version like 1.0.0'],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await publish(...args);

    expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining(message) });
  });
});

describe('stageFromMlflow()', () => {
  const stage = (uri = 'models:/flowers/3') =>
    stageFromMlflow(uri, { env: { MLFLOW_TRACKING_URI: server.url }, saveIn: registry });

  test('takes its folder away', async () => {
    const { from, version, remove } = await stage();
    expect(version).toEqual({ model: 'iris', version: '1.0.0' });
    expect(existsSync(join(from, 'iris/1.0.0/manifest.json'))).toBe(true);

    await remove();

    expect(existsSync(from)).toBe(false);
  });

  test('leaves a model without a manifest where init can be run on it, and says how', async () => {
    serve({ 'flowers.onnx': ONNX, 'weights.data': Buffer.from('weights'), MLmodel: Buffer.from('x') });
    const folder = join(registry, 'models-flowers-3');

    await expect(stage()).rejects.toThrow(
      `make a version of them with \`onnx-functions init ${folder}/model.onnx --name flowers --version 1.0.0\``,
    );

    expect(readdirSync(folder).sort()).toEqual(['model.onnx', 'weights.data']);
    expect(readFileSync(join(folder, 'model.onnx')).equals(ONNX)).toBe(true);
  });

  test('writes into no folder that is there', async () => {
    serve({ 'flowers.onnx': ONNX });
    mkdirSync(join(registry, 'models-flowers-3'));

    await expect(stage()).rejects.toThrow('there is no new folder');

    expect(readdirSync(join(registry, 'models-flowers-3'))).toEqual([]);
  });
});
