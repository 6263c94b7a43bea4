import { createRegistry } from '../../shared/registry/registry';
import { promote, setShadow } from '../../shared/registry/state-changes';
import { createSession } from '../../shared/runtime/session';
import type { ShadowCopy, ShadowOutcome } from '../../shared/serving/shadow/shadow-copy';
import { createShadowRunner } from '../../shared/serving/shadow/shadow-runner';
import type { ShadowProcess } from '../../shared/serving/shadow/shadows';
import { openTestApp, predictRequest, type TestApp } from '../test-app';
import { createVersionsRegistry, type VersionsRegistry } from '../versions-registry';

const ROW = predictRequest({ features: [5.1, 3.5, 1.4, 0.2] }, { 'x-request-id': 'order-66' });

let registry: VersionsRegistry;
beforeEach(async () => {
  registry = createVersionsRegistry('1.1.0');
  await registry.change(setShadow({ version: '1.1.0', percent: 100 }));
});
afterEach(() => registry.remove());

/** Answers copies as the process does, here, and remembers them. */
function startShadow(): ShadowProcess & { readonly outcomes: Promise<ShadowOutcome>[] } {
  const run = createShadowRunner({
    openRegistry: async () => createRegistry(registry.store),
    createSession,
    threads: 1,
    now: () => performance.now(),
  });
  const outcomes: Promise<ShadowOutcome>[] = [];
  return {
    outcomes,
    run(copy) {
      const outcome = run(copy);
      outcomes.push(outcome);
      return outcome;
    },
    stop: () => {},
  };
}

interface Opened {
  readonly service: TestApp;
  /** Resolves when every copy has been answered and noted. */
  settled(): Promise<void>;
  shadowEntries(): TestApp['entries'];
}

function open(): Opened {
  const shadow = startShadow();
  const service = openTestApp({ MODEL_REGISTRY: registry.root }, { startShadow: () => shadow });
  return {
    service,
    async settled() {
      await Promise.all(shadow.outcomes);
      await new Promise(setImmediate);
    },
    shadowEntries: () => service.entries.filter((entry) => 'shadowOutcome' in entry),
  };
}

describe('a shadow', () => {
  test('answers a copy, which is compared and logged, and the caller sees nothing of it', async () => {
    const { service, settled, shadowEntries } = open();

    const response = await service.request(ROW);
    await settled();

    expect(response.headers).toMatchObject({ 'x-model-version': '1.0.0', 'x-version-reason': 'default' });
    expect(shadowEntries()).toEqual([
      {
        severity: 'INFO',
        message: 'shadow iris/1.1.0 agrees with 1.0.0',
        'logging.googleapis.com/labels': { model: 'iris', version: '1.1.0' },
        requestId: 'order-66',
        model: 'iris',
        version: '1.0.0',
        shadowVersion: '1.1.0',
        rows: 1,
        shadowOutcome: 'compared',
        shadowRunMs: expect.any(Number),
        agreement: 1,
        maxDifference: 0,
        prediction: 'setosa',
      },
    ]);
  });

  test.each([
    [
      'a batch',
      {
        ...predictRequest({
          instances: [
            [5.1, 3.5, 1.4, 0.2],
            [6.7, 3, 5.2, 2.3],
          ],
        }),
        path: '/predict/batch',
      },
      2,
    ],
    [
      'the Open Inference Protocol',
      {
        ...predictRequest({
          inputs: [{ name: 'X', datatype: 'FP32', shape: [1, 4], data: [5.1, 3.5, 1.4, 0.2] }],
        }),
        path: '/v2/models/iris/infer',
      },
      1,
    ],
  ])('is given what came as %s', async (_, request, rows) => {
    const { service, settled, shadowEntries } = open();

    await service.request(request);
    await settled();

    expect(shadowEntries()).toEqual([expect.objectContaining({ rows, agreement: 1 })]);
  });

  test('is not given what asked for a version, nor what failed', async () => {
    const { service, settled, shadowEntries } = open();

    await service.request({ ...ROW, path: '/predict?version=1.0.0' });
    await service.request({ ...ROW, path: '/predict?version=production' });
    await service.request(predictRequest({ features: [5.1] }));
    await settled();

    expect(shadowEntries()).toEqual([]);
  });

  test('ends when its version is promoted', async () => {
    await registry.change(promote('1.1.0'));
    const { service, settled, shadowEntries } = open();

    await service.request(ROW);
    await settled();

    expect(shadowEntries()).toEqual([]);
  });

  test.each([
    ['is broken', () => registry.damage('1.1.0'), /model\.onnx" has \d+ bytes, expected/],
    [
      'takes other features',
      () =>
        registry.add('1.1.0', ({ features }) => ({
          features: [...features].reverse(),
        })),
      /1\.1\.0 makes its input in another way than 1\.0\.0/,
    ],
  ])('that %s fails no request, and the log says why', async (_, harm, reason) => {
    harm();
    const { service, settled, shadowEntries } = open();

    const { status } = await service.request(ROW);
    await settled();

    expect(status).toBe(200);
    expect(shadowEntries()).toEqual([
      expect.objectContaining({
        severity: 'WARNING',
        shadowOutcome: 'failed',
        message: expect.stringMatching(reason),
      }),
    ]);
  });
});

describe('the copying', () => {
  /** A process that answers when a test says so. */
  function heldProcess() {
    const copies: ShadowCopy[] = [];
    const endings: ((outcome: ShadowOutcome | Error) => void)[] = [];
    let starts = 0;
    let stops = 0;
    return {
      copies,
      counts: () => ({ starts, stops }),
      endAll(outcome: ShadowOutcome | Error) {
        for (const end of endings.splice(0)) end(outcome);
      },
      start: (): ShadowProcess => {
        starts += 1;
        return {
          run: (copy) =>
            new Promise((resolve, reject) => {
              copies.push(copy);
              endings.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)));
            }),
          stop() {
            stops += 1;
          },
        };
      },
    };
  }

  async function metricOf(service: TestApp, outcome: string): Promise<string | undefined> {
    const { body } = await service.request({ path: '/metrics' });
    return new RegExp(`onnx_shadow_copies_total\\{.*outcome="${outcome}"\\} (\\d+)`).exec(String(body))?.[1];
  }

  test('drops what comes while others wait, and counts it', async () => {
    const held = heldProcess();
    const service = openTestApp({ MODEL_REGISTRY: registry.root }, { startShadow: held.start });

    for (let request = 0; request < 10; request++) await service.request(ROW);
    held.endAll({ outcome: 'compared', runMs: 1 });
    await new Promise(setImmediate);
    await service.request(ROW);

    expect(held.copies).toHaveLength(5);
    expect(await metricOf(service, 'shed')).toBe('6');
    expect(await metricOf(service, 'compared')).toBe('4');
  });

  test('rests after its process ended, and starts another one later', async () => {
    const held = heldProcess();
    let clock = 0;
    const service = openTestApp(
      { MODEL_REGISTRY: registry.root, ROLLOUT_MAX_AGE_MS: '1000000' },
      { startShadow: held.start, now: () => clock },
    );
    await service.request(ROW);
    held.endAll(new Error('its process ended (SIGKILL)'));
    await new Promise(setImmediate);

    await service.request(ROW);
    const resting = held.counts();
    clock += 60_000;
    await service.request(ROW);

    expect(resting).toEqual({ starts: 1, stops: 1 });
    expect(held.counts()).toEqual({ starts: 2, stops: 1 });
    expect(await metricOf(service, 'failed')).toBe('1');
    expect(await metricOf(service, 'shed')).toBe('1');
  });

  test('takes its share of the requests', async () => {
    await registry.change(setShadow({ version: '1.1.0', percent: 25 }));
    const { service, settled, shadowEntries } = open();

    for (let request = 0; request < 200; request++) {
      await service.request({ ...ROW, headers: { ...ROW.headers, 'x-request-id': `request-${request}` } });
      await settled();
    }

    expect(shadowEntries().length).toBeGreaterThan(25);
    expect(shadowEntries().length).toBeLessThan(75);
  });
});
