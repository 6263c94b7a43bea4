import { ServingError } from '../../shared/core/errors';
import { json, openTestApp, predictRequest } from '../test-app';

const ROW = [5.1, 3.5, 1.4, 0.2];
const batch = (instances: unknown) => ({ ...predictRequest({ instances }), path: '/predict/batch' });

describe('predict', () => {
  test('answers with the class, its label, every probability and who answered', async () => {
    const { request } = openTestApp();

    const answer = json(await request(predictRequest({ features: ROW }, { 'x-request-id': 'order-66' })));

    expect(answer).toEqual({
      prediction: 0,
      prediction_label: 'setosa',
      confidence: expect.closeTo(0.976574, 4),
      probabilities: [expect.closeTo(0.976574, 4), expect.closeTo(0.023426, 4), expect.closeTo(0, 4)],
      model_name: 'iris',
      model_version: '1.0.0',
      deployment_type: 'local',
      request_id: 'order-66',
    });
  });

  test.each([
    [{ K_SERVICE: 'predict', FUNCTION_TARGET: 'predict' }, 'cloud_function'],
    [{ K_SERVICE: 'predict' }, 'cloud_run'],
  ])('names its host: %j is %s', async (env, type) => {
    const { request } = openTestApp(env);

    expect(json(await request(predictRequest({ features: ROW })))).toMatchObject({ deployment_type: type });
  });

  test.each(['', 'with space', 'x'.repeat(129), '"quoted"', 'new\nline'])(
    'makes an id of its own instead of %j',
    async (id) => {
      const { request } = openTestApp();

      const answer = json(await request(predictRequest({ features: ROW }, { 'x-request-id': id })));

      expect(answer['request_id']).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    },
  );

  test('warns of values outside the training range, and answers all the same', async () => {
    const { request } = openTestApp();

    const answer = json(await request(predictRequest({ features: [5.1, 3.5, 1.4, 20] })));

    expect(answer).toMatchObject({
      prediction: expect.any(Number),
      warnings: [
        {
          pointer: '/features/3',
          detail: expect.stringMatching(/^"petal_width" is 20, outside 0\.1 to 2\.5 cm/),
        },
      ],
    });
  });

  test('does not warn of the bounds themselves', async () => {
    const { request } = openTestApp();
    const { features } = json(await request({ path: '/model-info' })) as {
      features: { range: [number, number] }[];
    };

    for (const bound of [0, 1]) {
      const answer = json(
        await request(predictRequest({ features: features.map(({ range }) => range[bound]) })),
      );
      expect(answer['warnings']).toBeUndefined();
    }
  });

  test('says what was expected, and shows the same request put right', async () => {
    const { request } = openTestApp();
    const wrong = { sepal_lenght: 6.1, sepal_width: 3.1, petal_length: '4', petal_width: 1.2 };

    const response = await request(predictRequest(wrong));

    expect(response.status).toBe(422);
    expect(json(response)).toMatchObject({
      detail: expect.stringContaining('3 things do not fit; the first: "sepal_length" is missing'),
      errors: [
        { pointer: '/sepal_length', detail: '"sepal_length" is missing (in cm)' },
        { pointer: '/sepal_lenght', detail: expect.stringContaining('did you mean "sepal_length"?') },
        { pointer: '/petal_length', detail: '"petal_length" must be a finite number, got the string "4"' },
      ],
      expected: expect.arrayContaining([{ name: 'petal_width', unit: 'cm', range: [0.1, 2.5] }]),
      example: { sepal_length: 6.1, sepal_width: 3.1, petal_length: 1.4, petal_width: 1.2 },
    });
    expect((await request(predictRequest(json(response)['example']))).status).toBe(200);
  });

  test('splits its time in Server-Timing, and marks the first answer as cold', async () => {
    const { request } = openTestApp();

    const [first, second] = [
      await request(predictRequest({ features: ROW })),
      await request(predictRequest({ features: ROW })),
    ];

    expect(first.headers['server-timing']).toMatch(
      /^cold, manifest;dur=[\d.]+, artifact;dur=[\d.]+, session;dur=[\d.]+, load;dur=[\d.]+, validate;dur=[\d.]+, .*run;dur=[\d.]+, total;dur=[\d.]+$/,
    );
    expect(second.headers['server-timing']).toMatch(/^validate;dur=/);
  });

  test('answers a failed run with 500 and no internals', async () => {
    const { request, entries } = openTestApp(
      {},
      {
        createSession: async () => ({
          signature: SIGNATURE,
          otherOutputs: [],
          run: () => Promise.reject(new Error('node Gather_17: index out of range')),
          release: async () => {},
        }),
      },
    );

    const response = await request(predictRequest({ features: ROW }));

    expect(response.status).toBe(500);
    expect(json(response)).toMatchObject({ type: 'urn:onnx-functions:problem:inference-failed' });
    expect(String(response.body)).not.toContain('Gather');
    expect(entries).toMatchObject([
      { severity: 'ERROR', stack_trace: expect.stringContaining('Caused by: Error: node Gather_17') },
    ]);
  });

  test('says nothing of an error that nobody foresaw, and logs its stack', async () => {
    const { request, entries } = openTestApp(
      {},
      {
        createSession: async () => ({
          signature: SIGNATURE,
          otherOutputs: [],
          run: async () =>
            new Proxy({}, { get: (_, name) => (name === 'then' ? undefined : JSON.parse('secret')) }),
          release: async () => {},
        }),
      },
    );

    const response = await request(predictRequest({ features: ROW }));

    expect(response.status).toBe(500);
    expect(String(response.body)).not.toContain('secret');
    expect(entries).toMatchObject([{ severity: 'ERROR', stack_trace: expect.stringContaining('secret') }]);
  });
});

const SIGNATURE = {
  inputs: [{ name: 'X', type: 'float32', shape: ['N', 4] }],
  outputs: [
    { name: 'label', type: 'int64', shape: ['N'] },
    { name: 'probabilities', type: 'float32', shape: ['N', 3] },
  ],
} as const;

describe('a request at the wrong address, or of the wrong shape', () => {
  test.each<[name: string, path: string, body: unknown, detail: string]>([
    [
      'a table for predict',
      '/predict',
      { features: [ROW] },
      'expected one row; many go to predictBatch as {"instances": [...]}',
    ],
    ['a bare array for predict', '/predict', ROW, 'expected an object, got an array of 4'],
    [
      'a bare array for predictBatch',
      '/predict/batch',
      [ROW],
      'expected an object with "instances", got an array of 1 without it',
    ],
    [
      'one row for predictBatch',
      '/predict/batch',
      { features: ROW },
      'expected an object with "instances", got an object without it',
    ],
    ['instances that are an object', '/predict/batch', { instances: {} }, 'expected an array, got an object'],
    [
      'something beside the instances',
      '/predict/batch',
      { instances: [ROW], id: 1 },
      '"id" is not known here, beside "instances"',
    ],
  ])('%s is told what to send, with an example that is answered', async (_name, path, body, detail) => {
    const { request } = openTestApp();

    const refused = await request({ ...predictRequest(body), path });
    const { example, expected } = json(refused);

    expect([refused.status, json(refused)['detail']]).toEqual([422, detail]);
    expect(expected).toHaveLength(4);
    expect((await request({ ...predictRequest(example), path })).status).toBe(200);
  });
});

describe('predictBatch', () => {
  test('answers in order what predict answers one by one', async () => {
    const { request } = openTestApp();
    const rows = [
      ROW,
      [7, 3.2, 4.7, 1.4],
      { features: [6.3, 3.3, 6, 2.5] },
      { sepal_length: 5, sepal_width: 3, petal_length: 1.6, petal_width: 0.2 },
    ];

    const answer = json(await request(batch(rows)));
    const single = await Promise.all(
      rows.map(async (row) =>
        json(await request(predictRequest(Array.isArray(row) ? { features: row } : row))),
      ),
    );

    const expected = single.map(({ prediction, prediction_label, confidence, probabilities }) => ({
      prediction,
      prediction_label,
      // A batch runs through another kernel than a row, which may round differently.
      confidence: expect.closeTo(confidence as number, 5),
      probabilities: (probabilities as number[]).map((each) => expect.closeTo(each, 5)),
    }));
    expect(answer).toMatchObject({ predictions: expected, model_name: 'iris', model_version: '1.0.0' });
    expect(expected.map((each) => each.prediction_label)).toEqual([
      'setosa',
      'versicolor',
      'virginica',
      'setosa',
    ]);
  });

  test('reports the bad rows together and scores none', async () => {
    const { request, entries } = openTestApp();

    const response = await request(batch([ROW, [1, 2], ROW, { features: ['a', 1, 1, 1] }, null]));

    expect(response.status).toBe(422);
    expect(json(response)).toMatchObject({
      errors: [
        { pointer: '/instances/1', detail: expect.stringMatching(/^expected 4 values/) },
        {
          pointer: '/instances/3/features/0',
          detail: expect.stringMatching(/finite number, got the string "a"/),
        },
        { pointer: '/instances/4', detail: expect.stringMatching(/got null/) },
      ],
      example: { instances: [[1, 2, 1.4, 0.2]] },
    });
    expect(entries[0]).not.toHaveProperty('runMs');
  });

  test('lists the first 100 defects of many', async () => {
    const { request } = openTestApp();

    const response = await request(batch(Array.from({ length: 1_000 }, () => [1])));

    expect(json(response)['errors']).toHaveLength(100);
  });

  test('refuses more rows than the limit, and states it', async () => {
    const { request } = openTestApp({ MAX_BATCH_ROWS: '3' });

    const response = await request(batch([ROW, ROW, ROW, ROW]));

    expect(response.status).toBe(413);
    expect(json(response)).toMatchObject({ detail: 'expected at most 3 instances, got 4', max_rows: 3 });
    expect((await request(batch([ROW, ROW, ROW]))).status).toBe(200);
  });

  test('scores 10 000 rows at once', async () => {
    const { request } = openTestApp();

    const answer = json(await request(batch(Array.from({ length: 10_000 }, () => ROW))));

    expect(answer['predictions']).toHaveLength(10_000);
  });
});

describe('modelInfo', () => {
  test('tells a client what it needs to know, without a session', async () => {
    const { request } = openTestApp(
      {},
      { createSession: () => Promise.reject(new ServingError('internal', 'not needed')) },
    );

    const info = json(await request({ path: '/model-info' }));

    expect(info).toMatchObject({
      name: 'iris',
      version: '1.0.0',
      task: 'classification',
      features: expect.arrayContaining([
        expect.objectContaining({ name: 'petal_width', unit: 'cm', range: [0.1, 2.5], example: 0.2 }),
      ]),
      classes: ['setosa', 'versicolor', 'virginica'],
      signature: SIGNATURE,
      training: { metrics: { test_accuracy: 1 } },
      artifact: { bytes: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      versions: ['1.0.0', '1.1.0'],
      loaded: false,
      links: { predict: '/predict', predict_batch: '/predict/batch' },
    });
  });

  test('says when this instance has the model loaded', async () => {
    const { request } = openTestApp();
    await request(predictRequest({ features: ROW }));

    expect(json(await request({ path: '/model-info' }))).toMatchObject({ loaded: true });
  });
});

describe('the probes', () => {
  test('/ready is 503 until the model can answer, and makes it load', async () => {
    const { app, request } = openTestApp();

    const before = await request({ path: '/ready' });
    await request(predictRequest({ features: ROW }));
    const after = await request({ path: '/ready' });

    expect([before.status, after.status]).toEqual([503, 200]);
    expect(before.headers['retry-after']).toBe('1');
    await app.close();
  });

  test('/ and /health answer while the model cannot be loaded', async () => {
    const { request } = openTestApp({ MODEL_NAME: 'nothing' });

    expect((await request(predictRequest({ features: ROW }))).status).toBe(503);
    expect((await request({ path: '/health' })).status).toBe(200);
    expect(json(await request({ path: '/' }))).toEqual({
      status: 'healthy',
      service: 'onnx-functions',
      model_loaded: false,
    });
  });
});
