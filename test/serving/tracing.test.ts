import { readFileSync } from 'node:fs';
import type { TabularManifest } from '../../shared/core/manifest';
import type { Signature } from '../../shared/core/signature';
import { encodeModel } from '../../shared/onnx/encode';
import { projectPath } from '../../training/project-path';
import { openTestApp, predictRequest, type TestApp, type TestRequest } from '../test-app';
import {
  type Collector,
  describeWithCollector,
  newCaller,
  type ReceivedSpan,
  startCollector,
} from '../tracing/collector';
import { createVersionsRegistry } from '../versions-registry';

// As it is bundled: from its sources the exporter imports Node's own modules in a way that Jest has not got.
jest.mock('../../shared/serving/tracing/recorder', () => jest.requireActual('../../dist/vendor/recorder.js'));

const SETOSA = [5.1, 3.5, 1.4, 0.2];

let collector: Collector;

/** Sends requests one after the other, ends the service, and gives the spans of the last request. */
async function traceLast(
  env: Record<string, string>,
  count: number,
  ...requests: readonly TestRequest[]
): Promise<{
  server: ReceivedSpan;
  children: readonly ReceivedSpan[];
  all: readonly ReceivedSpan[];
  service: TestApp;
}> {
  const service = openTestApp({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, ...env });
  const caller = newCaller();
  for (const [index, request] of requests.entries()) {
    const { traceparent } = index === requests.length - 1 ? caller : newCaller();
    await service.request({ ...request, headers: { ...request.headers, traceparent } });
  }
  await service.app.close();
  const all = await collector.trace(caller.traceId, count);
  const server = all.find(({ kind }) => kind === 2);
  if (server === undefined) throw new Error('there is no span of the server');
  return { server, all, service, children: all.filter((span) => span.parentSpanId === server.spanId) };
}

/** A model with the signature of iris that no input fits. */
function failingModel(): Uint8Array {
  const { signature } = JSON.parse(
    readFileSync(projectPath('model-artifacts/iris/1.0.0/manifest.json'), 'utf8'),
  ) as TabularManifest;
  return encodeModel({
    name: 'failing',
    producer: 'test',
    operatorSets: { '': 17 },
    signature: signature as Signature,
    nodes: [
      { operator: 'Reshape', inputs: ['X', 'shape'], outputs: ['probabilities'] },
      {
        operator: 'ArgMax',
        inputs: ['probabilities'],
        outputs: ['label'],
        attributes: { axis: { type: 'INT', value: 1 }, keepdims: { type: 'INT', value: 0 } },
      },
    ],
    initializers: { shape: { type: 'int64', dims: [2], data: new BigInt64Array([1_000n, 3n]) } },
  });
}

const names = (spans: readonly ReceivedSpan[]) => spans.map(({ name }) => name);

/** Whether a span lies within another one; the receiver has times as floating point numbers of microseconds. */
function isWithin(inner: ReceivedSpan, outer: ReceivedSpan): boolean {
  return inner.startedAt >= outer.startedAt - 0.001 && inner.endedAt <= outer.endedAt + 0.001;
}

describeWithCollector('the spans of a request', () => {
  beforeAll(async () => {
    collector = await startCollector();
  });
  afterAll(() => collector.stop());

  test('are its steps, one after the other, the loading of the model with its parts among them', async () => {
    const { server, children, all } = await traceLast({}, 10, predictRequest({ features: SETOSA }));

    expect(names(children)).toEqual(['receive', 'load', 'decode', 'queue', 'run', 'encode']);
    expect(children.filter((child) => !isWithin(child, server))).toEqual([]);
    const overlapping = children.filter(
      ({ startedAt }, index) => startedAt < (children[index - 1]?.endedAt ?? 0) - 0.001,
    );
    expect(overlapping).toEqual([]);
    const [, load] = children;
    const parts = all.filter(({ parentSpanId }) => parentSpanId === load?.spanId);
    expect(names(parts)).toEqual(['manifest', 'read', 'session']);
    expect(parts.filter((part) => load === undefined || !isWithin(part, load))).toEqual([]);
  });

  test('have no loading where the model is loaded already', async () => {
    const request = predictRequest({ features: SETOSA });

    const { server, children } = await traceLast({}, 6, request, request);

    expect(names(children)).toEqual(['receive', 'decode', 'queue', 'run', 'encode']);
    expect(server.attributes['onnx.cold_start']).toBe(false);
  });

  test('of an image have its decoding between the waiting for that and for the run', async () => {
    const image: TestRequest = {
      method: 'POST',
      path: '/predict',
      headers: { 'content-type': 'image/png' },
      body: readFileSync(projectPath('test/images/small.png')),
    };

    const { server, children } = await traceLast({ MODEL_NAME: 'digits' }, 7, image, image);

    expect(names(children)).toEqual(['receive', 'queue', 'decode', 'queue', 'run', 'encode']);
    expect(server.attributes).toMatchObject({ 'onnx.model': 'digits', 'onnx.rows': 1 });
  });

  test('of many images are cut off at a hundred', async () => {
    const b64 = readFileSync(projectPath('test/images/small.png')).toString('base64');
    const request: TestRequest = {
      ...predictRequest({ instances: new Array(400).fill({ image: { b64 } }) }),
      path: '/predict/batch',
    };

    const { children } = await traceLast({ MODEL_NAME: 'digits' }, 100, request);

    expect(children.length).toBe(101);
    expect(children.at(-1)?.name).toBe('encode');
  });

  test('say that an answer was known, and then there is no run', async () => {
    const registry = createVersionsRegistry();
    registry.add('1.0.0', () => ({ cache: { max_bytes: 100_000, max_age_seconds: 3600 } }));
    const request = predictRequest({ features: SETOSA });

    const { server, children } = await traceLast({ MODEL_REGISTRY: registry.root }, 4, request, request);
    registry.remove();

    expect(names(children)).toEqual(['receive', 'decode', 'encode']);
    expect(server.attributes['onnx.cache']).toBe('hit');
  });

  test('are the same in another protocol, which they name', async () => {
    const inputs = [{ name: 'X', shape: [1, 4], datatype: 'FP32', data: SETOSA }];
    const request = { ...predictRequest({ inputs }), path: '/v2/models/iris/infer' };

    const { server, children } = await traceLast({}, 6, request, request);

    expect(names(children)).toEqual(['receive', 'decode', 'queue', 'run', 'encode']);
    expect(server).toMatchObject({
      name: 'POST /v2/models/{model}/infer',
      attributes: { 'onnx.protocol': 'oip', 'http.route': '/v2/models/{model}/infer' },
    });
  });

  test("are no errors for a mistake of the caller's, whose name they have", async () => {
    const { server, children } = await traceLast({}, 4, predictRequest({ features: [1, 2] }));

    expect(server).toMatchObject({
      status: {},
      events: [],
      attributes: { 'http.response.status_code': 422, 'onnx.error': 'validation-failed' },
    });
    expect(server.attributes).not.toHaveProperty('error.type');
    expect(names(children)).toEqual(['receive', 'load', 'decode']);
  });

  test("are errors where the fault is the service's, with the exception", async () => {
    const { server, children } = await traceLast(
      { MODEL_VERSION: '9.9.9' },
      3,
      predictRequest({ features: SETOSA }),
    );

    expect(server).toMatchObject({
      status: { code: 2, message: expect.stringContaining('9.9.9') },
      attributes: { 'http.response.status_code': 503, 'error.type': 'model-unavailable' },
      events: [
        {
          name: 'exception',
          attributes: {
            'exception.type': 'model-unavailable',
            'exception.stacktrace': expect.stringMatching(/^ServingError: .*\n {4}at /),
          },
        },
      ],
    });
    expect(names(children)).toEqual(['receive', 'load']);
  });

  test('have the run that failed, with the exception', async () => {
    const registry = createVersionsRegistry();
    registry.addModel('1.0.0', failingModel());
    const env = { MODEL_REGISTRY: registry.root };
    const inputs = [{ name: 'X', shape: [1, 4], datatype: 'FP32', data: SETOSA }];

    const native = await traceLast(env, 6, predictRequest({ features: SETOSA }));
    const oip = await traceLast(env, 6, { ...predictRequest({ inputs }), path: '/v2/models/iris/infer' });
    registry.remove();

    for (const { server, children, service } of [native, oip]) {
      expect(names(children)).toEqual(['receive', 'load', 'decode', 'queue', 'run']);
      const run = children.at(-1);
      expect(run).toMatchObject({
        status: { code: 2, message: 'the model failed to run on this input' },
        attributes: { 'error.type': 'inference-failed' },
        events: [
          {
            name: 'exception',
            attributes: { 'exception.stacktrace': expect.stringMatching(/Caused by: Error: .*Reshape/) },
          },
        ],
      });
      expect(run && isWithin(run, server)).toBe(true);
      expect(server).toMatchObject({ status: { code: 2 }, attributes: { 'http.response.status_code': 500 } });
      expect(service.entries.at(-1)).toMatchObject({ code: 'inference-failed' });
    }
  });

  test.each([
    [
      'CSV',
      'text/csv',
      `sepal_length,sepal_width,petal_length,petal_width\n${'5.1,3.5,1.4,0.2\n'.repeat(3_000)}`,
    ],
    ['NDJSON', 'application/x-ndjson', `[${SETOSA}]\n`.repeat(3_000)],
  ])(
    'of a file of lines in %s are one of each kind, which say how often and how long in all',
    async (_format, type, body) => {
      const request = { method: 'POST', path: '/predict/batch', headers: { 'content-type': type }, body };

      const { server, children } = await traceLast({}, 6, request, request);

      expect(names(children)).toEqual(['receive', 'decode', 'queue', 'run', 'encode']);
      expect(children.filter((child) => !isWithin(child, server))).toEqual([]);
      const runs = Number(children.find(({ name }) => name === 'run')?.attributes['onnx.count']);
      expect(runs).toBeGreaterThan(1);
      for (const { name, attributes, startedAt, endedAt } of children) {
        const { 'onnx.count': count, 'onnx.busy_ms': busyMs } = attributes;
        if (name !== 'receive') expect([name, count]).toEqual([name, runs]);
        expect(busyMs).toBeGreaterThanOrEqual(0);
        expect(busyMs).toBeLessThanOrEqual(endedAt - startedAt + 0.01);
      }
      expect(server.attributes['onnx.rows']).toBe(3_000);
    },
  );

  test('of a file of lines that the model fails on say so', async () => {
    const registry = createVersionsRegistry();
    registry.addModel('1.0.0', failingModel());
    const request = {
      method: 'POST',
      path: '/predict/batch',
      headers: { 'content-type': 'application/x-ndjson' },
      body: `[${SETOSA}]\n`.repeat(10),
    };

    const { server, children } = await traceLast({ MODEL_REGISTRY: registry.root }, 6, request);
    registry.remove();

    expect(names(children)).toEqual(['load', 'receive', 'decode', 'queue', 'run']);
    expect(children.at(-1)).toMatchObject({
      status: { code: 2 },
      attributes: { 'onnx.count': 11 },
      events: [{ name: 'exception' }],
    });
    expect(server.attributes['http.response.status_code']).toBe(500);
  });

  test('are named alike for whatever addresses there are not, and for methods that somebody made up', async () => {
    const { server } = await traceLast({}, 1, { method: 'BREW', path: '/coffee?milk=1' });

    expect(server).toMatchObject({
      name: 'HTTP',
      attributes: {
        'http.request.method': '_OTHER',
        'http.request.method_original': 'BREW',
        'http.response.status_code': 404,
        'url.path': '/coffee',
        'url.query': 'milk=1',
      },
    });
    expect(server.attributes).not.toHaveProperty('http.route');
  });

  test('come from a service that is told what to call itself', async () => {
    const { server } = await traceLast({ K_SERVICE: 'predict' }, 1, { path: '/nothing' });

    expect(server.resource).toMatchObject({ 'service.name': 'predict', 'telemetry.sdk.language': 'nodejs' });
  });

  test('leave the log in the order of the answers, also of those before OpenTelemetry was there', async () => {
    const { service } = await traceLast(
      {},
      1,
      ...Array.from({ length: 5 }, (_, index) =>
        predictRequest({ features: SETOSA }, { 'x-request-id': `${index}` }),
      ),
    );

    expect(service.entries.map(({ requestId }) => requestId)).toEqual(['0', '1', '2', '3', '4']);
  });
});
