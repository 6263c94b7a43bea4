import { type ApiRoute, found, ok, type RecordedRequest } from './functions-api';
import type { GcloudSandbox } from './gcloud';

type Json = Record<string, unknown>;

/** The description of a job, as far as the tests look into it. */
export interface Job {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: unknown;
}

/**
 * Answers what the real `gcloud run jobs` asks: jobs are remembered, so that the next deployment is an update, and
 * executions succeed at once.
 */
export function jobRoutes(): ApiRoute[] {
  const jobs = new Map<string, Json>();
  const keep = (path: string, { body }: RecordedRequest) => {
    const job = JSON.parse(body.toString());
    const metadata = { ...job.metadata, generation: 1, selfLink: path, uid: 'uid' };
    const kept = { ...job, metadata, status: conditions('Ready') };
    jobs.set(path, kept);
    return ok(kept);
  };
  return [
    [/^GET \/apis\/(.*\/jobs\/[^/:]+)$/, (_, [, path = '']) => found(jobs.get(path))],
    [
      /^POST \/apis\/(.*\/jobs)$/,
      (request, [, path]) => keep(`${path}/${JSON.parse(request.body.toString()).metadata.name}`, request),
    ],
    [/^PUT \/apis\/(.*\/jobs\/[^/:]+)$/, (request, [, path = '']) => keep(path, request)],
    [/^POST \/apis\/.*\/jobs\/([^/:]+):run$/, (_, [, name]) => ok(execution(`${name}-x7k2p`))],
    [/^GET \/apis\/.*\/executions\/([^/:]+)$/, (_, [, name = '']) => ok(execution(name))],
  ];
}

function execution(name: string): Json {
  return {
    apiVersion: 'run.googleapis.com/v1',
    kind: 'Execution',
    metadata: { name, namespace: 'demo', generation: 1 },
    spec: { taskCount: 8 },
    status: { ...conditions('Completed', 'Started'), succeededCount: 8 },
  };
}

function conditions(...types: readonly string[]): Json {
  return { observedGeneration: 1, conditions: types.map((type) => ({ type, status: 'True' })) };
}

/**
 * The environment in which `gcloud run` calls loopback. It puts the region before the name of the host, so that the
 * API is not called by its address but is the proxy on the way to Google.
 */
export function runEnvironment({ env }: GcloudSandbox, apiUrl: string): Readonly<Record<string, string>> {
  const { hostname, port } = new URL(apiUrl);
  return {
    ...env,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN: 'http://run.googleapis.com/',
    CLOUDSDK_PROXY_TYPE: 'http',
    CLOUDSDK_PROXY_ADDRESS: hostname,
    CLOUDSDK_PROXY_PORT: port,
  };
}
