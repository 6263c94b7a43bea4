import { type FunctionProcess, startFunction } from '../functions-process';
import { json } from '../test-app';
import { send } from './send';

const ROW = [5.1, 3.5, 1.4, 0.2];
const JSON_TYPE = { 'content-type': 'application/json' };

describe.each([
  ['predict', { method: 'POST', body: JSON.stringify({ features: ROW }) }, '/predict', '/predict/batch'],
  [
    'predictBatch',
    { method: 'POST', body: JSON.stringify({ instances: [ROW] }) },
    '/predict/batch',
    '/predict',
  ],
  ['modelInfo', { method: 'GET' }, '/model-info', '/predict'],
])('%s deployed by itself', (target, request, ownPath, otherPath) => {
  let server: FunctionProcess;
  beforeAll(async () => {
    server = await startFunction({ target, env: { MODEL_NAME: 'iris' } });
  });
  afterAll(() => server.stop());

  test('answers at its root and at the path that serve has it under', async () => {
    const answers = await Promise.all(
      ['/', ownPath].map((path) => send(server.url, { ...request, path, headers: JSON_TYPE })),
    );

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.every(({ body }) => body.includes('setosa'))).toBe(true);
  });

  test('does not answer for the others', async () => {
    const { status, body } = await send(server.url, { method: 'POST', path: otherPath, body: '{}' });

    expect(status).toBe(404);
    expect(JSON.parse(body)).toMatchObject({
      paths: expect.arrayContaining(['/', ownPath, '/health', '/ready']),
    });
  });

  test('is chosen by FUNCTION_TARGET too, as the platform does', async () => {
    const framework = ['node_modules/.bin/functions-framework', '--source=dist'];
    const deployed = await startFunction({
      target,
      env: { MODEL_NAME: 'iris', FUNCTION_TARGET: target },
      program: framework,
    });

    const malformed = await send(deployed.url, { method: 'POST', body: '{', headers: JSON_TYPE });
    await deployed.stop();

    expect(malformed.headers['content-type']).toBe('application/problem+json');
  });
});

test('modelInfo loads no model', async () => {
  const server = await startFunction({ target: 'modelInfo', env: { MODEL_NAME: 'iris' } });

  const { body } = await send(server.url, { path: '/' });
  await server.stop();

  expect(json({ body })).toMatchObject({ loaded: false });
});

test('the first request of an instance can be a bad one', async () => {
  const server = await startFunction({ target: 'predict', env: { MODEL_NAME: 'iris' } });

  const { status, headers } = await send(server.url, { method: 'POST', body: '{', headers: JSON_TYPE });
  await server.stop();

  expect([status, headers['content-type']]).toEqual([400, 'application/problem+json']);
});

test('a setting that makes no sense stops the start and names the variable', async () => {
  const start = startFunction({ target: 'predict', env: { MAX_BATCH_ROWS: 'many' } });

  await expect(start).rejects.toThrow('MAX_BATCH_ROWS: expected an integer of at least 1, got "many"');
});
