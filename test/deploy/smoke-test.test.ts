import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FunctionProcess, startFunction } from '../functions-process';
import { writeKeySet } from '../key-sets';
import { createGcloudSandbox, describeWithGcloud } from './gcloud';
import { runScript } from './script';

const LINES = {
  'model-info': 'ok  model-info: iris 1.0.0, 4 features',
  predict: 'ok  predict: iris 1.0.0, setosa at 0.9766',
  'predict-batch': 'ok  predict-batch: iris 1.0.0, twice setosa at 0.9766',
};

/** The lines of the script, without the times they end with. */
function withoutTimes(stdout: string): string[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ \(\d+ ms\)$/, ''));
}

describe('smoke-test.sh', () => {
  let running: FunctionProcess | undefined;

  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });

  async function start(target: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    running = await startFunction({ target, env: { MODEL_NAME: 'iris', ...env } });
    return running.url;
  }

  test('tries every path of serve', async () => {
    const url = await start('serve');

    const { code, stdout, stderr } = await runScript('smoke-test.sh', [`${url}/`]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(withoutTimes(stdout)).toEqual(Object.values(LINES));
  });

  test.each([
    ['model-info', 'modelInfo'],
    ['predict', 'predict'],
    ['predict-batch', 'predictBatch'],
  ] as const)('tries %s deployed by itself', async (name, target) => {
    const url = await start(target);

    const { code, stdout, stderr } = await runScript('smoke-test.sh', [url, '--function', name]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(withoutTimes(stdout)).toEqual([LINES[name]]);
  });

  test('fails with the answer of a function that has no model', async () => {
    const url = await start('serve', { MODEL_REGISTRY: 'no-such-folder' });

    const { code, stdout, stderr } = await runScript('smoke-test.sh', [url]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^FAILED {2}\S+\/model-info: expected status 200, got 503: .*model-unavailable/);
  });

  test('fails when it is told of another function than the one that answers', async () => {
    const url = await start('modelInfo');

    const { code, stderr } = await runScript('smoke-test.sh', [url, '--function', 'predict']);

    expect(code).toBe(1);
    expect(stderr).toContain('expected status 422, got 405');
  });

  test('calls with TOKEN, and says what to do where that is not enough', async () => {
    let authorization: string | undefined;
    const server = createServer((request, response) => {
      authorization = request.headers.authorization;
      response.writeHead(403).end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;

    const { code, stderr } = await runScript('smoke-test.sh', [`http://127.0.0.1:${port}`], {
      TOKEN: 'a.b.c',
    });
    server.close();

    expect({ code, authorization }).toEqual({ code: 1, authorization: 'Bearer a.b.c' });
    expect(stderr).toContain('403, not allowed to call: see deploy/README.md');
  });

  test('calls a function that asks for keys with API_KEY, beside the token that IAM asks for', async () => {
    const keys = writeKeySet([{ name: 'delivery', key: 'key-of-delivery' }]);
    const url = await start('serve', { ACCESS: 'keys', API_KEYS: keys });

    const withKey = await runScript('smoke-test.sh', [url], { API_KEY: 'key-of-delivery', TOKEN: 'a.b.c' });
    const without = await runScript('smoke-test.sh', [url], { TOKEN: 'a.b.c' });

    expect({ code: withKey.code, stderr: withKey.stderr }).toEqual({ code: 0, stderr: '' });
    expect(withoutTimes(withKey.stdout)).toEqual(Object.values(LINES));
    expect({ code: without.code, stdout: without.stdout }).toEqual({ code: 1, stdout: '' });
    expect(without.stderr).toContain('401, not allowed to call: see deploy/README.md');
  });

  test.each([
    ['no address', [], 'expected one URL'],
    [
      'an unknown function',
      ['http://localhost', '--function', 'x'],
      'expected one of model-info, predict, predict-batch',
    ],
    ['an unknown option', ['--force'], "Unknown option '--force'"],
  ])('refuses %s', async (_, args, message) => {
    const { code, stdout, stderr } = await runScript('smoke-test.sh', args);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });
});

const METADATA: Readonly<Record<string, string>> = {
  'project/numeric-project-id': '123',
  'universe/universe-domain': 'googleapis.com',
  'instance/service-accounts/': 'default/\ndeployer@demo/\n',
  'instance/service-accounts/default/email': 'deployer@demo',
  'instance/service-accounts/default/identity': 'a.b.c',
  'instance/service-accounts/deployer@demo/':
    '{"email": "deployer@demo", "scopes": [], "aliases": ["default"]}',
  'instance/service-accounts/deployer@demo/token': '{"access_token": "t", "expires_in": 3600}',
};

describeWithGcloud('smoke-test.sh with real gcloud', () => {
  test('has a service account say for which service its token is, not for which revision', async () => {
    const audiences: (string | null)[] = [];
    // What a machine of Google Cloud asks who it is.
    const metadata = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://metadata');
      const name = pathname.replace(/^.*computeMetadata\/v1\//, '');
      if (name.endsWith('/identity')) audiences.push(searchParams.get('audience'));
      const answer = METADATA[name] ?? '';
      const type = answer.startsWith('{') ? 'application/json' : 'text/plain';
      response.writeHead(200, { 'metadata-flavor': 'Google', 'content-type': type }).end(answer);
    });
    await once(metadata.listen(0, '127.0.0.1'), 'listening');
    const gcloud = createGcloudSandbox('http://127.0.0.1:9');
    const { CLOUDSDK_AUTH_DISABLE_CREDENTIALS: _, ...env } = gcloud.env;

    // A region that there is not: the call itself gets no further than the name.
    const { code } = await runScript('smoke-test.sh', ['https://candidate---server-123.nowhere.run.app'], {
      ...env,
      GCE_METADATA_ROOT: `127.0.0.1:${(metadata.address() as AddressInfo).port}`,
    });
    gcloud.remove();
    metadata.close();

    expect(code).toBe(1);
    expect(audiences.at(-1)).toBe('https://server-123.nowhere.run.app');
  });
});
