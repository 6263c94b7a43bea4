import { type FunctionProcess, startFunction } from '../functions-process';
import { send } from '../hosts/send';
import { writeKeySet } from '../key-sets';
import { until } from '../monitoring/prometheus';
import { predictRequest } from '../test-app';
import { readYaml } from '../yaml';
import {
  allowsEgress,
  type ConfigMap,
  type Deployment,
  type Manifest,
  type MountedSecret,
  mountSecret,
  type NetworkPolicy,
  readManifest,
  readManifests,
} from './kubernetes';

const CONFIGURATION = readManifest<ConfigMap>('configuration.yaml', 'ConfigMap');
const { metadata, spec: POD } = readManifest<Deployment>('deployment.yaml', 'Deployment').spec.template;
const [CONTAINER] = POD.containers;

interface PrometheusConfig {
  readonly scrape_configs: readonly unknown[];
}

interface Service extends Manifest {
  readonly spec: { readonly clusterIP?: string };
}

const ADA = { name: 'ada', key: 'key-of-ada' };

/** README.md's `kubectl create secret generic onnx-functions-keys --from-file=api-keys.json`. */
const SECRETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'onnx-functions-keys': { 'api-keys.json': writeKeySet([ADA]) },
};

/** Starts the server as the Deployment does: with the variables that it takes over, and its volumes in their place. */
async function startPod(more: Readonly<Record<string, string>> = {}) {
  const env: Record<string, string> = {};
  for (const { configMapRef } of CONTAINER.envFrom) {
    expect(configMapRef.name).toBe(CONFIGURATION.metadata.name);
    Object.assign(env, CONFIGURATION.data);
  }
  const mounts = CONTAINER.volumeMounts.map(({ name, mountPath, subPath }) => {
    expect(subPath).toBeUndefined();
    const secretName = POD.volumes.find((volume) => volume.name === name)?.secret.secretName ?? '';
    const mounted = mountSecret(SECRETS[secretName] ?? {});
    for (const [variable, value] of Object.entries(env)) {
      if (value.startsWith(`${mountPath}/`)) env[variable] = value.replace(mountPath, mounted.folder);
    }
    return mounted;
  });
  const server = await startFunction({
    target: 'serve',
    program: ['dist/server.js'],
    env: { ...env, ...more },
  });
  return { server, mounts };
}

const predict = ({ url }: FunctionProcess, headers: Record<string, string>) =>
  send(url, predictRequest({ features: [5.1, 3.5, 1.4, 0.2] }, headers));

describe('a pod of deploy/kubernetes', () => {
  let server: FunctionProcess;
  let mounts: readonly MountedSecret[];
  beforeAll(async () => {
    ({ server, mounts } = await startPod({ API_KEYS_REFRESH_MS: '0' }));
  });
  afterAll(async () => {
    await server.stop();
    for (const mount of mounts) mount.remove();
  });

  test('lets its probes in: ready once the model is loaded, and alive', async () => {
    const { startupProbe, livenessProbe } = CONTAINER;
    await until(async () => (await fetch(`${server.url}${startupProbe.httpGet.path}`)).ok, 'the model');

    expect((await fetch(`${server.url}${livenessProbe.httpGet.path}`)).status).toBe(200);
  });

  test('is scraped as its annotations say, without a key', async () => {
    const { annotations } = metadata;
    expect(annotations['prometheus.io/scrape']).toBe('true');
    expect(annotations['prometheus.io/port']).toBe(String(CONTAINER.ports[0]?.containerPort));
    const scraped = await fetch(`${server.url}${annotations['prometheus.io/path']}`);

    expect(scraped.status).toBe(200);
    expect(await scraped.text()).toContain('onnx_memory_limit_bytes');
  });

  test('is found and scraped under the name that the rules are about', () => {
    const [{ scrape_configs: jobs }] = readYaml<PrometheusConfig>(
      'deploy/monitoring/prometheus-kubernetes.yaml',
    ) as [PrometheusConfig];
    const service = readManifests<Service>('service.yaml', 'Service').find(
      ({ spec }) => spec.clusterIP === 'None',
    );

    expect(jobs).toEqual([
      {
        job_name: 'onnx-functions',
        dns_sd_configs: [
          { names: [service?.metadata.name], type: 'A', port: CONTAINER.ports[0]?.containerPort },
        ],
      },
    ]);
  });

  test('answers whoever has a key of the Secret, and nobody else', async () => {
    expect((await predict(server, {})).status).toBe(401);
    expect((await predict(server, { 'x-api-key': ADA.key })).status).toBe(200);
  });

  test('lets a key in no longer once it is revoked in the Secret, without a restart', async () => {
    for (const mount of mounts) {
      mount.update({ 'api-keys.json': writeKeySet([{ ...ADA, revoked: '2026-01-01' }]) });
    }

    expect((await predict(server, { 'x-api-key': ADA.key })).status).toBe(401);
  });
});

test('callers behind the ingress are counted by their own address, and not by one they made up', async () => {
  const { server, mounts } = await startPod({
    ...{ ACCESS: '', ACCESS_OPEN: '', API_KEYS_FILE: '', RATE_LIMIT: '1/h' },
  });
  // The ingress adds the address that it was called from at the right end.
  const statuses: number[] = [];
  for (const forwarded of ['203.0.113.1', '203.0.113.2', '198.51.100.7, 203.0.113.1']) {
    statuses.push((await predict(server, { 'x-forwarded-for': forwarded })).status);
  }
  await server.stop();
  for (const mount of mounts) mount.remove();

  expect(statuses).toEqual([200, 200, 429]);
});

describe('the network policy', () => {
  const policy = readManifest<NetworkPolicy>('network.yaml', 'NetworkPolicy');
  const named = (name: string) => ({ labels: { 'app.kubernetes.io/name': name } });

  test.each([
    ['a bucket of Cloud Storage', { address: '142.250.1.1' }, 443],
    ['a Redis that counts for all pods', named('redis'), 6379],
    ['a Valkey', named('valkey'), 6379],
    ['a Redis at a private address', { address: '10.0.0.3' }, 6379],
    ['a collector of traces', named('opentelemetry-collector'), 4318],
    ["GKE's metadata server", { address: '169.254.169.252' }, 988],
    ["a node's cache of names", { address: '169.254.20.10' }, 53],
  ])('lets a pod reach %s', (_, to, port) => {
    expect(allowsEgress(policy, to, port)).toBe(true);
  });

  test.each([
    ['what else is in the cluster', named('postgres'), 5432],
    ['a private address by HTTPS', { address: '10.0.0.3' }, 443],
    ['a Redis of strangers', { address: '142.250.1.1' }, 6379],
    ['another port of the Redis', named('redis'), 22],
  ])('keeps a pod from %s', (_, to, port) => {
    expect(allowsEgress(policy, to, port)).toBe(false);
  });
});
