import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenApiDocument } from '../../shared/protocol/openapi/document';
import { json, openTestApp, type TestApp } from '../test-app';
import { type DescribedApi, openDescribedApi } from './described-api';

const b64 = readFileSync(join(__dirname, '../images/small.png')).toString('base64');

let service: TestApp;
let api: DescribedApi;

beforeAll(async () => {
  service = openTestApp({
    MODEL_NAME: 'digits',
    AIP_MODE: 'PREDICTION',
    AIP_HEALTH_ROUTE: '/vertex/health',
    AIP_PREDICT_ROUTE: '/vertex',
  });
  api = openDescribedApi(
    json(await service.request({ path: '/openapi.json' })) as unknown as OpenApiDocument,
  );
});

test('every request example of a model of images is answered 200, as described', async () => {
  const answers = await Promise.all(
    api.requests.map(async ({ described, type, name, body }) => {
      const { method, filledPath: path } = described;
      const answer = await service.request({ method, path, headers: { 'content-type': type }, body });
      return { path, name, status: answer.status, misfits: api.misfits(described, answer) };
    }),
  );

  expect(answers.filter(({ status, misfits }) => status !== 200 || misfits.length > 0)).toEqual([]);
  expect(answers.map(({ path, name }) => `${path} ${name}`)).toEqual(
    expect.arrayContaining(['/predict image', '/predict vertex', '/predict/batch images', '/vertex vertex']),
  );
});

test.each(['predict', 'predictBatch', 'predictUrl'])('%s takes top_k from the query', (id) => {
  expect(api.operation(id).operation.parameters).toContainEqual({
    name: 'top_k',
    in: 'query',
    description: 'As `top_k` in the body, which comes first',
    schema: { type: 'integer', minimum: 1, description: 'How many classes to answer with', default: 3 },
  });
});

const FORMS: readonly [what: string, id: string, path: string, body: unknown, isTaken: boolean][] = [
  ['an image', 'predict', '/predict', { image: { b64 }, top_k: 1 }, true],
  ['instances', 'predict', '/predict', { instances: [{ b64 }, { image: { b64 } }] }, true],
  ['parameters', 'predict', '/predict', { instances: [{ b64 }], parameters: { top_k: 1 } }, true],
  ['images', 'predictBatch', '/predict/batch', { instances: [{ image: { b64 } }], top_k: 1 }, true],
  ['parameters', 'predictBatch', '/predict/batch', { instances: [{ b64 }], parameters: {} }, true],
  ['instances', 'vertexPredict', '/vertex', { instances: [{ b64 }] }, true],
  ['another member', 'predict', '/predict', { image: { b64 }, other: 1 }, false],
  ['top_k of an instance', 'predict', '/predict', { instances: [{ image: { b64 }, top_k: 1 }] }, false],
  ['Vertex AI alone', 'predictBatch', '/predict/batch', { instances: [{ b64 }] }, false],
  ['another member', 'predictUrl', '/predict/url', { url: 'https://a.example/b.png', other: 1 }, false],
];

test.each(FORMS)('%s: %s takes it, or not, as described', async (_what, id, path, body, isTaken) => {
  const described = api.operation(id);

  const answer = await service.request({ method: 'POST', path, body: JSON.stringify(body) });

  expect([answer.status === 200, api.fitsRequest(described, body)]).toEqual([isTaken, isTaken]);
  expect(api.misfits(described, answer)).toEqual([]);
});
