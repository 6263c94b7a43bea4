import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FunctionProcess, startFunction } from '../functions-process';
import { writeKeySet } from '../key-sets';
import { predictRequest } from '../test-app';
import { type Received, send } from './send';

const folder = mkdtempSync(join(tmpdir(), 'keys-'));
const file = join(folder, 'api-keys.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ADA = { name: 'ada', key: 'key-of-ada', rate: '10/h' };

const HOSTS: readonly (readonly [string, { env?: Record<string, string>; program?: readonly string[] }])[] = [
  ['the Functions Framework', {}],
  ['the Functions Framework with RAW_HTTP=off', { env: { RAW_HTTP: 'off' } }],
  ['the container server', { program: ['dist/server.js'] }],
];

describe.each(HOSTS)('behind %s', (_, { env = {}, ...options }) => {
  let server: FunctionProcess;
  beforeAll(async () => {
    writeFileSync(file, writeKeySet([ADA]));
    server = await startFunction({
      target: 'serve',
      ...options,
      env: { MODEL_NAME: 'iris', ACCESS: 'keys', API_KEYS_FILE: file, API_KEYS_REFRESH_MS: '0', ...env },
    });
  });
  afterAll(() => server.stop());

  const predict = (headers: Record<string, string>): Promise<Received> =>
    send(server.url, predictRequest({ features: [5.1, 3.5, 1.4, 0.2] }, headers));

  test('only who has a key is answered, until it is revoked', async () => {
    const stranger = await predict({});
    const caller = await predict({ 'x-api-key': ADA.key });
    writeFileSync(file, writeKeySet([{ ...ADA, revoked: '2026-01-01' }]));
    const revoked = await predict({ authorization: `Bearer ${ADA.key}` });

    expect(stranger).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="onnx-functions"' },
    });
    expect(caller).toMatchObject({
      status: 200,
      headers: { ratelimit: expect.stringMatching(/^"rows";r=9;t=\d+$/) },
    });
    expect(revoked).toMatchObject({ status: 401, body: expect.stringContaining('the API key was revoked') });
  });

  test('probes are answered to everybody', async () => {
    const { status } = await send(server.url, { path: '/health' });

    expect(status).toBe(200);
  });
});
