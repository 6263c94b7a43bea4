import type { TabularManifest } from '../../shared/core/manifest';
import { createIrisRegistry, type IrisRegistry } from '../iris-registry';
import { openTestApp, predictRequest } from '../test-app';
import { filterOf, passes } from './log-filter';

const SETOSA = [5.1, 3.5, 1.4, 0.2];
/** The index of the class taken for a number. JSON leaves out what is undefined. */
const REGRESSION = {
  task: 'regression',
  output: { value: 'label' },
  classes: undefined,
  baseline: undefined,
} as unknown as Partial<TabularManifest>;

const single = predictRequest({ features: SETOSA });
const batch = { ...predictRequest({ instances: [SETOSA, SETOSA] }), path: '/predict/batch' };

let registry: IrisRegistry;
beforeEach(() => {
  registry = createIrisRegistry();
});
afterEach(() => registry.remove());

/** What the log has of some requests, as Cloud Logging keeps it; the first met a fresh instance. */
async function logOf(...requests: readonly Parameters<ReturnType<typeof openTestApp>['request']>[0][]) {
  const { app, entries, request } = openTestApp({ MODEL_REGISTRY: registry.root });
  for (const each of requests) await request(each);
  await app.close();
  return entries.map((jsonPayload) => ({ jsonPayload }));
}

describe('the sink of the prediction log', () => {
  const filter = filterOf('drift.tf', 'google_logging_project_sink.predictions');

  test.each([
    ['a classification', {}],
    ['a regression', REGRESSION],
  ])('keeps every prediction of %s, single or of many rows', async (_, members) => {
    registry.change(members);

    const entries = await logOf(single, batch);

    expect(entries.map((entry) => passes(entry, filter))).toEqual([true, true]);
  });

  test('keeps nothing else', async () => {
    const entries = await logOf({ path: '/health', method: 'GET' }, { path: '/model-info', method: 'GET' });

    expect(entries.filter((entry) => passes(entry, filter))).toEqual([]);
  });
});

describe('the metric', () => {
  const metric = (name: string) => filterOf('monitoring.tf', `google_logging_metric.${name}`);
  const timing = (field: string) => metric('timing').replace(/\$\{each\.value\.field\}/, field);

  test('of cold starts counts the first request alone', async () => {
    const entries = await logOf(single, single);

    expect(entries.map((entry) => passes(entry, metric('cold_start')))).toEqual([true, false]);
  });

  test('of predictions counts single ones of classes, whose number is bounded', async () => {
    const ofClasses = await logOf(single, batch);
    registry.change(REGRESSION);
    const ofNumbers = await logOf(single);

    expect([...ofClasses, ...ofNumbers].map((entry) => passes(entry, metric('predictions')))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each(['latencyMs', 'loadMs', 'validateMs', 'queueMs', 'runMs'])(
    'of %s has the time of a prediction',
    async (field) => {
      const [entry = {}] = await logOf(single);

      expect(passes(entry, timing(field))).toBe(true);
    },
  );

  test.each([
    [200, 'answered_requests'],
    [302, 'answered_requests'],
    [422, 'answered_requests'],
    // No instance has to be there for these: Cloud Run itself turns callers away, and has no instance to spare.
    [401, 'none'],
    [403, 'none'],
    [404, 'none'],
    [429, 'none'],
    [500, 'failed_requests'],
    [503, 'failed_requests'],
    [504, 'failed_requests'],
  ])('of what Cloud Run logs of a request answered with %i is %s', (status, expected) => {
    const entry = { httpRequest: { status } };
    const counting = ['answered_requests', 'failed_requests'].filter((name) => passes(entry, metric(name)));

    expect(counting).toEqual(expected === 'none' ? [] : [expected]);
  });

  test('of load failures counts a load that failed once, and not each request that met it', async () => {
    registry.change({ artifact: { ...registry.manifest().artifact, sha256: '0'.repeat(64) } });

    const entries = await logOf(single, single);

    expect(entries).toHaveLength(3);
    expect(entries.filter((entry) => passes(entry, metric('load_failures')))).toHaveLength(1);
  });
});
