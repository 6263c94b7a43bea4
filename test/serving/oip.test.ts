import { gunzipSync, inflateSync } from 'node:zlib';
import { createTensorRegistry, DATA_TYPES, identityModel, type TensorRegistry } from '../tensor-models';
import { json, openTestApp, type TestApp } from '../test-app';

const INFER = { method: 'POST', path: '/v2/models/iris/infer' };
const X = { name: 'X', shape: [2, 4], datatype: 'FP32' };
const ROWS = [5.1, 3.5, 1.4, 0.2, 6.2, 3.4, 5.4, 2.3];

const infer = (app: TestApp, body: unknown, headers: Record<string, string> = {}) =>
  app.request({ ...INFER, headers, body: JSON.stringify(body) });

describe('the Open Inference Protocol', () => {
  const app = openTestApp();

  test.each([
    ['/v2/health/live', { live: true }],
    ['/v2/health/ready', { live: true, ready: true }],
    ['/v2/models', { models: ['digits', 'iris'] }],
    ['/v2/models/iris/ready', { name: 'iris', ready: true }],
    ['/v2/models/iris/versions/1.0.0/ready', { name: 'iris', ready: true }],
  ])('answers GET %s', async (path, expected) => {
    const answer = await app.request({ path });

    expect(answer.status).toBe(200);
    expect(json(answer)).toEqual(expected);
  });

  test('describes the server and the model', async () => {
    const server = json(await app.request({ path: '/v2' }));
    const model = json(await app.request({ path: '/v2/models/iris/versions/production' }));

    expect(server).toMatchObject({
      name: 'onnx-functions',
      extensions: expect.arrayContaining(['binary_tensor_data']),
    });
    expect(model).toMatchObject({
      name: 'iris',
      versions: ['1.0.0', '1.1.0'],
      platform: 'onnxruntime_onnx',
      inputs: [{ name: 'X', datatype: 'FP32', shape: [-1, 4] }],
      outputs: [
        { name: 'label', datatype: 'INT64', shape: [-1] },
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 3] },
      ],
    });
  });

  test('infers, echoing the id, and logs protocol, rows and predictions', async () => {
    const logged = openTestApp();

    const answer = json(await infer(logged, { id: '42', inputs: [{ ...X, data: ROWS }] }));

    expect(answer).toMatchObject({
      id: '42',
      model_name: 'iris',
      model_version: '1.0.0',
      outputs: [
        { name: 'label', datatype: 'INT64', shape: [2], data: [0, 2] },
        { name: 'probabilities', datatype: 'FP32', shape: [2, 3] },
      ],
    });
    expect(logged.entries[0]).toMatchObject({
      protocol: 'oip',
      model: 'iris',
      rows: 2,
      prediction: { setosa: 1, versicolor: 0, virginica: 1 },
    });
  });

  test('answers in binary what is asked for in binary', async () => {
    const head = JSON.stringify({
      inputs: [{ ...X, parameters: { binary_data_size: 32 } }],
      outputs: [{ name: 'label' }, { name: 'probabilities', parameters: { binary_data: true } }],
    });
    const body = Buffer.concat([Buffer.from(head), Buffer.from(new Float32Array(ROWS).buffer)]);

    const answer = await app.request({
      ...INFER,
      headers: { 'inference-header-content-length': String(head.length) },
      body,
    });

    const length = Number(answer.headers['inference-header-content-length']);
    const bytes = Buffer.from(answer.body);
    expect(answer.headers['content-type']).toBe('application/octet-stream');
    expect(JSON.parse(bytes.subarray(0, length).toString())).toMatchObject({
      outputs: [{ data: [0, 2] }, { parameters: { binary_data_size: 24 } }],
    });
    expect(bytes.length - length).toBe(24);
    expect(bytes.readFloatLE(length)).toBeCloseTo(0.9766, 3);
  });

  test.each([
    ['gzip', gunzipSync],
    ['deflate', inflateSync],
  ])('compresses with %s when asked', async (encoding, undo) => {
    const answer = await infer(
      app,
      { inputs: [{ ...X, data: ROWS }] },
      { 'accept-encoding': `${encoding}, br` },
    );

    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(JSON.parse(undo(Buffer.from(answer.body)).toString())).toMatchObject({ model_name: 'iris' });
  });

  test('compresses nothing when only others are accepted', async () => {
    const answer = await infer(
      app,
      { inputs: [{ ...X, data: ROWS }] },
      { 'accept-encoding': 'br, zstd, gzip;q=0' },
    );

    expect(answer.headers).not.toHaveProperty('content-encoding');
  });

  test('labels the classes that are asked for by number', async () => {
    const outputs = [{ name: 'probabilities', parameters: { classification: 2 } }];

    const answer = json(await infer(app, { inputs: [{ ...X, data: ROWS }], outputs }));

    expect(answer['outputs']).toEqual([
      {
        name: 'probabilities',
        datatype: 'BYTES',
        shape: [2, 2],
        data: expect.arrayContaining([expect.stringMatching(/^0\.97\d*:0:setosa$/)]),
      },
    ]);
  });

  test.each([
    ['an unknown model', '/v2/models/nope/infer', 404, 'there is no model "nope"'],
    ['an unknown version', '/v2/models/iris/versions/9.9.9/infer', 404, 'has no version or alias "9.9.9"'],
    ['an unknown path', '/v2/nothing', 404, 'nothing answers at this path'],
    [
      'a part that is not there',
      '/v2/repository/models/iris/unload',
      501,
      'this server has no unloading of models',
    ],
  ])('answers %s with its own error', async (_what, path, status, message) => {
    const answer = await app.request({ method: 'POST', path, body: '{}' });

    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(json(answer)['error']).toContain(message);
  });

  test('logs it as no failure of ours that a client asks for a part that is not there', async () => {
    const { request, entries } = openTestApp();
    await request({ path: '/v2/models/iris/stats' });

    expect(entries).toEqual([expect.objectContaining({ severity: 'WARNING', code: 'not-implemented' })]);
    expect(entries[0]).not.toHaveProperty('stack_trace');
  });

  test('names the field that is wrong, with 400', async () => {
    const answer = await infer(app, { inputs: [{ ...X, data: ROWS.slice(1) }] });

    expect(answer.status).toBe(400);
    expect(json(answer)['error']).toMatch(/inputs.*0.*expected 8.*7/);
  });

  test('is recognised on /predict, by body and by header', async () => {
    const byBody = await app.request({
      method: 'POST',
      path: '/predict',
      body: JSON.stringify({ inputs: [{ ...X, data: ROWS }] }),
    });
    const raw = await app.request({
      method: 'POST',
      path: '/predict',
      headers: { 'inference-header-content-length': '0' },
      body: Buffer.from(new Float32Array(ROWS).buffer),
    });

    expect(json(byBody)).toMatchObject({ model_name: 'iris', outputs: [{ data: [0, 2] }, {}] });
    expect(raw.headers['content-type']).toBe('application/octet-stream');
  });
});

describe('a model of tensors', () => {
  let registry: TensorRegistry;
  let app: TestApp;
  beforeAll(() => {
    const models = DATA_TYPES.map((type) => [type.toLowerCase(), identityModel(type, ['N', 2])]);
    registry = createTensorRegistry({
      ...(Object.fromEntries(models) as Record<string, Uint8Array>),
      open: identityModel('float32', ['N', 'M']),
    });
    app = openTestApp({ MODEL_REGISTRY: registry.root, MODEL_NAME: 'float32', MAX_LOADED_MODELS: '3' });
  });
  afterAll(() => registry.remove());

  test.each([
    ['float32', 'FP32', [1.5, -2.25]],
    ['float64', 'FP64', [0.1, -1e300]],
    ['float16', 'FP16', [1.5, -2]],
    ['int8', 'INT8', [-128, 127]],
    ['int16', 'INT16', [-32768, 32767]],
    ['int32', 'INT32', [-2147483648, 2147483647]],
    ['int64', 'INT64', ['-9223372036854775808', '9223372036854775807']],
    ['uint8', 'UINT8', [0, 255]],
    ['uint16', 'UINT16', [0, 65535]],
    ['uint32', 'UINT32', [0, 4294967295]],
    ['uint64', 'UINT64', ['0', '18446744073709551615']],
    ['bool', 'BOOL', [true, false]],
    ['string', 'BYTES', ['"naïve"', '"日本"']],
  ])('of type %s gives back exactly what it was sent', async (name, datatype, values) => {
    const data = `[${values.join(',')}]`;

    const answer = await app.request({
      method: 'POST',
      path: `/v2/models/${name}/infer`,
      body: `{"inputs":[{"name":"x","shape":[1,2],"datatype":"${datatype}","data":${data}}]}`,
    });

    expect({ status: answer.status, body: String(answer.body) }).toEqual({
      status: 200,
      body: expect.stringContaining(`"data":${data}`),
    });
  });

  test.each([
    ['[3,0]', 200],
    ['[1000000000000000,0]', 413],
  ])('is asked with an empty tensor of shape %s', async (shape, status) => {
    const answer = await app.request({
      method: 'POST',
      path: '/v2/models/open/infer',
      body: `{"inputs":[{"name":"x","shape":${shape},"datatype":"FP32","data":[]}]}`,
    });

    expect(answer.status).toBe(status);
  });

  test('says where tensors go when it is sent features', async () => {
    const answer = await app.request({ method: 'POST', path: '/predict', body: '{"features":[1,2]}' });

    expect(answer.status).toBe(422);
    expect(json(answer)['detail']).toContain('/v2/models/float32/infer');
  });

  test('has what its file says in model-info', async () => {
    await app.request({ path: '/v2/models/float32/ready' });

    expect(json(await app.request({ path: '/model-info' }))).toMatchObject({
      task: 'tensors',
      signature: { inputs: [{ name: 'x', type: 'float32', shape: ['N', 2] }] },
    });
  });

  test('lists every version, and which of them are loaded', async () => {
    const list = JSON.parse(
      String((await app.request({ method: 'POST', path: '/v2/repository/index' })).body),
    ) as { name: string; state: string }[];
    const ready = JSON.parse(
      String(
        (await app.request({ method: 'POST', path: '/v2/repository/index', body: '{"ready":true}' })).body,
      ),
    ) as unknown[];

    expect(list).toHaveLength(DATA_TYPES.length + 1);
    expect(list.filter(({ state }) => state === 'READY')).toEqual(ready);
    expect(ready).toHaveLength(3);
  });
});
