import { createTensorRegistry, identityModel, type TensorRegistry } from '../tensor-models';
import { json, openTestApp, type TestApp } from '../test-app';

const ROWS = [
  [5.1, 3.5, 1.4, 0.2],
  [6.2, 3.4, 5.4, 2.3],
];
const SETOSA = expect.closeTo(0.97657, 4);

const app = openTestApp();

const post = (path: string, body: unknown, on: TestApp = app) =>
  on.request({ method: 'POST', path, body: typeof body === 'string' ? body : JSON.stringify(body) });

describe('TensorFlow Serving', () => {
  test.each(['', '/versions/1.0.0', '/labels/production'])(
    'predicts rows at /v1/models/iris%s',
    async (part) => {
      const answer = json(await post(`/v1/models/iris${part}:predict`, { instances: ROWS }));

      expect(answer).toEqual({
        predictions: [
          { label: 0, probabilities: [SETOSA, expect.any(Number), expect.any(Number)] },
          { label: 2, probabilities: [expect.any(Number), expect.any(Number), expect.any(Number)] },
        ],
      });
    },
  );

  test('predicts columns', async () => {
    const answer = json(await post('/v1/models/iris:predict', { inputs: { X: ROWS } }));

    expect(answer).toMatchObject({ outputs: { label: [0, 2] } });
  });

  test('tells the state of a model, also as KServe asks for it', async () => {
    expect(json(await app.request({ path: '/v1/models/iris' }))).toEqual({
      name: 'iris',
      ready: true,
      model_version_status: [
        { version: '1.0.0', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
        // Nobody has asked for it.
        { version: '1.1.0', state: 'START', status: { error_code: 'OK', error_message: '' } },
      ],
    });
  });

  test('describes a model', async () => {
    expect(json(await app.request({ path: '/v1/models/iris/metadata' }))).toMatchObject({
      model_spec: { name: 'iris', version: '1.0.0' },
      metadata: {
        signature_def: { signature_def: { serving_default: { inputs: { X: { dtype: 'DT_FLOAT' } } } } },
      },
    });
  });

  test('is recognised on /predict by its columns, and by its signature name', async () => {
    const columns = json(await post('/predict', { inputs: ROWS }));
    const rows = json(await post('/predict/batch', { signature_name: 'serving_default', instances: ROWS }));

    expect(columns).toMatchObject({ outputs: { label: [0, 2] } });
    expect(rows).toMatchObject({ predictions: [{ label: 0 }, { label: 2 }] });
  });

  test('answers what does not fit with 400 in its own shape', async () => {
    const answer = await post('/v1/models/iris:predict', { instances: [[1, 2]] });

    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(json(answer)['error']).toMatch(/instances.*4.*2/);
  });
});

describe('Vertex AI', () => {
  const vertex = openTestApp({
    AIP_MODE: 'PREDICTION',
    AIP_HEALTH_ROUTE: '/v1/endpoints/7/deployedModels/9',
    AIP_PREDICT_ROUTE: '/v1/endpoints/7/deployedModels/9:predict',
  });
  const route = '/v1/endpoints/7/deployedModels/9:predict';

  test('is told 200 once the model is loaded, at the route that it names', async () => {
    await post(route, { instances: ROWS }, vertex);

    expect((await vertex.request({ path: '/v1/endpoints/7/deployedModels/9' })).status).toBe(200);
  });

  test('gets one prediction for each instance, in any form that a row has', async () => {
    const [length, width, petal, petalWidth] = ROWS[0] ?? [];
    const named = { sepal_length: length, sepal_width: width, petal_length: petal, petal_width: petalWidth };

    const answer = json(await post(route, { instances: [ROWS[0], named, { X: ROWS[0] }] }, vertex));

    const setosa = expect.objectContaining({ prediction_label: 'setosa', confidence: SETOSA });
    expect(answer).toEqual({ predictions: [setosa, setosa, setosa] });
  });

  test('gets the tensors that its parameters name', async () => {
    const body = { instances: ROWS, parameters: { outputs: ['probabilities', 'label'] } };

    expect(json(await post(route, body, vertex))).toEqual({
      predictions: [
        { probabilities: expect.any(Array), label: 0 },
        { probabilities: expect.any(Array), label: 2 },
      ],
    });
  });

  test('is answered with one error for all instances when one is wrong', async () => {
    const answer = await post(route, { instances: [ROWS[0], [1]] }, vertex);

    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(json(answer)['error']).toContain('/instances/1');
  });

  test('may pass on the body of another protocol (rawPredict)', async () => {
    const inputs = [{ name: 'X', shape: [2, 4], datatype: 'FP32', data: ROWS.flat() }];

    expect(json(await post(route, { inputs }, vertex))).toMatchObject({ model_name: 'iris' });
  });

  test('is recognised on /predict', async () => {
    expect(json(await post('/predict', { instances: ROWS }))).toMatchObject({
      predictions: [{ prediction_label: 'setosa' }, { prediction_label: 'virginica' }],
    });
  });
});

describe('BigQuery', () => {
  const CALL = {
    requestId: '124ab1c',
    caller: '//bigquery.googleapis.com/x',
    sessionUser: 'ana@example.com',
  };

  test.each(['/predict', '/predict/batch', '/'])(
    'is answered call by call at %s, with NULL for NULL',
    async (path) => {
      const calls = [ROWS[0], [null, 3, 5.1, 1.8], ['6.2', '3.4', 5.4, 2.3]];
      const target = path === '/' ? 'predictBatch' : 'serve';

      const answer = await app.request({
        target,
        method: 'POST',
        path,
        body: JSON.stringify({ ...CALL, calls }),
      });

      expect(json(answer)).toEqual({
        replies: [
          expect.objectContaining({ prediction_label: 'setosa', confidence: SETOSA }),
          null,
          expect.objectContaining({ prediction_label: 'virginica' }),
        ],
      });
    },
  );

  test('chooses model and version, and what is returned, in its context', async () => {
    const context = { model: 'iris', version: '1.0.0', returns: 'prediction' };

    const answer = json(await post('/predict', { ...CALL, userDefinedContext: context, calls: ROWS }));

    expect(answer).toEqual({ replies: ['setosa', 'virginica'] });
  });

  test.each([
    [
      'an unknown model',
      { userDefinedContext: { model: 'nope' }, calls: ROWS },
      404,
      'there is no model \\"nope\\"',
    ],
    ['a row that does not fit', { calls: [[1, 2]] }, 400, '/calls/0'],
  ])('is told of %s with a status that it does not repeat', async (_what, body, status, message) => {
    const answer = await post('/predict', { ...CALL, ...body });

    expect(answer.status).toBe(status);
    expect(Object.keys(json(answer))).toEqual(['errorMessage']);
    expect(String(answer.body)).toContain(message);
  });

  test('is not told to come back when the model failed on its rows', async () => {
    const failing = openTestApp(
      {},
      {
        createSession: async (bytes, options) => {
          const { createSession } = await import('../../shared/runtime/session');
          const session = await createSession(bytes, options);
          return { ...session, run: () => Promise.reject(new Error('bad kernel')) };
        },
      },
    );

    expect((await post('/predict', { ...CALL, calls: ROWS }, failing)).status).toBe(400);
  });

  test('has its statement in model-info, with the address that was asked', async () => {
    const answer = await app.request({
      path: '/model-info',
      headers: { host: 'iris-uc.a.run.app', 'x-forwarded-proto': 'https' },
    });

    expect(json(answer)['bigquery']).toEqual({
      create_function: expect.stringContaining('endpoint = "https://iris-uc.a.run.app/predict/batch"'),
    });
  });
});

describe('a model of tensors', () => {
  let registry: TensorRegistry;
  let tensors: TestApp;
  beforeAll(() => {
    registry = createTensorRegistry({ pairs: identityModel('float32', ['N', 2]) });
    tensors = openTestApp({ MODEL_REGISTRY: registry.root, MODEL_NAME: 'pairs' });
  });
  afterAll(() => registry.remove());

  test.each([
    ['Vertex AI', '/predict', { instances: [[1, 2]] }, { predictions: [[1, 2]] }],
    ['TensorFlow Serving', '/v1/models/pairs:predict', { inputs: [[1, 2]] }, { outputs: [[1, 2]] }],
    ['BigQuery', '/predict', { requestId: 'a', calls: [[[1, 2]], [null], ['AACAPwAAAEA=']] }, 400],
    [
      'BigQuery by values',
      '/predict',
      {
        requestId: 'a',
        calls: [
          [1, 2],
          [null, 1],
        ],
      },
      { replies: [[1, 2], null] },
    ],
  ])('answers %s', async (_name, path, body, expected) => {
    const answer = await post(path, body, tensors);

    expect(typeof expected === 'number' ? answer.status : json(answer)).toEqual(expected);
  });
});
