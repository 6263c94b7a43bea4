import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { createUrlFetcher } from '../../shared/fetch/fetch-url';
import { createSession } from '../../shared/runtime/session';
import type { AppParts } from '../../shared/serving/app';
import { LOCAL_PARTS } from '../fetch/local-fetcher';
import { json, openTestApp, predictRequest, type TestApp, type TestRequest } from '../test-app';
import { drawingOf } from '../training/drawn-digits';

const drawn = new Map<number, Buffer>();
let app: TestApp;

beforeAll(async () => {
  for (const digit of [1, 3, 7]) {
    const svg = Buffer.from(drawingOf(digit, { pen: 32, height: 0.75 }));
    drawn.set(digit, await sharp(svg).png().toBuffer());
  }
  app = openDigits();
});

const openDigits = (env: Record<string, string> = {}, parts: Partial<AppParts> = {}) =>
  openTestApp({ MODEL_NAME: 'digits', ...env }, parts);

const png = (digit: number): Buffer => drawn.get(digit) ?? Buffer.alloc(0);
const b64 = (digit: number) => ({ b64: png(digit).toString('base64') });

interface Part {
  readonly name: string;
  readonly value: string | Buffer;
  readonly type?: string;
}

function form(parts: readonly Part[], path = '/predict'): TestRequest {
  const pieces = parts.flatMap(({ name, value, type }) => [
    `--cut\r\ncontent-disposition: form-data; name="${name}"${type === undefined ? '' : '; filename="x"'}\r\n`,
    type === undefined ? '\r\n' : `content-type: ${type}\r\n\r\n`,
    value,
    '\r\n',
  ]);
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'multipart/form-data; boundary=cut' },
    body: Buffer.concat([...pieces, '--cut--\r\n'].map((piece) => Buffer.from(piece))),
  };
}

const file = (digit: number): Part => ({ name: 'file', value: png(digit), type: 'image/png' });

const bare = (body: Buffer, type: string, path = '/predict'): TestRequest => ({
  method: 'POST',
  path,
  headers: { 'content-type': type },
  body,
});

type Prediction = { class_id: number; label: string; confidence: number };

function predictionsOf(response: Parameters<typeof json>[0]): Prediction[] {
  return json(response)['predictions'] as Prediction[];
}

describe('predict for an image', () => {
  test('answers with the likeliest classes, how long it took, and who answered', async () => {
    const answer = await app.request(form([file(3)]));

    expect(answer.status).toBe(200);
    expect(json(answer)).toEqual({
      predictions: [
        { class_id: 3, label: '3', confidence: expect.any(Number) },
        { class_id: expect.any(Number), label: expect.any(String), confidence: expect.any(Number) },
        { class_id: expect.any(Number), label: expect.any(String), confidence: expect.any(Number) },
      ],
      inference_time_ms: expect.any(Number),
      preprocessing_time_ms: expect.any(Number),
      model_name: 'digits',
      model_version: '1.0.0',
      deployment_type: 'local',
      request_id: answer.headers['x-request-id'],
    });
    expect(answer.headers['server-timing']).toMatch(/preprocess;dur=[\d.]+, queue;dur=[\d.]+, run;dur=/);
  });

  test.each<[string, () => TestRequest]>([
    ['a form', () => form([file(7)])],
    ['its bytes under their type', () => bare(png(7), 'image/png')],
    ['its bytes under any type', () => bare(png(7), 'application/octet-stream')],
    ['its bytes as curl --data-binary sends them', () => bare(png(7), 'application/x-www-form-urlencoded')],
    ['base64 in JSON', () => predictRequest({ image: b64(7) })],
  ])('takes it as %s', async (_what, request) => {
    const answer = await app.request(request());

    expect([answer.status, predictionsOf(answer)[0]?.label]).toEqual([200, '7']);
  });

  test.each<[string, () => TestRequest, number]>([
    ['the manifest', () => form([file(1)]), 3],
    ['the query', () => ({ ...form([file(1)]), path: '/predict?top_k=2' }), 2],
    ['the form', () => form([file(1), { name: 'top_k', value: '4' }]), 4],
    ['the body', () => predictRequest({ image: b64(1), top_k: 5 }), 5],
    [
      'the body before the query',
      () => ({ ...predictRequest({ image: b64(1), top_k: 1 }), path: '/predict?top_k=2' }),
      1,
    ],
    ['more than there are', () => ({ ...form([file(1)]), path: '/predict?top_k=99' }), 10],
  ])('answers as many classes as %s says', async (_what, request, count) => {
    const predictions = predictionsOf(await app.request(request()));

    expect(predictions).toHaveLength(count);
    const confidences = predictions.map(({ confidence }) => confidence);
    expect(confidences).toEqual([...confidences].sort((a, b) => b - a));
  });

  test('notes for the log what was seen', async () => {
    const { entries, request } = openDigits();

    await request(form([file(3)]));

    expect(entries.at(-1)).toMatchObject({
      prediction: '3',
      rows: 1,
      model: 'digits',
      preprocessMs: expect.any(Number),
    });
  });

  const takesImages = expect.stringContaining('model "digits" takes images: send a form with a field "file"');

  test.each<[string, () => TestRequest, number, string, unknown]>([
    ['features', () => predictRequest({ features: [1, 2] }), 422, 'validation-failed', takesImages],
    ['a list', () => predictRequest([1]), 422, 'validation-failed', takesImages],
    [
      'CSV',
      () => bare(Buffer.from('a\n1\n'), 'text/csv', '/predict/batch'),
      422,
      'validation-failed',
      takesImages,
    ],
    [
      'text',
      () => bare(Buffer.from('hello'), 'image/png'),
      415,
      'unsupported-media-type',
      expect.stringContaining('got bytes that start with'),
    ],
    [
      'half an image',
      () => bare(png(3).subarray(0, 500), 'image/png'),
      422,
      'invalid-image',
      'the PNG image is truncated: its end is missing',
    ],
    [
      'a PNG called a JPEG',
      () => bare(png(3), 'image/jpeg'),
      422,
      'invalid-image',
      'expected image/jpeg as declared, got bytes that are PNG',
    ],
    [
      'a form without a file',
      () => form([]),
      422,
      'validation-failed',
      'expected an image in the field "file" of the form, got none',
    ],
    [
      'a form that is cut off',
      () => ({ ...form([file(3)]), body: '--cut\r\n' }),
      400,
      'invalid-request',
      expect.stringContaining('the body is not a form'),
    ],
    [
      'two files',
      () => form([file(3), file(1)]),
      413,
      'payload-too-large',
      'expected at most 1 file, got more',
    ],
    [
      'a top_k of none',
      () => ({ ...form([file(3)]), path: '/predict?top_k=0' }),
      422,
      'validation-failed',
      expect.stringContaining('the query parameter "top_k": expected a whole number of at least 1'),
    ],
    [
      'base64 that is none',
      () => predictRequest({ image: { b64: '***' } }),
      422,
      'validation-failed',
      expect.stringContaining('/image/b64: expected base64'),
    ],
    [
      'a body in XML',
      () => bare(Buffer.from('<a/>'), 'application/xml'),
      415,
      'unsupported-media-type',
      expect.stringContaining('expected application/json'),
    ],
  ])('refuses %s', async (_what, request, status, type, detail) => {
    const answer = await app.request(request());

    expect(json(answer)).toMatchObject({ status, type: `urn:onnx-functions:problem:${type}`, detail });
  });

  test.each([
    ['MAX_IMAGE_PIXELS', '1000', 413, { max_pixels: 1000 }],
    ['MAX_BODY_BYTES', '100', 413, { max_body_bytes: 100 }],
  ])('keeps to %s', async (name, value, status, members) => {
    const answer = await openDigits({ [name]: value }).request(bare(png(3), 'image/png'));

    expect(json(answer)).toMatchObject({ status, ...members });
  });
});

describe('predictBatch for images', () => {
  const BATCH = '/predict/batch';

  test.each<[string, () => TestRequest]>([
    ['a form', () => form([file(1), file(3), file(7)], BATCH)],
    [
      'JSON',
      () => ({
        ...predictRequest({ instances: [1, 3, 7].map((digit) => ({ image: b64(digit) })) }),
        path: BATCH,
      }),
    ],
  ])('answers the images of %s in their order', async (_what, request) => {
    const answer = await app.request(request());

    const predictions = json(answer)['predictions'] as Prediction[][];
    expect(predictions.map((each) => each[0]?.label)).toEqual(['1', '3', '7']);
    expect(app.entries.at(-1)).toMatchObject({ rows: 3, prediction: { 1: 1, 3: 1, 7: 1 } });
  });

  test('runs any number of images, a few at a time', async () => {
    const sizes: number[] = [];
    const { request } = openDigits({}, { createSession: countingSession(sizes) });
    const instances = Array.from({ length: 20 }, () => ({ image: b64(7) }));

    const answer = await request({ ...predictRequest({ instances, top_k: 1 }), path: BATCH });

    expect(json(answer)['predictions']).toHaveLength(20);
    expect(sizes).toEqual([8, 8, 4]);
  });

  test('names the image that cannot be scored', async () => {
    const broken = { image: { b64: png(3).subarray(0, 500).toString('base64') } };
    const instances = [{ image: b64(1) }, broken];

    const inJson = await app.request({ ...predictRequest({ instances }), path: BATCH });
    const inForm = await app.request(form([file(1), { ...file(1), value: 'hello' }], BATCH));

    expect(json(inJson)).toMatchObject({
      status: 422,
      errors: [{ pointer: '/instances/1/image', detail: 'the PNG image is truncated: its end is missing' }],
    });
    expect(json(inForm)).toMatchObject({
      status: 415,
      detail: expect.stringMatching(/^image 2: expected a JPEG/),
    });
  });

  test.each<[string, unknown, string]>([
    ['one image', { image: { b64: 'AAAA' } }, 'expected "instances"'],
    ['rows', { instances: [[1, 2]] }, '/instances/0: expected an object'],
    ['features', { features: [[1, 2]] }, 'model "digits" takes images'],
  ])('refuses %s', async (_what, body, detail) => {
    const answer = await app.request({ ...predictRequest(body), path: BATCH });

    expect(json(answer)).toMatchObject({ status: 422, detail: expect.stringContaining(detail) });
  });

  test('keeps to MAX_BATCH_IMAGES', async () => {
    const { request } = openDigits({ MAX_BATCH_IMAGES: '1' });
    const instances = [{ image: b64(1) }, { image: b64(1) }];

    const answer = await request({ ...predictRequest({ instances }), path: BATCH });

    expect(json(answer)).toMatchObject({ status: 413, max_rows: 1 });
  });
});

test('images that wait at the same time share runs', async () => {
  const sizes: number[] = [];
  const { request } = openDigits({}, { createSession: countingSession(sizes, { runMs: 300 }) });

  const answers = await Promise.all([1, 3, 7, 1, 3, 7].map((digit) => request(form([file(digit)]))));

  expect(answers.map((answer) => predictionsOf(answer)[0]?.label)).toEqual(['1', '3', '7', '1', '3', '7']);
  // Those that are not in the first run are decoded while it lasts, and make the second.
  expect(sizes).toHaveLength(2);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(6);
});

test.each([
  ['a form', () => form([file(3), { name: 'model_version', value: 'production' }])],
  ['the query', () => ({ ...form([file(3)]), path: '/predict?version=production' })],
  ['JSON', () => predictRequest({ image: b64(3), model_version: 'production' })],
  ['the query of a bare image', () => bare(png(3), 'image/png', '/predict?version=production')],
])('%s says which version of the model is to answer', async (_, request) => {
  const { status, headers } = await app.request(request());

  expect(status).toBe(200);
  expect(headers).toMatchObject({ 'x-model-version': '1.0.0', 'x-version-reason': 'alias' });
});

test('a form that asks for a version that is not there is told what is', async () => {
  const answer = await app.request(form([file(3), { name: 'model_version', value: '9.9.9' }]));

  expect(answer.status).toBe(404);
  expect(json(answer)).toMatchObject({ versions: ['1.0.0'], aliases: ['production'] });
});

describe('an image behind a URL', () => {
  let server: Server;
  let port: number;

  beforeAll(async () => {
    server = createServer((message, response) => {
      if (message.url === '/page')
        return void response.writeHead(200, { 'content-type': 'text/html' }).end('hi');
      response.writeHead(200, { 'content-type': 'image/png' }).end(png(3));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());

  const openFetching = () =>
    openDigits(
      { IMAGE_URL_HOSTS: 'images.example' },
      { createFetchUrl: (options) => createUrlFetcher({ ...options, ports: [port] }, LOCAL_PARTS) },
    );
  const urlOf = (path: string, host = 'images.example') => `http://${host}:${port}${path}`;

  test.each(['/predict', '/predict/url'])('is fetched for %s', async (path) => {
    const answer = await openFetching().request({
      ...predictRequest({ url: urlOf('/3.png'), top_k: 1 }),
      path,
    });

    expect(predictionsOf(answer)).toMatchObject([{ label: '3' }]);
    expect(answer.headers['server-timing']).toMatch(/fetch;dur=/);
  });

  test('may stand among the instances of a batch', async () => {
    const instances = [{ url: urlOf('/3.png') }, { image: b64(1) }];

    const answer = await openFetching().request({ ...predictRequest({ instances }), path: '/predict/batch' });

    const predictions = json(answer)['predictions'] as Prediction[][];
    expect(predictions.map((each) => each[0]?.label)).toEqual(['3', '1']);
  });

  test.each<[string, () => unknown, number, string]>([
    [
      'a host that is not allowed',
      () => ({ url: urlOf('/3.png', 'other.example') }),
      400,
      'expected a host that this service',
    ],
    ['what is no image', () => ({ url: urlOf('/page') }), 422, 'expected content type image/* from the URL'],
    ['no URL', () => ({ image: b64(3) }), 422, '/url: expected the URL of an image'],
  ])('refuses %s', async (_what, body, status, detail) => {
    const answer = await openFetching().request({ ...predictRequest(body()), path: '/predict/url' });

    expect(json(answer)).toMatchObject({ status, detail: expect.stringContaining(detail) });
  });

  test('is not fetched unless it is configured, and the error says how', async () => {
    const answer = await app.request(predictRequest({ url: urlOf('/3.png') }));

    expect(json(answer)).toMatchObject({
      status: 400,
      type: 'urn:onnx-functions:problem:url-not-allowed',
      detail: expect.stringContaining('IMAGE_URL_HOSTS is empty'),
    });
  });
});

describe('in other words', () => {
  test('Vertex AI may send images as instances', async () => {
    const instances = [b64(3), { image: b64(7) }];

    const answer = await app.request(predictRequest({ instances, parameters: { top_k: 1 } }));

    expect(json(answer)).toEqual({
      predictions: [[expect.objectContaining({ label: '3' })], [expect.objectContaining({ label: '7' })]],
    });
  });

  test('tensors are taken as of any model', async () => {
    const blank = Array.from({ length: 8 }, () => new Array<number>(8).fill(0));

    const answer = await app.request({
      ...predictRequest({ instances: [[blank]] }),
      path: '/v1/models/digits:predict',
    });

    expect((json(answer)['predictions'] as number[][])[0]).toHaveLength(10);
  });

  test('model-info tells the classes and how images are prepared', async () => {
    const info = json(await app.request({ path: '/model-info' }));

    expect(info).toMatchObject({
      task: 'image-classification',
      classes: [...'0123456789'],
      image: { channels: 'grey', invert: true },
      top_k: 3,
      links: { predict_url: '/predict/url' },
    });
  });

  test('the API is described with the images it takes', async () => {
    const { paths } = json(await app.request({ path: '/openapi.json' })) as {
      paths: Record<string, { post: { requestBody: { content: object } } }>;
    };

    expect(Object.keys(paths['/predict']?.post.requestBody.content ?? {})).toEqual([
      'application/json',
      'application/octet-stream',
      'multipart/form-data',
      'image/*',
    ]);
  });
});

describe('a model of rows', () => {
  const iris = openTestApp();

  test.each<[string, () => TestRequest, number, string]>([
    ['a form', () => form([file(3)]), 415, 'expected application/json, got multipart/form-data'],
    ['an image', () => bare(png(3), 'image/png'), 415, 'expected application/json, got image/png'],
    ['an image without a type', () => bare(png(3), 'application/octet-stream'), 400, 'UTF-8'],
    [
      'a URL',
      () => ({ ...predictRequest({ url: 'http://a.example' }), path: '/predict/url' }),
      422,
      'takes no images',
    ],
  ])('refuses %s', async (_what, request, status, detail) => {
    const answer = await iris.request(request());

    expect(json(answer)).toMatchObject({ status, detail: expect.stringContaining(detail) });
  });
});

/** Makes sessions that note how many images each run has. */
function countingSession(sizes: number[], { runMs = 0 } = {}): AppParts['createSession'] {
  return async (model, options) => {
    const session = await createSession(model, options);
    return {
      ...session,
      async run(inputs, outputs) {
        sizes.push(inputs['image']?.dims[0] ?? 0);
        await sleep(runMs);
        return session.run(inputs, outputs);
      },
    };
  };
}
