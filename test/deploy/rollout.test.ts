import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGcloudSandbox, describeWithGcloud, type GcloudSandbox } from './gcloud';
import { runScript, type ScriptResult } from './script';

// Each step starts gcloud up to three times.
jest.setTimeout(120_000);

interface Target {
  revisionName?: string;
  percent?: number;
  tag?: string;
  url?: string;
  latestRevision?: boolean;
}

interface Service {
  spec: { traffic: Target[]; template: { metadata: { name?: string } } };
  status: { traffic: Target[]; latestReadyRevisionName: string; [member: string]: unknown };
  [member: string]: unknown;
}

/** The control API of Cloud Run for one service, and Cloud Monitoring's counts of its answers. */
interface RunApi {
  readonly url: string;
  /** Answers of the revision that is tried out, by class of status. */
  counts: Readonly<Record<string, number>>;
  /** Percent of the traffic of the revision that was there, `old`, and of the one that is tried out, `new`. */
  traffic(): Record<string, number>;
  close(): Promise<void>;
}

async function startRunApi(): Promise<RunApi> {
  const service = createService();
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const reply = (value: unknown): void => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
      };
      if (request.url?.includes('/prometheus/')) return reply(monitoringAnswer(api.counts));
      if (request.url?.includes('/services/run.googleapis.com')) return reply({ state: 'ENABLED' });
      if (request.method === 'PUT') replace(service, JSON.parse(body) as Service);
      reply(service);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api: RunApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts: {},
    traffic: () =>
      Object.fromEntries(
        service.status.traffic
          .filter(({ percent = 0 }) => percent > 0)
          // gcloud makes up the names of new revisions.
          .map(({ revisionName, percent = 0 }) => [revisionName === 'server-1' ? 'old' : 'new', percent]),
      ),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return api;
}

function createService(): Service {
  const ready = ['Ready', 'ConfigurationsReady', 'RoutesReady'].map((type) => ({ type, status: 'True' }));
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: {
      name: 'server',
      namespace: 'demo',
      generation: 1,
      resourceVersion: 'a',
      labels: {},
      annotations: {},
    },
    spec: {
      template: {
        metadata: {},
        spec: { containers: [{ image: 'europe-docker.pkg.dev/demo/images/server:1' }] },
      } as Service['spec']['template'],
      traffic: [{ revisionName: 'server-1', percent: 100 }],
    },
    status: {
      observedGeneration: 1,
      conditions: ready,
      url: 'https://server.example',
      address: { url: 'https://server.example' },
      latestCreatedRevisionName: 'server-1',
      latestReadyRevisionName: 'server-1',
      traffic: [{ revisionName: 'server-1', percent: 100 }],
    },
  };
}

/** A template with another name makes another revision; traffic goes where it is told to. */
function replace(service: Service, wanted: Service): void {
  const name = wanted.spec.template.metadata.name ?? service.status.latestReadyRevisionName;
  service.status['latestCreatedRevisionName'] = name;
  service.status.latestReadyRevisionName = name;
  service.spec = wanted.spec;
  service.status.traffic = wanted.spec.traffic.map((target) => ({
    ...target,
    revisionName: target.revisionName ?? name,
    ...(target.tag !== undefined && { url: `https://${target.tag}---server.example` }),
  }));
}

function monitoringAnswer(counts: Readonly<Record<string, number>>): unknown {
  const result = Object.entries(counts).map(([status, count]) => ({
    metric: { response_code_class: status },
    value: [0, String(count)],
  }));
  return { status: 'success', data: { resultType: 'vector', result } };
}

describe('rollout.mjs', () => {
  const run = (args: readonly string[], env: Record<string, string> = {}) =>
    runScript('rollout.mjs', args, env);

  test.each([
    ['no place', ['promote'], {}, 'PROJECT and REGION'],
    ['no such command', ['publish'], { PROJECT: 'demo', REGION: 'us-central1' }, 'got publish'],
    ['no image', ['candidate'], { PROJECT: 'demo', REGION: 'us-central1' }, 'expected an image'],
    [
      'more than all of the traffic',
      ['canary', '--percent=101'],
      { PROJECT: 'demo', REGION: 'us-central1' },
      '--percent: expected a number from 1 to 99, got 101',
    ],
  ])('refuses %s', async (_name, args, env, complaint) => {
    const { code, stderr } = await run(args, env);

    expect(code).toBe(1);
    expect(stderr).toContain(complaint);
  });
});

describeWithGcloud('rollout.mjs with real gcloud', () => {
  let api: RunApi;
  let gcloud: GcloudSandbox;

  beforeEach(async () => {
    api = await startRunApi();
    gcloud = createGcloudSandbox(api.url);
  });

  afterEach(async () => {
    gcloud.remove();
    await api.close();
  });

  function run(...args: string[]): Promise<ScriptResult> {
    const port = new URL(api.url).port;
    return runScript('rollout.mjs', args, {
      ...gcloud.env,
      // gcloud puts the region before the host, so the API is a proxy instead of another host.
      CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN: 'http://run.googleapis.com/',
      CLOUDSDK_PROXY_TYPE: 'http',
      CLOUDSDK_PROXY_ADDRESS: '127.0.0.1',
      CLOUDSDK_PROXY_PORT: port,
      MONITORING_API: api.url,
      ACCESS_TOKEN: 'none',
      PROJECT: 'demo',
      REGION: 'us-central1',
    });
  }

  const image = 'europe-docker.pkg.dev/demo/images/server:2';

  test('a candidate has an address and no traffic', async () => {
    const { code, stdout, stderr } = await run('candidate', image);

    expect({ code, stdout, stderr: code === 0 ? '' : stderr }).toEqual({
      code: 0,
      stdout: 'https://candidate---server.example\n',
      stderr: '',
    });
    expect(api.traffic()).toEqual({ old: 100 });
  });

  test('a canary that does well is promoted', async () => {
    await run('candidate', image);
    api.counts = { '2xx': 190, '5xx': 2 };

    expect((await run('canary', '--percent=20', '--minutes=0')).code).toBe(0);
    expect(api.traffic()).toEqual({ old: 80, new: 20 });

    expect((await run('promote')).code).toBe(0);
    expect(api.traffic()).toEqual({ new: 100 });
  });

  test('a canary that fails loses its traffic', async () => {
    await run('candidate', image);
    api.counts = { '2xx': 90, '5xx': 10 };

    const { code, stderr } = await run('canary', '--minutes=0');

    expect(code).toBe(1);
    expect(stderr).toContain(': 10 of 100 answers are 5xx, more than 0.05');
    expect(api.traffic()).toEqual({ old: 100 });
  });

  test('a canary that nobody called proves nothing', async () => {
    await run('candidate', image);
    api.counts = { '2xx': 3 };

    const { code, stderr } = await run('canary', '--minutes=0');

    expect(code).toBe(1);
    expect(stderr).toContain('3 answers tell nothing, expected 20 at least');
    expect(api.traffic()).toEqual({ old: 100 });
  });

  test('without a candidate nothing is promoted', async () => {
    const { code, stderr } = await run('promote');

    expect(code).toBe(1);
    expect(stderr).toContain('no revision is tagged candidate');
  });
});
