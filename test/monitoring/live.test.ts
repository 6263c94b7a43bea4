import { readFileSync } from 'node:fs';
import { projectPath } from '../../training/project-path';
import { type FaultServer, silence, startFaultServer } from '../fault-server';
import { type FunctionProcess, freePort, startFunction } from '../functions-process';
import { writeKeySet } from '../key-sets';
import {
  batch,
  type Load,
  mixedRequest,
  ofVersion,
  repeat,
  SETOSA,
  send,
  single,
  startLoad,
  succeeds,
  VIRGINICA,
} from './load';
import { describeWithPrometheus, type Prometheus, startPrometheus, until } from './prometheus';

// An hour of the rules is a minute here, and the drift of an hour is waited for.
const SPEED = 60;
jest.setTimeout(120_000);

const SCRAPE_KEY = 'key-of-prometheus';

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const DASHBOARD = JSON.parse(
  readFileSync(projectPath('deploy/monitoring/grafana/dashboard.generated.json'), 'utf8'),
) as {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
};

const RULES = readFileSync(projectPath('deploy/monitoring/rules.yaml'), 'utf8');

/** A query as Grafana sends it when nothing is chosen from its lists. */
const withoutChoice = (query: string) =>
  query.replace(/\$(job|instance)\b/g, '.*').replaceAll('$__rate_interval', '5m');

const PANEL_QUERIES = DASHBOARD.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }): [title: string, expr: string] => [title, withoutChoice(expr)]),
);

/** The lists above the panels that are asked of Prometheus: `label_values(SELECTOR, LABEL)`. */
const LISTS = DASHBOARD.templating.list.flatMap(({ name, query }) => {
  const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(withoutChoice(query)) ?? [];
  return selector === undefined || label === undefined ? [] : [{ name, selector, label }];
});

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
    const locked = await start({
      env: { ACCESS: 'keys', API_KEYS: writeKeySet([{ name: 'prometheus', key: SCRAPE_KEY }]) },
    });
    const port = await freePort();
    prometheus = await startPrometheus(
      {
        'onnx-functions-healthy': addressOf(healthy.port),
        'onnx-functions-shifted': addressOf(shifted.port),
        'onnx-functions-small': addressOf(small.port),
        'onnx-functions-stuck': addressOf(stuck.port),
        'onnx-functions-restarted': addressOf(port),
        'onnx-functions-locked': { ...addressOf(locked.port), key: SCRAPE_KEY },
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

  test.each(LISTS)('the list $name offers the servers', async ({ label, selector }) => {
    expect((await prometheus.labelValues(label, selector)).length).toBeGreaterThan(3);
  });

  test('a server that asks for a key is scraped with one', async () => {
    await untilAny('up{job="onnx-functions-locked"} == 1');
  });

  test.each(namesOf('record'))('%s is recorded', async (name) => {
    await untilAny(name);
  });

  test.each(Object.entries(FAULTS))('%s fires for %s', async (alertname, job) => {
    const alert = `${alertname} ${job}`;
    await until(async () => fired.has(alert), alert, 100_000);
  });

  test('nothing was noticed of the servers without a fault', () => {
    expect([...fired].filter((alert) => / onnx-functions-(healthy|locked)$/.test(alert))).toEqual([]);
  });

  test('the restarts were noticed', async () => {
    await restarts;
  });
});

const addressOf = (port: number) => ({ address: `127.0.0.1:${port}` });

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
