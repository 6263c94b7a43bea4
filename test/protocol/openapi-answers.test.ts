import type { OpenApiDocument } from '../../shared/protocol/openapi/document';
import { createSession } from '../../shared/runtime/session';
import { type RoutesParts, routesOf } from '../../shared/serving/routes';
import { createIrisRegistry } from '../iris-registry';
import { json, openTestApp, type TestApp } from '../test-app';
import { type Described, type DescribedApi, openDescribedApi } from './described-api';

const PREDICT_ROUTE = '/v1/endpoints/7/deployedModels/9:predict';

const registry = createIrisRegistry();
afterAll(() => registry.remove());

/** As Vertex AI starts a container, so that its routes are there too. */
const ENV = {
  MODEL_REGISTRY: registry.root,
  AIP_MODE: 'PREDICTION',
  AIP_HEALTH_ROUTE: '/v1/endpoints/7/deployedModels/9',
  AIP_PREDICT_ROUTE: PREDICT_ROUTE,
};

const PARTS = { readAsset: async () => Buffer.from('<!doctype html>') };

/** Files that pages load for themselves. */
const UNDESCRIBED = ['/assets/{file}', '/favicon.ico'];

let service: TestApp;
let api: DescribedApi;

beforeAll(async () => {
  service = openTestApp(ENV, PARTS);
  api = await describedBy(service);
});

async function describedBy(app: TestApp): Promise<DescribedApi> {
  return openDescribedApi(json(await app.request({ path: '/openapi.json' })) as unknown as OpenApiDocument);
}

/** Asks every operation that is chosen, and says what was not as described. */
async function ask(
  app: TestApp,
  chosen: (described: Described) => boolean,
  request: { headers?: Record<string, string>; body?: string } = {},
): Promise<{ statuses: number[]; wrong: unknown[] }> {
  const statuses: number[] = [];
  const wrong: unknown[] = [];
  for (const described of api.operations.filter(chosen)) {
    const { method, filledPath, path } = described;
    const body = request.body ?? api.requests.find((each) => each.described === described)?.body ?? '';
    const answer = await app.request({ method, path: filledPath, ...request, body });
    const misfits = api.misfits(described, answer);
    statuses.push(answer.status);
    if (misfits.length > 0) wrong.push({ path, status: answer.status, misfits });
  }
  return { statuses, wrong };
}

test('every route is described, and nothing else', () => {
  const routes = routesOf('serve', { config: service.config } as RoutesParts);
  const served = [...routes].filter(([path]) => !UNDESCRIBED.includes(path));

  expect(api.operations.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
    served.map(([path, { method }]) => `${method} ${path}`).sort(),
  );
});

test('the routes of Vertex AI are described only where it calls them', async () => {
  const { document } = await describedBy(openTestApp({ MODEL_REGISTRY: registry.root }));

  expect(Object.keys(document.paths).filter((path) => path.startsWith('/v1/endpoints'))).toEqual([]);
});

test('every request example is answered 200, as described', async () => {
  const wrong: unknown[] = [];
  for (const { described, type, name, body } of api.requests) {
    const { method, filledPath: path } = described;
    const answer = await service.request({ method, path, headers: { 'content-type': type }, body });
    const misfits = api.misfits(described, answer);
    if (answer.status !== 200 || misfits.length > 0)
      wrong.push({ path, name, body: `${answer.body}`, misfits });
  }

  expect(wrong).toEqual([]);
});

test('every GET is answered 200 as described, or 501 where that is', async () => {
  const { statuses, wrong } = await ask(service, ({ method }) => method === 'GET');

  expect(wrong).toEqual([]);
  expect(new Set(statuses)).toEqual(new Set([200, 501]));
});

test('examples of what GETs answer are what they do answer', async () => {
  const shown = api.operations.flatMap((described) => {
    const examples = api.answer(described, 200)?.content?.['application/json']?.examples;
    const example = examples?.['example'];
    return described.method === 'GET' && example !== undefined ? [{ described, example }] : [];
  });

  const answered = await Promise.all(
    shown.map(async ({ described }) => json(await service.request({ path: described.filledPath }))),
  );

  expect(shown.length).toBeGreaterThan(15);
  expect(answered).toEqual(shown.map(({ example }) => example.value));
});

test('a binary request is answered as described', async () => {
  const inputs = [{ name: 'X', shape: [1, 4], datatype: 'FP32', parameters: { binary_data_size: 16 } }];
  const header = Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } }));
  const row = Buffer.from(Float32Array.of(5.1, 3.5, 1.4, 0.2).buffer);
  const headers = {
    'content-type': 'application/octet-stream',
    'inference-header-content-length': String(header.length),
  };

  const answer = await service.request({
    method: 'POST',
    path: '/v2/models/iris/infer',
    headers,
    body: Buffer.concat([header, row]),
  });

  expect(answer.headers['content-type']).toBe('application/octet-stream');
  expect(api.misfits(api.operation('oipInfer'), answer)).toEqual([]);
  expect(api.answer(api.operation('oipInfer'), 200)?.headers).toHaveProperty(
    'Inference-Header-Content-Length',
  );
});

test.each([
  ['predict', '/predict', '{"features":{"sepal_length":1}}', 422],
  ['predict', '/predict', '{', 400],
  ['predict', '/predict', '{"inputs":[[1]]}', 400],
  ['predict', '/predict', '{"calls":[["a"]]}', 400],
  ['predict', '/predict', '{"calls":[],"userDefinedContext":{"model":"nope"}}', 404],
  ['predictBatch', '/predict/batch', '{"instances":[]}', 422],
  ['predictBatch', '/predict/batch', '{"instances":[],"parameters":{}}', 400],
  ['oipInfer', '/v2/models/iris/infer', '{"inputs":[]}', 400],
  ['oipInfer', '/v2/models/nope/infer', '{"inputs":[]}', 404],
  ['oipLoad', '/v2/repository/models/iris/load', '', 501],
  ['tfsPredict', '/v1/models/iris:predict', '{"instances":[[1,2]]}', 400],
  ['tfsLabelPredict', '/v1/models/iris/labels/nope:predict', '{"instances":[[1,2,3,4]]}', 404],
  ['vertexPredict', PREDICT_ROUTE, '{"instances":[[1]]}', 400],
  ['vertexPredict', PREDICT_ROUTE, '{', 400],
])('%s: POST %s of %s is answered %i as described', async (id, path, body, status) => {
  const answer = await service.request({ method: 'POST', path, body });

  expect([answer.status, api.misfits(api.operation(id), answer)]).toEqual([status, []]);
});

test.each([
  ['oipVersionModel', '/v2/models/iris/versions/9.9.9'],
  ['oipModelReady', '/v2/models/nope/ready'],
  ['tfsMetadata', '/v1/models/nope/metadata'],
  ['tfsLabelStatus', '/v1/models/iris/labels/nope'],
])('%s: GET %s is answered 404 as described', async (id, path) => {
  const answer = await service.request({ path });

  expect([answer.status, api.misfits(api.operation(id), answer)]).toEqual([404, []]);
});

test.each([
  [415, { 'content-encoding': 'br' }],
  [413, { 'content-length': '99999999999' }],
  [400, { 'content-encoding': 'gzip' }],
])(
  'a body that cannot be read is answered %i as described, wherever one is taken',
  async (status, headers) => {
    const takesBody = ({ operation }: Described) => operation.requestBody !== undefined;

    const { statuses, wrong } = await ask(service, takesBody, { headers, body: '{}' });

    expect(wrong).toEqual([]);
    expect(new Set(statuses)).toEqual(new Set([status]));
  },
);

test('without a model that can be loaded, whatever needs it answers 503 as described', async () => {
  const broken = openTestApp(ENV, { ...PARTS, createSession: () => Promise.reject(new Error('no')) });

  const { statuses, wrong } = await ask(broken, () => true);

  expect(wrong).toEqual([]);
  expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(15);
});

test('a model that fails to run is answered 500 as described, by whatever runs it', async () => {
  const failing = openTestApp(ENV, {
    ...PARTS,
    createSession: async (model, options) => ({
      ...(await createSession(model, options)),
      run: () => Promise.reject(new Error('no')),
    }),
  });
  const runs = ({ operation }: Described) => operation.responses['500'] !== undefined;

  const { statuses, wrong } = await ask(failing, runs);

  expect(wrong).toEqual([]);
  expect(statuses).toEqual([500, 500, 500, 500, 500, 500, 500, 500]);
});
