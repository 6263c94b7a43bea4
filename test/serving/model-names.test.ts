import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeKeySet } from '../key-sets';
import { json, openTestApp, predictRequest, type TestApp, type TestRequest } from '../test-app';

const KEYS = writeKeySet([
  { name: 'all', key: 'key-for-all' },
  { name: 'digits-only', key: 'key-for-digits', models: ['digits'] },
  { name: 'absent-only', key: 'key-for-absent', models: ['absent'] },
]);

const ACCESS = { ACCESS: 'keys', API_KEYS: KEYS };
const VERTEX = { AIP_HEALTH_ROUTE: '/vertex/health', AIP_PREDICT_ROUTE: '/vertex/predict' };

const keyed = (path: string, key: string): TestRequest => ({ path, headers: { 'x-api-key': key } });
const ROW = { features: [5.1, 3.5, 1.4, 0.2] };

/** A registry of two models, so that MODEL_NAME must say which is meant. */
let registry: string;
beforeAll(() => {
  registry = mkdtempSync(join(tmpdir(), 'model-names-'));
  for (const name of ['iris', 'digits']) {
    cpSync(join(__dirname, '../../model-artifacts', name), join(registry, name), { recursive: true });
  }
});
afterAll(() => rmSync(registry, { recursive: true }));

describe('a key for some models', () => {
  let app: TestApp;
  beforeAll(() => {
    app = openTestApp({ ...ACCESS, MODEL_REGISTRY: registry, ACCESS_OPEN: '' });
  });

  test('is not shown the metrics, whose series name every model', async () => {
    await app.request(predictRequest(ROW, { 'x-api-key': 'key-for-all' }));

    const refused = await app.request(keyed('/metrics', 'key-for-digits'));
    const shown = await app.request(keyed('/metrics', 'key-for-all'));

    expect(refused).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': expect.stringContaining('insufficient_scope') },
    });
    expect(String(refused.body)).not.toContain('iris');
    expect(shown).toMatchObject({ status: 200, body: expect.stringContaining('model="iris"') });
  });

  test.each([
    '/v2/models/absent',
    '/v2/models/absent/ready',
    '/v1/models/absent',
    '/v1/models/absent/metadata',
  ])('that is not there is told at %s that it is missing, and not what else there is', async (path) => {
    const { status, body } = await app.request(keyed(path, 'key-for-absent'));

    expect(status).toBe(404);
    expect(String(body)).not.toMatch(/iris|digits/);
  });

  test('is told of those that are its own, and any other key of all', async () => {
    const ofAll = json(await app.request(keyed('/v2/models/absent', 'key-for-all')));

    expect(ofAll['error']).toContain('models: digits, iris');
  });

  test.each(['/model-info', '/openapi.json'])(
    'is not told at %s what the model is called that is served where none is named',
    async (path) => {
      const { status, body } = await app.request(keyed(path, 'key-for-digits'));

      expect(status).toBe(403);
      expect(String(body)).not.toContain('iris');
    },
  );

  test('is not told at /predict either', async () => {
    const { status, body } = await app.request(predictRequest(ROW, { 'x-api-key': 'key-for-digits' }));

    expect(status).toBe(403);
    expect(String(body)).not.toContain('iris');
  });
});

describe('a service that does not know which of its models to serve', () => {
  const HEALTH = ['/ready', '/v2/health/ready', '/vertex/health'];

  test.each(HEALTH)('names none of them at %s to whoever asks', async (path) => {
    const { request } = openTestApp({ ...ACCESS, ...VERTEX, MODEL_REGISTRY: registry, MODEL_NAME: '' });

    await request(keyed('/model-info', 'key-for-all'));
    const { status, body } = await request({ path });

    expect(status).toBe(503);
    expect(String(body)).not.toMatch(/iris|digits/);
  });

  test('says to the log which there are', async () => {
    const { request, entries } = openTestApp({ ...ACCESS, MODEL_REGISTRY: registry, MODEL_NAME: '' });

    const { status, body } = await request(keyed('/model-info', 'key-for-digits'));

    expect(status).toBe(503);
    expect(String(body)).not.toMatch(/iris/);
    expect(JSON.stringify(entries.filter(({ severity }) => severity === 'ERROR'))).toContain('digits, iris');
  });
});

describe('a service whose model is missing', () => {
  test.each(['/ready', '/v2/health/ready', '/vertex/health'])(
    'does not say at %s what it is called, where callers have keys',
    async (path) => {
      const open = { ...VERTEX, MODEL_REGISTRY: registry, MODEL_NAME: 'fraud' };
      const closed = openTestApp({ ...open, ...ACCESS });
      await closed.request(keyed('/model-info', 'key-for-all'));

      const { status, headers, body } = await closed.request({ path });

      expect(status).toBe(503);
      expect(headers).toHaveProperty('retry-after');
      expect(String(body)).not.toContain('fraud');
      expect(String(body)).toContain('why is in the log');
    },
  );

  test('does not say to a key for that one which others there are, and does to the log and to a key of all', async () => {
    const { request, entries } = openTestApp({ ...ACCESS, MODEL_REGISTRY: registry, MODEL_NAME: 'absent' });

    const held = await request(predictRequest(ROW, { 'x-api-key': 'key-for-absent' }));
    const all = await request(predictRequest(ROW, { 'x-api-key': 'key-for-all' }));

    expect([held, all].map(({ status }) => status)).toEqual([503, 503]);
    expect(String(held.body)).not.toMatch(/iris|digits/);
    expect(String(all.body)).toMatch(/iris/);
    expect(JSON.stringify(entries.filter(({ severity }) => severity === 'ERROR'))).toMatch(/iris/);
  });

  test('says so where nobody needs a key', async () => {
    const { request } = openTestApp({ MODEL_REGISTRY: registry, MODEL_NAME: 'fraud' });
    await request({ path: '/model-info' });

    expect(String((await request({ path: '/ready' })).body)).toContain('fraud');
  });
});
