import { execFileSync } from 'node:child_process';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { createMetrics } from '../../shared/serving/metrics/metrics';
import type { Observation } from '../../shared/serving/metrics/observation';

const PREDICTION: Observation = {
  route: '/predict/batch',
  protocol: 'native',
  status: 200,
  model: 'iris',
  version: '1.0.0',
  latencyMs: 2,
  queueMs: 0.2,
  runMs: 0.5,
  rows: 3,
  coldStart: false,
  classes: { setosa: 2, versicolor: 1, virginica: 0 },
};

/** The lines of a scrape that start like this. */
async function scrape(start: string, metrics = createMetrics()): Promise<string[]> {
  const { body } = await metrics.text();
  return body.split('\n').filter((line) => line.startsWith(start));
}

test('a prediction is counted by route, protocol, model, version and status', async () => {
  const metrics = createMetrics();

  metrics.record(PREDICTION);
  metrics.record(PREDICTION);
  metrics.record({ ...PREDICTION, status: 422 });

  const labels = 'route="/predict/batch",protocol="native",model="iris",version="1.0.0"';
  expect(await scrape('onnx_requests_total', metrics)).toEqual([
    `onnx_requests_total{${labels},status="200"} 2`,
    `onnx_requests_total{${labels},status="422"} 1`,
  ]);
});

test('a request that found no model has empty labels for it, and no series of a model', async () => {
  const metrics = createMetrics();

  metrics.record({
    route: 'unmatched',
    protocol: 'none',
    status: 404,
    latencyMs: 0.1,
    coldStart: false,
    model: undefined,
    version: undefined,
    queueMs: undefined,
    runMs: undefined,
    rows: 2,
    classes: undefined,
  });

  expect(await scrape('onnx_requests_total', metrics)).toEqual([
    'onnx_requests_total{route="unmatched",protocol="none",model="",version="",status="404"} 1',
  ]);
  expect(await scrape('onnx_batch_rows', metrics)).toEqual([]);
});

test.each([
  ['onnx_request_duration_seconds', '{route="/predict/batch",protocol="native"}', 0.002],
  ['onnx_queue_duration_seconds', '{model="iris",version="1.0.0"}', 0.0002],
  ['onnx_inference_duration_seconds', '{model="iris",version="1.0.0"}', 0.0005],
  ['onnx_batch_rows', '{model="iris",version="1.0.0"}', 3],
])('%s has the sum and the count of what it measured', async (name, labels, sum) => {
  const metrics = createMetrics();

  metrics.record(PREDICTION);

  expect(await scrape(`${name}_sum`, metrics)).toEqual([`${name}_sum${labels} ${sum}`]);
  expect(await scrape(`${name}_count`, metrics)).toEqual([`${name}_count${labels} 1`]);
});

test('a bucket counts everything up to its bound, the bound included', async () => {
  const metrics = createMetrics();

  for (const rows of [1, 2, 4, 5, 100_001]) metrics.record({ ...PREDICTION, rows });

  const counts = (await scrape('onnx_batch_rows_bucket', metrics)).map((line) =>
    /le="(.+)"\} (\d+)/.exec(line),
  );
  expect(counts.map((match) => match?.slice(1))).toEqual([
    ['1', '1'],
    ['4', '3'],
    ['16', '4'],
    ['64', '4'],
    ['256', '4'],
    ['1000', '4'],
    ['10000', '4'],
    ['100000', '4'],
    ['+Inf', '5'],
  ]);
});

test('predictions are counted by class, classes that were not predicted left out', async () => {
  const metrics = createMetrics();

  metrics.record(PREDICTION);
  metrics.record({ ...PREDICTION, classes: { 'a "b"\n': 1 } });

  expect(await scrape('onnx_predictions_total', metrics)).toEqual([
    'onnx_predictions_total{model="iris",version="1.0.0",class="setosa"} 2',
    'onnx_predictions_total{model="iris",version="1.0.0",class="versicolor"} 1',
    'onnx_predictions_total{model="iris",version="1.0.0",class="a \\"b\\"\\n"} 1',
  ]);
});

test('classes beyond the first 1 000 of a version are counted together', async () => {
  const metrics = createMetrics();
  const classes = Object.fromEntries(Array.from({ length: 1_003 }, (_, index) => [`class-${index}`, 1]));

  metrics.record({ ...PREDICTION, classes });

  const lines = await scrape('onnx_predictions_total', metrics);
  expect(lines).toHaveLength(1_001);
  expect(lines.at(-1)).toBe('onnx_predictions_total{model="iris",version="1.0.0",class="(other)"} 3');
});

test('loads are counted and timed by their outcome', async () => {
  const metrics = createMetrics();

  metrics.recordLoad({ model: 'iris', version: '1.0.0', outcome: 'ok', ms: 120 });
  metrics.recordLoad({ model: 'iris', outcome: 'failed', ms: 30_000 });

  expect(await scrape('onnx_model_loads_total', metrics)).toEqual([
    'onnx_model_loads_total{model="iris",version="1.0.0",outcome="ok"} 1',
    'onnx_model_loads_total{model="iris",version="",outcome="failed"} 1',
  ]);
  expect(await scrape('onnx_model_load_duration_seconds_sum', metrics)).toEqual([
    'onnx_model_load_duration_seconds_sum{model="iris",version="1.0.0",outcome="ok"} 0.12',
    'onnx_model_load_duration_seconds_sum{model="iris",version="",outcome="failed"} 30',
  ]);
});

test('cold starts are zero before the first', async () => {
  const metrics = createMetrics();
  expect(await scrape('onnx_cold_starts_total', metrics)).toEqual(['onnx_cold_starts_total 0']);

  metrics.record({ ...PREDICTION, coldStart: true });
  metrics.record(PREDICTION);

  expect(await scrape('onnx_cold_starts_total', metrics)).toEqual(['onnx_cold_starts_total 1']);
});

test('the limits are read anew for every scrape', async () => {
  const limits = { cpuCores: 0.5, memoryBytes: 536_870_912 };
  const metrics = createMetrics(() => limits);
  expect(await scrape('onnx_cpu_limit_cores', metrics)).toEqual(['onnx_cpu_limit_cores 0.5']);

  limits.memoryBytes *= 2;

  expect(await scrape('onnx_memory_limit_bytes', metrics)).toEqual(['onnx_memory_limit_bytes 1073741824']);
});

test('the limits of this process are those of its machine at most', async () => {
  const [cores, memory] = [await scrape('onnx_cpu_limit_cores'), await scrape('onnx_memory_limit_bytes')].map(
    ([line = '']) => Number(line.split(' ')[1]),
  );

  expect(cores).toBeGreaterThan(0);
  expect(cores).toBeLessThanOrEqual(availableParallelism());
  expect(memory).toBeGreaterThan(process.memoryUsage.rss());
  expect(memory).toBeLessThanOrEqual(totalmem());
});

test('a scrape is Prometheus text 0.0.4, each family with its help and type', async () => {
  const { contentType, body } = await createMetrics().text();

  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(body).toContain(
    '# HELP onnx_batch_rows Rows that a request asked predictions for.\n# TYPE onnx_batch_rows histogram\n',
  );
});

test('two scrapes at once, and one straight after, show no delay that was not measured', async () => {
  const metrics = createMetrics();

  const texts = [...(await Promise.all([metrics.text(), metrics.text()])), await metrics.text()];

  expect(texts.map(({ body }) => /lag_\w+ (?:nan|9223372036)/i.test(body))).toEqual([false, false, false]);
});

describe('prom-client', () => {
  afterEach(() => jest.resetModules().dontMock('prom-client'));

  /** The metrics over a prom-client that cannot be imported as often as this. */
  function createWithFailures(failures: number) {
    const imports = { count: 0 };
    jest.resetModules().doMock('prom-client', () => {
      imports.count++;
      if (imports.count <= failures) throw new Error('no such file');
      return jest.requireActual('prom-client');
    });
    const fresh = jest.requireActual<typeof import('../../shared/serving/metrics/metrics')>(
      '../../shared/serving/metrics/metrics',
    );
    return { imports, metrics: fresh.createMetrics() };
  }

  test('is imported by the first scrape and not before', async () => {
    const { imports, metrics } = createWithFailures(0);

    for (let request = 0; request < 5_000; request++) metrics.record(PREDICTION);
    metrics.recordLoad({ model: 'iris', outcome: 'ok', ms: 1 });
    expect(imports.count).toBe(0);

    await metrics.text();
    expect(imports.count).toBe(1);
  });

  test('that cannot be imported fails the scrape alone; the next has everything', async () => {
    const { metrics } = createWithFailures(1);

    metrics.record(PREDICTION);
    await expect(metrics.text()).rejects.toThrow('no such file');
    metrics.record(PREDICTION);

    expect(await scrape('onnx_batch_rows_count', metrics)).toEqual([
      'onnx_batch_rows_count{model="iris",version="1.0.0"} 2',
    ]);
  });

  test('keeps no process alive', () => {
    const program = join(__dirname, '../scrape-program.ts');

    const printed = execFileSync(process.execPath, [join(__dirname, '../../build/run.mjs'), program], {
      encoding: 'utf8',
      timeout: 20_000,
    });

    expect(printed).toBe('# HELP onnx_requests_total Requests answered.\n');
  });
});
