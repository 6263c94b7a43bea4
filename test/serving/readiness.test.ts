import { promote } from '../../shared/registry/state-changes';
import { json, openTestApp, predictRequest, type TestApp } from '../test-app';
import { createVersionsRegistry, type VersionsRegistry } from '../versions-registry';

const ROW = predictRequest({ features: [5.1, 3.5, 1.4, 0.2] });
const MAX_AGE_MS = 60_000;

let registry: VersionsRegistry;
let clock: number;

beforeEach(() => {
  registry = createVersionsRegistry('1.1.0');
  clock = 0;
});
afterEach(() => registry.remove());

const open = (env: Record<string, string> = {}): TestApp =>
  openTestApp({ MODEL_REGISTRY: registry.root, ...env }, { now: () => clock });

const statusOf = async (service: TestApp, target: 'serve' | 'modelInfo' = 'serve') =>
  (await service.request({ target, path: '/ready' })).status;

describe('an instance that has the model is ready', () => {
  test('where every answer has to look first at what is promoted', async () => {
    const service = open({ ROLLOUT_CHECK_MS: '0', ROLLOUT_MAX_AGE_MS: '0' });
    expect(await statusOf(service)).toBe(503);
    await service.request(ROW);

    expect(await statusOf(service)).toBe(200);
    expect(json(await service.request({ path: '/' }))).toMatchObject({ model_loaded: true });
  });

  test('where that is the manifest alone', async () => {
    const service = open({ ROLLOUT_CHECK_MS: '0', ROLLOUT_MAX_AGE_MS: '0' });
    expect(await statusOf(service, 'modelInfo')).toBe(503);
    await service.request({ target: 'modelInfo', path: '/' });

    expect(await statusOf(service, 'modelInfo')).toBe(200);
  });

  test('after a long time without a request, which makes the next one no cold start', async () => {
    const service = open();
    await service.request(ROW);
    clock += 2 * MAX_AGE_MS;

    expect(await statusOf(service)).toBe(200);
    clock += 2 * MAX_AGE_MS;
    const { headers } = await service.request(ROW);
    expect(headers['server-timing']).not.toContain('cold');
    expect(service.entries.at(-1)).toMatchObject({ message: 'POST /predict 200', coldStart: false });
  });

  test('while the version that was promoted meanwhile is loaded, which a probe begins', async () => {
    const service = open();
    await service.request(ROW);
    await registry.change(promote('1.1.0'));
    clock += MAX_AGE_MS;

    const statuses = new Set<number>();
    const isFollowed = () => service.entries.some(({ message }) => /answered by 1.1.0/.test(String(message)));
    for (let probe = 0; probe < 1_000 && !isFollowed(); probe++) {
      statuses.add(await statusOf(service));
      await new Promise(setImmediate);
    }

    expect(isFollowed()).toBe(true);
    expect([...statuses]).toEqual([200]);
  });
});

describe('an instance is not ready', () => {
  test('with a model that cannot be loaded, and says why', async () => {
    registry.damage('1.0.0');
    const service = open();
    await service.request(ROW);

    const answer = await service.request({ path: '/ready' });

    expect(answer.status).toBe(503);
    expect(json(answer)).toMatchObject({ status: 503, reason: 'corrupt-artifact' });
  });
});
