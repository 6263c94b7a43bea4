import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectPath } from '../../training/project-path';
import { freePort } from '../functions-process';

const BINARY = projectPath('.cache/deploy-tools/bin/prometheus');
const CONFIG = projectPath('deploy/monitoring/prometheus.yaml');
const RULES = projectPath('deploy/monitoring/rules.yaml');

/** What a job scrapes: `host:port`, and the key that it shows there. */
export interface ScrapeTarget {
  readonly address: string;
  readonly key?: string;
}

/** What to scrape, by the name of the job. */
export type Jobs = Readonly<Record<string, ScrapeTarget>>;

/** One series of an answer: its labels and its value. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A Prometheus process with the rules of deploy/monitoring, for which time runs faster. */
export interface Prometheus {
  /** The answer to an instant query; its durations are made shorter like those of the rules. */
  query(promql: string): Promise<readonly Series[]>;
  /** What a list of Grafana offers: the values of a label among the series that a selector finds. */
  labelValues(label: string, selector: string): Promise<readonly string[]>;
  /** Labels of the alerts that fire now. */
  firing(): Promise<readonly Readonly<Record<string, string>>[]>;
  stop(): Promise<void>;
}

/** `describe` for suites that need Prometheus: skipped, with the reason printed, where it is not installed. */
export function describeWithPrometheus(name: string, suite: () => void): void {
  const reason = whyMissing();
  if (reason !== undefined && process.env['REQUIRE_PROMETHEUS'] === '1')
    throw new Error(`required: ${reason}`);
  if (reason !== undefined) process.stderr.write(`skipped: ${name}: ${reason}\n`);
  (reason === undefined ? describe : describe.skip)(name, suite);
}

function whyMissing(): string | undefined {
  if (!existsSync(BINARY)) return 'Prometheus is not there: .ci/install-deploy-tools.sh installs it';
  const { status } = spawnSync('unshare', ['--mount', 'true']);
  return status === 0 ? undefined : 'the limits of a container cannot be imitated: no mount namespaces';
}

/**
 * Starts Prometheus with deploy/monitoring's own configuration and rules, which scrapes these jobs instead.
 *
 * @param speed how many times faster time runs: every duration in the configuration, the rules and the queries is
 * divided by it, so that what takes ten minutes on call takes ten minutes / `speed` here.
 */
export async function startPrometheus(jobs: Jobs, speed: number): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const faster = (text: string) => shortenDurations(text, speed);
  const scrapeConfigs = Object.entries(jobs).map(([job, { address, key }]) => ({
    job_name: job,
    static_configs: [{ targets: [address] }],
    ...(key !== undefined && {
      authorization: { credentials_file: writeKey(join(folder, `${job}.key`), key) },
    }),
  }));
  const [head = ''] = readFileSync(CONFIG, 'utf8').split('scrape_configs:');
  // YAML takes JSON.
  const config = `${faster(head)}scrape_configs: ${JSON.stringify(scrapeConfigs)}\n`;
  writeFileSync(join(folder, 'prometheus.yaml'), config);
  writeFileSync(join(folder, 'rules.yaml'), faster(readFileSync(RULES, 'utf8')));

  const port = await freePort();
  const child = spawn(
    BINARY,
    [
      `--config.file=${join(folder, 'prometheus.yaml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--query.lookback-delta=${300_000 / speed}ms`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaint = '';
  child.stderr.on('data', (chunk) => (complaint += chunk));
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  const api = `http://127.0.0.1:${port}`;
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`Prometheus exited: ${complaint}`);
    return (await fetch(`${api}/-/ready`).catch(() => undefined))?.ok === true;
  }, 'Prometheus to be ready');

  async function ask<T>(path: string): Promise<T> {
    const answer = (await (await fetch(`${api}/api/v1/${path}`)).json()) as { data: T; error?: string };
    if (answer.error !== undefined) throw new Error(`${path} answered ${answer.error}`);
    return answer.data;
  }

  return {
    async query(promql) {
      const path = `query?query=${encodeURIComponent(faster(promql))}`;
      const { result } = await ask<{ result: { metric: Series['metric']; value: [number, string] }[] }>(path);
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    labelValues: (label, selector) => ask(`label/${label}/values?match[]=${encodeURIComponent(selector)}`),
    async firing() {
      const { alerts } = await ask<{ alerts: { state: string; labels: Record<string, string> }[] }>('alerts');
      return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels);
    },
    async stop() {
      process.off('exit', killWithParent);
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      rmSync(folder, { recursive: true });
    },
  };
}

function writeKey(path: string, key: string): string {
  writeFileSync(path, key);
  return path;
}

/** Durations stand in brackets, behind `offset`, and as the values of some members; a name like `rate5m` has none. */
const DURATION = /(\[|\boffset |\bfor: |_interval: )(\d+)([smhd])\b/g;
const MILLISECONDS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function shortenDurations(text: string, speed: number): string {
  return text.replace(DURATION, (_, before: string, count: string, unit: keyof typeof MILLISECONDS) => {
    return `${before}${(Number(count) * MILLISECONDS[unit]) / speed}ms`;
  });
}

/** Resolves once something is so; rejects, naming it, when it was not for too long. */
export async function until(isSo: () => Promise<boolean>, what: string, forMs = 20_000): Promise<void> {
  for (const giveUpAt = performance.now() + forMs; performance.now() < giveUpAt; await sleep(100)) {
    if (await isSo()) return;
  }
  throw new Error(`waited for ${what}`);
}
