import { promote } from '../../shared/registry/state-changes';
import { openTestApp, predictRequest, type TestApp } from '../test-app';
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
    expect(String(metrics)).toContain(
      'onnx_prediction_cache_total{model="iris",version="1.0.0",outcome="hit"} 1',
    );
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

  test('forgets an answer when it is too old', async () => {
    await ask(SETOSA);
    clock += 3_601_000;

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

test('a model that does not ask for it has nothing kept, and says nothing of it', async () => {
  registry.add('1.0.0');

  expect([await ask(SETOSA), await ask(SETOSA)]).toEqual([undefined, undefined]);
});
