import type { ServingError } from '../../shared/core/errors';
import { createMlflowClient, type MlflowClient } from '../../shared/mlflow/mlflow-client';
import { API, ARTIFACTS, bytes, json, type StubServer, silence, startStubServer } from './stub-server';

let server: StubServer;
let client: MlflowClient;
beforeEach(async () => {
  server = await startStubServer();
  client = createMlflowClient(
    { uri: server.url, headers: { authorization: 'Bearer abc' } },
    { timeoutMs: 300 },
  );
});
afterEach(() => server.close());

const RUN = { run_id: '1' };

test('every request says who asks', async () => {
  server.on('/', json({}));

  await client.get('runs/get', RUN);
  await client.post('runs/update', RUN);
  await client.list('0/1/artifacts');
  await client.upload('0/1/artifacts/a', Buffer.from('x'));
  await client.download('0/1/artifacts/a', 10);

  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(Array(5).fill('Bearer abc'));
  expect(server.requests.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['GET', `${API}/runs/get?run_id=1`, ''],
    ['POST', `${API}/runs/update`, '{"run_id":"1"}'],
    ['GET', `${ARTIFACTS}?path=0%2F1%2Fartifacts`, ''],
    ['PUT', `${ARTIFACTS}/0/1/artifacts/a`, 'x'],
    ['GET', `${ARTIFACTS}/0/1/artifacts/a`, ''],
  ]);
});

test('a path is encoded, part by part', async () => {
  server.on(ARTIFACTS, bytes('x'));

  await client.download('0/a b/50%?#é', 10);

  expect(server.requests[0]?.path).toBe(`${ARTIFACTS}/0/a%20b/50%25%3F%23%C3%A9`);
});

test.each([
  [404, 'RESOURCE_DOES_NOT_EXIST', 'object-not-found'],
  [400, 'RESOURCE_ALREADY_EXISTS', 'conflict'],
  [400, 'INVALID_PARAMETER_VALUE', 'store-unavailable'],
  [500, 'INTERNAL_ERROR', 'store-unavailable'],
])('status %i with %s is %s, in the words of the server', async (status, error_code, code) => {
  server.on(API, json({ error_code, message: 'no\u001b[2Jsuch\nthing' }, status));

  await expect(client.get('runs/get', RUN)).rejects.toMatchObject({
    code,
    message: `${server.url}, asked for runs/get: status ${status}, no [2Jsuch thing`,
  });
});

test.each([
  [401, 'MLFLOW_TRACKING_TOKEN, say who asks'],
  [403, 'may not do this'],
])('status %i says what to look at', async (status, hint) => {
  server.on(API, (response) => response.writeHead(status).end('<html>Unauthorized</html>'));

  await expect(client.get('runs/get', RUN)).rejects.toThrow(hint);
});

test('a redirect is not followed, so that nobody else gets the credentials', async () => {
  const other = await startStubServer();
  server.on('/', (response) => response.writeHead(302, { location: `${other.url}/login?token=1` }).end());

  await expect(client.get('runs/get', RUN)).rejects.toThrow(
    `${server.url} redirects to ${other.url}, and no credentials are taken there`,
  );
  await expect(client.download('0/a', 10)).rejects.toThrow('say so in MLFLOW_TRACKING_URI');
  expect(other.requests).toEqual([]);
  await other.close();
});

test('a server that is not there is named, with the reason', async () => {
  await server.close();

  const error = await client.get('runs/get', RUN).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: 'store-unavailable',
    message: `the tracking server ${server.url} cannot be reached`,
  });
  expect((error as ServingError).cause).toHaveProperty('code', 'ECONNREFUSED');
  server = await startStubServer();
});

test('a server that never answers is given up', async () => {
  server.on('/', silence);

  await expect(client.get('runs/get', RUN)).rejects.toThrow('did not answer within 1 s');
});

test('a server that stops in the middle of a file is given up', async () => {
  server.on(ARTIFACTS, (response) => response.write('x'));

  await expect(client.download('0/a', 100)).rejects.toThrow(
    `${server.url}, asked for 0/a: it went silent, or took longer than 1 s`,
  );
});

test('a server that hangs up in the middle of a file is told of', async () => {
  server.on(ARTIFACTS, (response) => response.write('x', () => response.destroy()));

  await expect(client.download('0/a', 100)).rejects.toThrow('asked for 0/a: the connection broke');
});

test.each([
  ['says so', { 'content-length': '11' }],
  ['does not say so', {}],
])('a file that is larger than it may be, and %s, is not read', async (_, headers) => {
  server.on(ARTIFACTS, (response) => response.writeHead(200, headers).end('x'.repeat(11)));

  await expect(client.download('0/a', 10)).rejects.toThrow('expected at most 10 bytes, got more');
});

test('what is no JSON comes from no tracking server', async () => {
  server.on('/', bytes('<html>'));

  await expect(client.get('runs/get', RUN)).rejects.toThrow('asked for runs/get: expected JSON');
});

test.each(['../secret', 'a/..', '/etc/passwd', 'a//b', '.', 'a\\b', 'a/\u0000'])(
  'the path %j of an artifact is never asked for',
  async (path) => {
    await expect(client.download(path, 10)).rejects.toThrow('expected the path of an artifact');
    await expect(client.upload(path, Buffer.of(1))).rejects.toThrow('expected the path of an artifact');
    await expect(client.list(path)).rejects.toThrow('expected the path of an artifact');
    expect(server.requests).toEqual([]);
  },
);

test.each(['../secret', '/etc/passwd', 'a/b', '..', '', 'a\\b'])(
  'a listing with a file %j is refused',
  async (path) => {
    server.on(ARTIFACTS, json({ files: [{ path, is_dir: false, file_size: 1 }] }));

    await expect(client.list('0')).rejects.toThrow('expected the name of a file');
  },
);
