import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { projectPath } from '../../training/project-path';
import { type FunctionProcess, freePort, startFunction } from '../functions-process';
import { describeWithEmulator, EMULATOR } from '../gcs-emulator';
import { until } from '../monitoring/prometheus';
import { readYaml } from '../yaml';

interface Service {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly healthcheck: { readonly test: readonly string[] };
}

type ServiceName = 'server' | 'bucket' | 'prometheus' | 'grafana';

const [COMPOSE] = readYaml<{ readonly services: Readonly<Record<ServiceName, Service>> }>(
  'deploy/compose.yaml',
);
const { server, bucket, prometheus, grafana } = COMPOSE?.services ?? ({} as Record<ServiceName, Service>);

/** Where a service mounts a path of this project; the path is relative to deploy/. */
function mountOf({ volumes }: Service, path: string): string | undefined {
  const parts = volumes.map((volume) => volume.split(':'));
  return parts.find(([source = '']) => normalize(join('deploy', source)) === path)?.[1];
}

describeWithEmulator('the server of deploy/compose.yaml, with the bucket of that', () => {
  const folder = mkdtempSync(join(tmpdir(), 'compose-'));
  let storage: ChildProcess;
  let started: FunctionProcess;

  beforeAll(async () => {
    // What is /data there is a folder here, and its port one that is free.
    const data = mountOf(bucket, 'model-artifacts') ?? '';
    cpSync(projectPath('model-artifacts'), join(folder, data), { recursive: true });
    const port = String(await freePort());
    const here = (text: string) => text.replace('bucket:4443', `127.0.0.1:${port}`).replace(/^4443$/, port);
    const args = bucket.command.map((argument) =>
      argument === '/data' ? join(folder, '/data') : here(argument),
    );
    storage = spawn(EMULATOR, [...args, '-host', '127.0.0.1'], { stdio: 'ignore' });
    const env = Object.fromEntries(
      Object.entries(server.environment).map(([name, value]) => [name, here(value)]),
    );
    started = await startFunction({ target: 'serve', program: ['dist/server.js'], env });
  });

  afterAll(async () => {
    await started.stop();
    const exited = once(storage, 'exit');
    storage.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true });
  });

  /** The health check as the container runs it; its Node.js is ours. */
  function checkHealth(): Promise<boolean> {
    const [, , ...args] = server.healthcheck.test.map((part) => part.replace(':8080', `:${started.port}`));
    return new Promise((resolve) => execFile(process.execPath, args, (error) => resolve(error === null)));
  }

  test('is healthy once it has its model out of the bucket, and predicts', async () => {
    await until(checkHealth, 'the health check');
    const answer = await fetch(`${started.url}/predict`, {
      method: 'POST',
      body: JSON.stringify({ features: [5.1, 3.5, 1.4, 0.2] }),
    });

    expect(await answer.text()).toContain('"setosa"');
  });
});

test('Prometheus of deploy/compose.yaml scrapes its server, by the rules that are mounted beside its configuration', () => {
  const [config] = readYaml<{ scrape_configs: unknown; rule_files: readonly string[] }>(
    'deploy/monitoring/prometheus.yaml',
  );
  const mounted = mountOf(prometheus, 'deploy/monitoring/prometheus.yaml') ?? '';

  expect(prometheus.command).toContain(`--config.file=${mounted}`);
  expect(config?.rule_files.map((file) => join(mounted, '..', file))).toEqual([
    mountOf(prometheus, 'deploy/monitoring/rules.yaml'),
  ]);
  expect(config?.scrape_configs).toEqual([
    {
      job_name: 'onnx-functions',
      static_configs: [{ targets: [`server:${server.ports[0]?.split(':').at(-1)}`] }],
    },
  ]);
});

test('Grafana of deploy/compose.yaml finds its dashboard and its Prometheus', () => {
  const provisioning = 'deploy/monitoring/grafana/provisioning';
  const [dashboards] = readYaml<{ providers: readonly { options: { path: string } }[] }>(
    `${provisioning}/dashboards/onnx-functions.yaml`,
  );
  const [sources] = readYaml<{ datasources: readonly { url: string }[] }>(
    `${provisioning}/datasources/prometheus.yaml`,
  );

  expect(mountOf(grafana, provisioning)).toBe('/etc/grafana/provisioning');
  expect(join(mountOf(grafana, 'deploy/monitoring/grafana/dashboard.generated.json') ?? '', '..')).toBe(
    dashboards?.providers[0]?.options.path,
  );
  expect(sources?.datasources[0]?.url).toBe(`http://prometheus:${prometheus.ports[0]?.split(':').at(-1)}`);
});
