import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectPath } from '../../training/project-path';
import { type FaultServer, silence, startFaultServer } from '../fault-server';
import { type FunctionProcess, freePort, startFunction } from '../functions-process';
import { describeWithPrometheus, type Prometheus, startPrometheus, until } from './prometheus';

// An hour of the rules is a minute here, and the drift of an hour is waited for.
const SPEED = 60;
jest.setTimeout(120_000);

const SETOSA = [5.1, 3.5, 1.4, 0.2];
const VIRGINICA = [6.7, 3, 5.2, 2.3];

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const DASHBOARD = JSON.parse(
  readFileSync(projectPath('deploy/monitoring/grafana/dashboard.generated.json'), 'utf8'),
) as { readonly panels: readonly Panel[] };

const RULES = readFileSync(projectPath('deploy/monitoring/rules.yaml'), 'utf8');

/** Queries of the panels as Grafana sends them when nothing is chosen from its lists. */
const PANEL_QUERIES = DASHBOARD.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }): [title: string, expr: string] => [
    title,
    expr.replace(/\$(job|instance)\b/g, '.*').replaceAll('$__rate_interval', '5m'),
  ]),
);

const namesOf = (kind: 'alert' | 'record') =>
  [...RULES.matchAll(new RegExp(`- ${kind}: (\\S+)`, 'g'))].map(([, name = '']) => name);

/** Which service each alert is made to fire for: one has each fault. */
const FAULTS: Readonly<Record<string, string>> = {
  OnnxServiceDown: 'onnx-functions-restarted',
  OnnxErrors: 'onnx-functions-stuck',
  OnnxLatency: 'onnx-functions-stuck',
  OnnxCpu: 'onnx-functions-small',
  OnnxMemory: 'onnx-functions-small',
  OnnxColdStarts: 'onnx-functions-restarted',
  OnnxModelLoadFailures: 'onnx-functions-stuck',
  OnnxDrift: 'onnx-functions-shifted',
};

test('there is a fault for every alert', () => {
  expect(Object.keys(FAULTS).sort()).toEqual(namesOf('alert').sort());
});

describeWithPrometheus('Prometheus that scrapes live servers under load', () => {
  let prometheus: Prometheus;
  let bucket: FaultServer;
  const servers: FunctionProcess[] = [];
  const loads: Load[] = [];
  let restarts: Promise<void>;
  /** Every alert that was seen to fire, by name and job: some faults pass before their test has its turn. */
  const fired = new Set<string>();
  let watch: Load;

  async function start(options: Partial<Parameters<typeof startFunction>[0]> = {}): Promise<FunctionProcess> {
    const env = { MODEL_NAME: 'iris', ...options.env };
    const server = await startFunction({ target: 'serve', program: ['dist/server.js'], ...options, env });
    servers.push(server);
    return server;
  }

  beforeAll(async () => {
    bucket = await startFaultServer();
    const healthy = await start();
    const shifted = await start();
    const small = await start({
      // A tenth of a CPU and 64 MiB: less than Node takes by itself.
      runner: [projectPath('test/monitoring/small-container.sh'), '10', String(64 * 1024 * 1024)],
    });
    const stuck = await start({ env: stuckRegistry(bucket) });
    const port = await freePort();
    prometheus = await startPrometheus(
      {
        'onnx-functions-healthy': addressOf(healthy.port),
        'onnx-functions-shifted': addressOf(shifted.port),
        'onnx-functions-small': addressOf(small.port),
        'onnx-functions-stuck': addressOf(stuck.port),
        'onnx-functions-restarted': addressOf(port),
      },
      SPEED,
    );
    loads.push(
      startLoad(healthy.url, 25, mixedRequest),
      startLoad(small.url, 20, () => batch(Array(2_000).fill(SETOSA))),
      startLoad(stuck.url, 2, (index) => ofVersion(index % STUCK_VERSIONS)),
    );
    watch = repeat(5, 1_000, async () => {
      for (const { alertname, job } of await prometheus.firing()) fired.add(`${alertname} ${job}`);
    });
    await shift(shifted);
    restarts = restartOften(port);
    // It is waited for where it matters, and must not go unhandled until then.
    restarts.catch(() => {});
  });

  afterAll(async () => {
    for (const load of [watch, ...loads]) load.stop();
    await restarts.catch(() => {});
    await Promise.all(servers.map((server) => server.stop()));
    await prometheus.stop();
    await bucket.close();
  });

  /** Yesterday a day full of one flower, from now on the other. */
  async function shift({ url }: FunctionProcess): Promise<void> {
    await send(url, batch([SETOSA, VIRGINICA]));
    // What a counter begins with is no increase.
    await untilAny('onnx_predictions_total{job="onnx-functions-shifted"}');
    await send(url, batch(Array(5_000).fill(SETOSA)));
    loads.push(startLoad(url, 20, () => single(VIRGINICA)));
  }

  /** Starts and stops a server until it is noticed, and leaves it stopped. */
  async function restartOften(port: number): Promise<void> {
    const job = '{job="onnx-functions-restarted"}';
    for (let round = 0; round < 12; round++) {
      const server = await start({ port });
      // A connection that was kept to the server before is of no use.
      await until(() => succeeds(send(server.url, single(SETOSA))), 'an answer');
      await untilAny(`up${job} == 1`);
      await server.stop();
      await untilAny(`up${job} == 0`);
      if ((await prometheus.query(`onnx:cold_starts:30m${job} > 5`)).length > 0) return;
    }
    throw new Error('twelve restarts went unnoticed');
  }

  function untilAny(promql: string): Promise<void> {
    return until(async () => (await prometheus.query(promql)).length > 0, promql);
  }

  test.each(PANEL_QUERIES)('the panel "%s" shows data: %s', async (_title, expr) => {
    await until(async () => {
      const series = await prometheus.query(expr);
      return series.some(({ value }) => Number.isFinite(value));
    }, expr);
  });

  test.each(namesOf('record'))('%s is recorded', async (name) => {
    await untilAny(name);
  });

  test.each(Object.entries(FAULTS))('%s fires for %s', async (alertname, job) => {
    const alert = `${alertname} ${job}`;
    await until(async () => fired.has(alert), alert, 100_000);
  });

  test('every fault was noticed by its service alone', () => {
    expect([...fired].filter((alert) => alert.endsWith(' onnx-functions-healthy'))).toEqual([]);
  });

  test('the restarts were noticed', async () => {
    await restarts;
  });
});

const addressOf = (port: number) => `127.0.0.1:${port}`;

/** A load that failed is not tried again at once, so that each request asks for another version. */
const STUCK_VERSIONS = 30;

/** A bucket that has manifests, and never answers for an artifact. */
function stuckRegistry(bucket: FaultServer): Readonly<Record<string, string>> {
  const version = projectPath('model-artifacts/iris/1.0.0');
  const manifest = JSON.parse(readFileSync(`${version}/manifest.json`, 'utf8')) as object;
  const artifact = readFileSync(`${version}/model.onnx`);
  for (let patch = 0; patch < STUCK_VERSIONS; patch++) {
    const folder = `models/iris/1.0.${patch}`;
    bucket.put(
      `${folder}/manifest.json`,
      Buffer.from(JSON.stringify({ ...manifest, version: `1.0.${patch}` })),
    );
    bucket.put(`${folder}/model.onnx`, artifact);
    bucket.always(`${folder}/model.onnx`, silence);
  }
  return {
    MODEL_REGISTRY: 'gs://bucket/models',
    MODEL_VERSION: '1.0.0',
    GCS_API_ENDPOINT: bucket.endpoint,
    LOAD_TIMEOUT_MS: '700',
  };
}

interface TestRequest {
  readonly path: string;
  readonly body: string;
}

const single = (features: readonly number[]): TestRequest => ({
  path: '/predict',
  body: JSON.stringify({ features }),
});

const batch = (instances: readonly (readonly number[])[]): TestRequest => ({
  path: '/predict/batch',
  body: JSON.stringify({ instances }),
});

/** In the Open Inference Protocol, whose addresses name versions. */
const ofVersion = (patch: number): TestRequest => ({
  path: `/v2/models/iris/versions/1.0.${patch}/infer`,
  body: JSON.stringify({ inputs: [{ name: 'X', shape: [1, 4], datatype: 'FP32', data: SETOSA }] }),
});

/** Both routes, both classes, and one request in fifty that is wrong. */
function mixedRequest(index: number): TestRequest {
  if (index % 50 === 49) return single([]);
  return index % 2 === 0 ? single(SETOSA) : batch([SETOSA, VIRGINICA]);
}

/** Something that is done again and again until it is stopped. */
interface Load {
  stop(): void;
}

/** Sends at most `perSecond` requests a second, one at a time, for two minutes at most. */
function startLoad(url: string, perSecond: number, requestOf: (index: number) => TestRequest): Load {
  return repeat(perSecond, perSecond * 120, (index) => send(url, requestOf(index)));
}

function repeat(perSecond: number, times: number, work: (index: number) => Promise<void>): Load {
  let isStopped = false;
  void (async () => {
    for (let index = 0; index < times && !isStopped; index++) {
      await Promise.all([succeeds(work(index)), sleep(1_000 / perSecond)]);
    }
  })();
  return {
    stop() {
      isStopped = true;
    },
  };
}

function succeeds(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

async function send(url: string, { path, body }: TestRequest): Promise<void> {
  const answer = await fetch(`${url}${path}`, { method: 'POST', body });
  await answer.arrayBuffer();
}
