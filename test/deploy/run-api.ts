import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

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

/** The control API of Cloud Run for one service, Cloud Monitoring's counts of its answers, and Secret Manager. */
export interface RunApi {
  readonly url: string;
  /** Answers of the revision that is tried out, by class of status. */
  counts: Readonly<Record<string, number>>;
  /** What Cloud Monitoring answers instead of counts. */
  monitoring?: { readonly status: number; readonly body: string };
  /** Called when Cloud Monitoring is asked. */
  onWatched?: () => void;
  /** Where the revision answers that is tried out. */
  candidateUrl: string;
  /** From now on, Cloud Run refuses to change anything. */
  isReadOnly: boolean;
  secret: string;
  /** Makes another revision the one that is tried out, without traffic. */
  tag(revision: string): void;
  /** Percent of the traffic of the revision that was there, `old`, and of the one that is tried out, `new`. */
  traffic(): Record<string, number>;
  close(): Promise<void>;
}

export async function startRunApi(): Promise<RunApi> {
  const service = createService();
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const { status, text } = answer(request.method ?? '', request.url ?? '', body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    });
  });

  function answer(method: string, url: string, body: string): { status: number; text: string } {
    const ok = (value: unknown) => ({ status: 200, text: JSON.stringify(value) });
    if (url.includes('/prometheus/')) {
      api.onWatched?.();
      if (api.monitoring !== undefined) return { status: api.monitoring.status, text: api.monitoring.body };
      return ok(monitoringAnswer(api.counts));
    }
    if (url.includes('/secrets/')) {
      return ok({ name: url, payload: { data: Buffer.from(api.secret).toString('base64') } });
    }
    if (url.includes('/services/run.googleapis.com')) return ok({ state: 'ENABLED' });
    if (method === 'PUT' && api.isReadOnly) return { status: 403, text: '{"error": {"code": 403}}' };
    if (method === 'PUT') replace(service, JSON.parse(body) as Service, api.candidateUrl);
    return ok(service);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api: RunApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts: {},
    candidateUrl: 'https://candidate---server.example',
    isReadOnly: false,
    secret: '',
    tag(revisionName) {
      for (const target of [...service.spec.traffic, ...service.status.traffic]) delete target.tag;
      service.spec.traffic.push({ revisionName, tag: 'candidate' });
      service.status.traffic.push({ revisionName, tag: 'candidate', url: api.candidateUrl });
    },
    traffic: () => sharesOf(service.status.traffic),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return api;
}

/** gcloud makes up the names of new revisions. */
function sharesOf(traffic: readonly Target[]): Record<string, number> {
  const shares: Record<string, number> = {};
  for (const { revisionName, percent = 0 } of traffic) {
    const name = revisionName === 'server-1' ? 'old' : 'new';
    if (percent > 0) shares[name] = (shares[name] ?? 0) + percent;
  }
  return shares;
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
function replace(service: Service, wanted: Service, candidateUrl: string): void {
  const name = wanted.spec.template.metadata.name ?? service.status.latestReadyRevisionName;
  service.status['latestCreatedRevisionName'] = name;
  service.status.latestReadyRevisionName = name;
  service.spec = wanted.spec;
  service.status.traffic = wanted.spec.traffic.map((target) => ({
    ...target,
    revisionName: target.revisionName ?? name,
    ...(target.tag !== undefined && { url: candidateUrl }),
  }));
}

function monitoringAnswer(counts: Readonly<Record<string, number>>): unknown {
  const result = Object.entries(counts).map(([status, count]) => ({
    metric: { response_code_class: status },
    value: [0, String(count)],
  }));
  return { status: 'success', data: { resultType: 'vector', result } };
}

/** Variables by which gcloud and the scripts ask this API and nobody else. */
export function environmentOf(api: RunApi): Record<string, string> {
  const { hostname, port } = new URL(api.url);
  return {
    // gcloud puts the region before the host, so the API is a proxy instead of another host.
    CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN: 'http://run.googleapis.com/',
    CLOUDSDK_API_ENDPOINT_OVERRIDES_SECRETMANAGER: 'http://secretmanager.googleapis.com/',
    CLOUDSDK_PROXY_TYPE: 'http',
    CLOUDSDK_PROXY_ADDRESS: hostname,
    CLOUDSDK_PROXY_PORT: port,
    MONITORING_API: api.url,
    ACCESS_TOKEN: 'none',
    PROJECT: 'demo',
    REGION: 'us-central1',
  };
}
