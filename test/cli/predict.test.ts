import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FunctionProcess, startFunction } from '../functions-process';
import { type CommandRegistry, describeOnRegistries, publishEmbedded } from './command-registry';
import { runCli } from './run-cli';

jest.setTimeout(60_000);

const ROW = '[5.1, 3.5, 1.4, 0.2]';
const CSV = 'sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n6.3,2.9,5.6,1.8\n';
const IMAGE = 'test/images/small.png';

let folder: string;
let csv: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'predict-'));
  csv = join(folder, 'rows.csv');
  writeFileSync(csv, CSV);
});

afterAll(() => rmSync(folder, { recursive: true }));

describeOnRegistries('predict', (openRegistry) => {
  let registry: CommandRegistry;

  beforeAll(async () => {
    registry = await openRegistry();
    await publishEmbedded(registry.store, 'iris/1.0.0', 'iris/1.1.0');
    await registry.run('promote', 'iris/1.1.0', '--alias', 'staging');
  });

  test('answers a row as the model is routed', async () => {
    const { code, stdout, stderr } = await registry.run('predict', 'iris', '--data', ROW);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ prediction_label: 'setosa', model_version: '1.0.0' });
  });

  test.each([
    ['a version', 'iris/1.1.0'],
    ['an alias', 'iris/staging'],
  ])('answers rows with %s', async (_, name) => {
    const { json } = await registry.json('predict', name, '--data', `[${ROW}]`);

    expect(json).toMatchObject({ predictions: [{ prediction_label: 'setosa' }], model_version: '1.1.0' });
  });

  test('answers a file of lines with lines', async () => {
    const { code, stdout } = await registry.run('predict', 'iris', '--file', csv);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^line,prediction,prediction_label,.+\n2,0,setosa,.+\n3,2,virginica,.+\n$/);
    expect((await registry.json('predict', 'iris', '--file', csv)).json).toBe(stdout);
  });

  test.each([
    ['a version that is not there', ['iris/nope', '--data', ROW], 4, 'model-not-found'],
    ['a model that is not there', ['nope', '--data', ROW], 4, 'model-unavailable'],
    ['a row that does not fit', ['iris', '--data', '[5.1]'], 1, 'validation-failed'],
  ])('says what is wrong with %s', async (_, args, code, type) => {
    const said = await registry.json('predict', ...args);

    expect(said).toMatchObject({ code, json: { type: `urn:onnx-functions:problem:${type}` } });
  });

  test('says once what is wrong, where the answer goes', async () => {
    const { code, stdout, stderr } = await registry.run('predict', 'nope', '--data', ROW);

    expect({ code, stderr }).toEqual({ code: 4, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ detail: expect.stringContaining('"nope"') });
  });

  test('says beside the answer what it does not say: that another version should have given it', async () => {
    const { store, run } = await openRegistry();
    await publishEmbedded(store, 'iris/1.0.0', 'iris/1.1.0');
    await run('promote', 'iris/1.1.0');
    const { generation = 'absent' } = (await store.stat('iris/1.1.0/model.onnx')) ?? {};
    await store.write('iris/1.1.0/model.onnx', Buffer.from('not what was published'), generation);

    const { code, stdout, stderr } = await run('predict', 'iris', '--data', ROW);

    expect({ code, answer: JSON.parse(stdout) }).toMatchObject({
      code: 0,
      answer: { model_version: '1.0.0' },
    });
    expect(stderr).toMatch(/^loading the model failed: .+\n$/);
  });
});

test('predict answers an image with the embedded model of images', async () => {
  const { code, stdout } = await runCli(['predict', 'digits', '--file', IMAGE]);

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    predictions: [{ label: expect.any(String), confidence: expect.any(Number) }, {}, {}],
    model_name: 'digits',
  });
});

describe('predict --url', () => {
  let iris: FunctionProcess;
  let digits: FunctionProcess;

  beforeAll(async () => {
    iris = await startFunction({ target: 'serve', env: { MODEL_NAME: 'iris' } });
    digits = await startFunction({ target: 'predict', env: { MODEL_NAME: 'digits' } });
  });

  afterAll(async () => {
    await iris?.stop();
    await digits?.stop();
  });

  test('asks a function with every route for a row, or for rows', async () => {
    const row = await runCli(['predict', '--url', iris.url, '--data', ROW]);
    const rows = await runCli(['predict', '--url', iris.url, '--data', `[${ROW}]`, '--json']);

    expect(row).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(row.stdout)).toMatchObject({ prediction_label: 'setosa', model_version: '1.0.0' });
    expect(JSON.parse(rows.stdout)).toMatchObject({ predictions: [{ prediction_label: 'setosa' }] });
  });

  test('asks it for lines', async () => {
    const { code, stdout } = await runCli(['predict', '--url', iris.url, '--file', csv]);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^line,prediction,prediction_label,.+\n2,0,setosa,.+\n3,2,virginica,.+\n$/);
  });

  test('asks it for a version, and hands on headers', async () => {
    const ended = await runCli([
      ...['predict', 'iris/1.1.0', '--url', iris.url, '--data', ROW],
      ...['--header', 'X-Request-Id: from-the-command-line'],
    ]);

    expect(JSON.parse(ended.stdout)).toMatchObject({
      model_version: '1.1.0',
      request_id: 'from-the-command-line',
    });
  });

  test('asks a function for what is in an image', async () => {
    const { code, stdout } = await runCli(['predict', '--url', digits.url, '--file', IMAGE]);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ model_name: 'digits', predictions: [{}, {}, {}] });
  });

  test('ends with what it was told', async () => {
    const refused = await runCli(['predict', '--url', iris.url, '--data', '[5.1]']);
    const unknown = await runCli(['predict', 'iris/9.9.9', '--url', iris.url, '--data', ROW]);
    const nobody = await runCli(['predict', '--url', 'http://127.0.0.1:9', '--data', ROW]);

    expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('expected 4 values') });
    expect(unknown).toMatchObject({ code: 4, stdout: expect.stringContaining('has no version or alias') });
    expect(nobody).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('fetch failed') });
  });
});
