import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FunctionProcess, startFunction } from '../functions-process';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';
import { type InterferingProxy, startInterferingProxy } from '../interfering-proxy';
import { send } from './send';

const VERSION = join(__dirname, '../../model-artifacts/iris/1.0.0');
const MANIFEST = readFileSync(join(VERSION, 'manifest.json'));
const MODEL = readFileSync(join(VERSION, 'model.onnx'));

const GOOD = { method: 'POST', path: '/predict', body: '{"features":[5.1,3.5,1.4,0.2]}' };

describeWithEmulator('a function with its models in Cloud Storage', () => {
  let emulator: GcsEmulator;
  let proxy: InterferingProxy;
  let server: FunctionProcess | undefined;
  let bucket = 0;

  beforeAll(async () => {
    emulator = await startGcsEmulator();
  });
  beforeEach(async () => {
    proxy = await startInterferingProxy(emulator.endpoint);
    await emulator.createBucket(`models-${++bucket}`);
  });
  afterEach(async () => {
    await server?.stop();
    await proxy.close();
  });
  afterAll(() => emulator.stop());

  const put = (name: string, bytes: Uint8Array) => emulator.upload(`models-${bucket}`, name, bytes);

  async function start(env: Record<string, string> = {}): Promise<FunctionProcess> {
    server = await startFunction({
      target: 'serve',
      env: {
        MODEL_REGISTRY: `gs://models-${bucket}/registry`,
        GCS_API_ENDPOINT: proxy.endpoint,
        MODEL_NAME: 'iris',
        ...env,
      },
    });
    return server;
  }

  async function publish(): Promise<void> {
    await put('registry/iris/1.0.0/model.onnx', MODEL);
    await put('registry/iris/1.0.0/manifest.json', MANIFEST);
  }

  test('answers, with the version that the production alias names', async () => {
    await publish();
    await put('registry/iris/2.0.0/manifest.json', Buffer.from('{}'));
    await put(
      'registry/iris/model.json',
      Buffer.from('{"schema_version":1,"aliases":{"production":"1.0.0"}}'),
    );
    const { url } = await start();

    const { status, body } = await send(url, GOOD);

    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ prediction_label: 'setosa', model_version: '1.0.0' });
  });

  test('answers with the highest version where there is no alias, and lists what is complete', async () => {
    await publish();
    const second = String(MANIFEST).replace('"version": "1.0.0"', '"version": "1.0.10"');
    await put('registry/iris/1.0.10/model.onnx', MODEL);
    await put('registry/iris/1.0.10/manifest.json', Buffer.from(second));
    await put('registry/iris/1.0.9/manifest.json', Buffer.from('{}'));
    // Half published: its artifact is there, its manifest is not yet.
    await put('registry/iris/2.0.0/model.onnx', MODEL);
    const { url } = await start();

    const { body } = await send(url, { path: '/model-info' });

    expect(JSON.parse(body)).toMatchObject({ version: '1.0.10', versions: ['1.0.0', '1.0.9', '1.0.10'] });
  });

  test('reads each object once, however many first requests race', async () => {
    await publish();
    const { url } = await start({ MODEL_VERSION: '1.0.0' });

    const answers = await Promise.all(Array.from({ length: 100 }, () => send(url, GOOD)));

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(proxy.requests.map(({ path }) => decodeURIComponent(path).split('/o/')[1]?.split('?')[0])).toEqual(
      ['registry/iris/1.0.0/manifest.json', 'registry/iris/1.0.0/model.onnx'],
    );
  });

  test('refuses an artifact with another hash, and serves it once it is put right', async () => {
    await publish();
    await put(
      'registry/iris/1.0.0/model.onnx',
      MODEL.map((byte, index) => (index === 100 ? byte ^ 1 : byte)),
    );
    const { url } = await start({ MODEL_VERSION: '1.0.0' });

    const refused = await send(url, GOOD);
    await put('registry/iris/1.0.0/model.onnx', MODEL);
    await new Promise((resolve) => setTimeout(resolve, 1_000 * Number(refused.headers['retry-after'])));
    const healed = await send(url, GOOD);

    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.body)).toMatchObject({
      type: 'urn:onnx-functions:problem:model-unavailable',
      reason: 'corrupt-artifact',
    });
    expect(healed.status).toBe(200);
  });

  test('says that the model is missing, without saying where it looked', async () => {
    const { url } = await start();

    const { status, body, headers } = await send(url, GOOD);

    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('1');
    expect(JSON.parse(body)).toMatchObject({ reason: 'object-not-found' });
    expect(body).not.toContain(`models-${bucket}`);
  });

  test('refuses a manifest that disagrees with its ONNX file, and names both sides in the log', async () => {
    await publish();
    const disagreeing = String(MANIFEST).replace('"name": "X"', '"name": "input"');
    await put('registry/iris/1.0.0/manifest.json', Buffer.from(disagreeing));
    const { url, entries, stop } = await start({ MODEL_VERSION: '1.0.0' });

    const { status } = await send(url, GOOD);
    await stop();

    expect(status).toBe(503);
    expect(entries().find(({ severity }) => severity === 'ERROR')).toMatchObject({
      message: expect.stringContaining('input "input": the manifest names it, the model has "X"'),
    });
  });

  test('rides out 503s and resets of the store without a failed request', async () => {
    await publish();
    proxy.script('GET', { status: 503, body: '' }, 'lose-answer', 'forward', 'lose-request', {
      status: 429,
      body: '',
    });
    const { url } = await start({ MODEL_VERSION: '1.0.0' });

    expect((await send(url, GOOD)).status).toBe(200);
  });
});

test('an emulator named only by STORAGE_EMULATOR_HOST is refused, with the variable to set instead', async () => {
  const server = await startFunction({
    target: 'serve',
    env: { MODEL_REGISTRY: 'gs://models', MODEL_NAME: 'iris', STORAGE_EMULATOR_HOST: 'http://127.0.0.1:9' },
  });

  const { status } = await send(server.url, GOOD);
  await server.stop();

  expect(status).toBe(503);
  expect(server.output()).toContain('set GCS_API_ENDPOINT=http://127.0.0.1:9 instead');
});
