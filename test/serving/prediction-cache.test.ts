import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { promote } from '../../shared/registry/state-changes';
import { formatJson } from '../../training/manifest';
import { projectPath } from '../../training/project-path';
import { createTensorRegistry, identityModel } from '../tensor-models';
import { json, openTestApp, predictRequest, type TestApp } from '../test-app';
import { drawingOf } from '../training/drawn-digits';
import { createVersionsRegistry, type VersionsRegistry } from '../versions-registry';

const SETOSA = [5.1, 3.5, 1.4, 0.2];
const CACHE = { cache: { max_bytes: 100_000, max_age_seconds: 3600 } };

let registry: VersionsRegistry;
let clock: number;
let service: TestApp;

beforeEach(() => {
  registry = createVersionsRegistry('1.1.0');
  registry.add('1.0.0', () => CACHE);
  registry.add('1.1.0', () => CACHE);
  clock = 1_000;
  service = openTestApp(
    { MODEL_REGISTRY: registry.root, ROLLOUT_MAX_AGE_MS: '1000000', ROLLOUT_CHECK_MS: '1000000' },
    { now: () => clock },
  );
});
afterEach(() => registry.remove());

async function ask(features: unknown, path = '/predict'): Promise<string | undefined> {
  const { headers } = await service.request({ ...predictRequest({ features }), path });
  return headers['x-prediction-cache'];
}

describe('a model whose answers are kept', () => {
  test('answers the same input without a run, and the answer, the log and the metrics say so', async () => {
    const first = await service.request(predictRequest({ features: SETOSA }, { 'x-request-id': 'same' }));
    const second = await service.request(predictRequest({ features: SETOSA }, { 'x-request-id': 'same' }));
    const { body: metrics } = await service.request({ path: '/metrics' });

    expect(second.body).toEqual(first.body);
    expect([first, second].map(({ headers }) => headers['x-prediction-cache'])).toEqual(['miss', 'hit']);
    const noted = service.entries.filter(({ message }) => message === 'POST /predict 200');
    expect(noted.map((entry) => [entry['cache'], entry['runMs']])).toEqual([
      ['miss', 0],
      ['hit', 0],
    ]);
    for (const outcome of ['miss', 'hit']) {
      expect(String(metrics)).toContain(
        `onnx_prediction_cache_total{model="iris",version="1.0.0",outcome="${outcome}"} 1`,
      );
    }
    expect(String(metrics)).toContain(
      'onnx_predictions_total{model="iris",version="1.0.0",class="setosa"} 2',
    );
  });

  test('has the same input in other words answered alike, and another one not', async () => {
    const named = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };

    expect([await ask(SETOSA), await ask(named), await ask([5.1, 3.5, 1.4, 0.3])]).toEqual([
      'miss',
      'hit',
      'miss',
    ]);
  });

  test('tells what computes other outputs of the same input apart', async () => {
    const oip = {
      ...predictRequest({ inputs: [{ name: 'X', datatype: 'FP32', shape: [1, 4], data: SETOSA }] }),
      path: '/v2/models/iris/infer',
    };
    await ask(SETOSA);

    const answers = [await service.request(oip), await service.request(oip)];

    expect(answers.map(({ headers }) => headers['x-prediction-cache'])).toEqual(['miss', 'hit']);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  test('answers from what is kept as each request asks: all outputs, one of them, its classes, in binary', async () => {
    const infer = async (body: object) => {
      const inputs = [{ name: 'X', datatype: 'FP32', shape: [1, 4], data: SETOSA }];
      const answer = await service.request({
        method: 'POST',
        path: '/v2/models/iris/infer',
        body: JSON.stringify({ inputs, ...body }),
      });
      return { cache: answer.headers['x-prediction-cache'], answer };
    };
    const outputsOf = ({ answer }: Awaited<ReturnType<typeof infer>>) => json(answer)['outputs'] as object[];

    const one = await infer({ outputs: [{ name: 'label' }] });
    const all = await infer({});
    const classes = await infer({ outputs: [{ name: 'probabilities', parameters: { classification: 1 } }] });
    const binary = await infer({ outputs: [{ name: 'label', parameters: { binary_data: true } }] });
    const again = await infer({ outputs: [{ name: 'label' }] });

    expect([one, all, classes, binary, again].map(({ cache }) => cache)).toEqual([
      'miss',
      'hit',
      'hit',
      'hit',
      'hit',
    ]);
    const label = { name: 'label', datatype: 'INT64', shape: [1], data: [0] };
    expect(outputsOf(one)).toEqual([label]);
    expect(outputsOf(all)).toEqual([
      label,
      expect.objectContaining({ name: 'probabilities', shape: [1, 3] }),
    ]);
    expect(outputsOf(classes)).toMatchObject([
      { datatype: 'BYTES', shape: [1, 1], data: [expect.stringMatching(/^0\.9\d+:0:setosa$/)] },
    ]);
    expect(Buffer.from(binary.answer.body).subarray(-8)).toEqual(Buffer.alloc(8));
    expect(outputsOf(again)).toEqual(outputsOf(one));
  });

  test('forgets an answer when it is too old, and not before', async () => {
    await ask(SETOSA);
    clock += 3_600_000;
    expect(await ask(SETOSA)).toBe('hit');
    clock += 1;

    expect(await ask(SETOSA)).toBe('miss');
  });

  test('makes room within its bytes', async () => {
    for (let i = 0; i < 1_000; i++) await ask([5.1, 3.5, 1.4, i / 1_000]);

    expect(await ask([5.1, 3.5, 1.4, 0.999])).toBe('hit');
    expect(await ask([5.1, 3.5, 1.4, 0])).toBe('miss');
  });

  test('never has a version answer what another one was asked', async () => {
    await ask(SETOSA);

    expect(await ask(SETOSA, '/predict?version=1.1.0')).toBe('miss');
    await registry.change(promote('1.1.0'));
    clock += 1_000_000;
    expect(await ask(SETOSA)).toBe('hit');
    expect(service.entries.at(-1)).toMatchObject({ version: '1.1.0' });
  });

  test('keeps nothing of files of lines', async () => {
    const csv = {
      method: 'POST',
      path: '/predict/batch',
      headers: { 'content-type': 'text/csv' },
      body: 'sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n',
    };
    await service.request(csv);

    expect(await ask(SETOSA)).toBe('miss');
  });
});

describe('a model of images whose answers are kept', () => {
  let root: string;
  let digits: TestApp;
  let drawn: { image: { b64: string } }[];

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'kept-digits-'));
    cpSync(projectPath('model-artifacts/digits'), join(root, 'digits'), { recursive: true });
    const path = join(root, 'digits/1.0.0/manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, formatJson({ ...manifest, ...CACHE, batching: { max_batch_size: 1 } }));
    const pictures = [1, 3, 7].map((digit) => Buffer.from(drawingOf(digit, { pen: 32, height: 0.75 })));
    const files = await Promise.all(pictures.map((svg) => sharp(svg).png().toBuffer()));
    drawn = files.map((file) => ({ image: { b64: file.toString('base64') } }));
  });
  beforeEach(() => {
    digits = openTestApp({ MODEL_REGISTRY: root, MODEL_NAME: 'digits' });
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test('answers the same image in another file without a run', async () => {
    const [first] = drawn;
    const pixels = await sharp(Buffer.from(first?.image.b64 ?? '', 'base64'))
      .png({ compressionLevel: 1 })
      .toBuffer();
    const again = { image: { b64: pixels.toString('base64') } };

    const answers = [
      await digits.request(predictRequest(first)),
      await digits.request(predictRequest(again)),
    ];

    expect(again).not.toEqual(first);
    expect(answers.map(({ headers }) => headers['x-prediction-cache'])).toEqual(['miss', 'hit']);
    const [made, kept] = answers.map((answer) => json(answer)['predictions']);
    expect(kept).toEqual(made);
  });

  test('calls it no hit where some of many images had to be run', async () => {
    await digits.request(predictRequest(drawn[0]));
    const batch = { ...predictRequest({ instances: drawn }), path: '/predict/batch' };

    const { headers } = await digits.request(batch);

    expect(headers['x-prediction-cache']).toBe('miss');
  });
});

test('a model of tensors of any shape has its answers kept by shape', async () => {
  const { root, remove } = createTensorRegistry({ echo: identityModel('float32', ['N', 'M']) });
  const path = join(root, 'echo/1.0.0/manifest.json');
  writeFileSync(path, formatJson({ ...JSON.parse(readFileSync(path, 'utf8')), ...CACHE }));
  const echo = openTestApp({ MODEL_REGISTRY: root, MODEL_NAME: 'echo' });
  const infer = async (...shape: number[]) => {
    const inputs = [{ name: 'x', datatype: 'FP32', shape, data: [1, 2, 3, 4] }];
    const answer = await echo.request({
      method: 'POST',
      path: '/v2/models/echo/infer',
      body: JSON.stringify({ inputs }),
    });
    const [output] = json(answer)['outputs'] as { shape: number[] }[];
    return [answer.headers['x-prediction-cache'], output?.shape];
  };

  const answers = [await infer(1, 4), await infer(2, 2), await infer(4, 1), await infer(2, 2)];
  remove();

  expect(answers).toEqual([
    ['miss', [1, 4]],
    ['miss', [2, 2]],
    ['miss', [4, 1]],
    ['hit', [2, 2]],
  ]);
});

test('a model that does not ask for it has nothing kept, and says nothing of it', async () => {
  registry.add('1.0.0');

  expect([await ask(SETOSA), await ask(SETOSA)]).toEqual([undefined, undefined]);
});
