import { readFileSync } from 'node:fs';
import http from 'node:http';
import { encodeWideClassifier } from '../../bench/prepare/wide-classifier';
import { promote, rollback, splitTraffic } from '../../shared/registry/state-changes';
import { projectPath } from '../../training/project-path';
import { type FunctionProcess, startFunction } from '../functions-process';
import { createVersionsRegistry, type VersionsRegistry } from '../versions-registry';

const CONNECTIONS = 16;
/** Bounds the load: nothing here takes longer. */
const MAX_REQUESTS = 200_000;

jest.setTimeout(180_000);

interface Answer {
  /** Order in which requests were sent, and in which answers came, on one counter. */
  readonly sent: number;
  readonly received: number;
  readonly status: number;
  readonly version: string | undefined;
}

/** Requests on 16 connections, each sending the next when it has its answer, until it is stopped. */
interface Load {
  readonly answers: readonly Answer[];
  /** A point on the counter of the answers. */
  mark(): number;
  /** Waits until as many more answers have come. */
  more(count: number): Promise<void>;
  /** Waits for an answer that is to be seen. */
  until(isWanted: (answer: Answer) => boolean): Promise<Answer>;
  stop(): Promise<void>;
}

function startLoad(url: string, path = '/predict', count = CONNECTIONS): Load {
  const agent = new http.Agent({ keepAlive: true, maxSockets: count });
  const answers: Answer[] = [];
  const listeners = new Set<(answer: Answer) => void>();
  let counter = 0;
  let isStopped = false;

  async function connection(): Promise<void> {
    while (!isStopped && answers.length < MAX_REQUESTS) {
      const sent = ++counter;
      const { status, version } = await predict(url + path, agent);
      const answer = { sent, received: ++counter, status, version };
      answers.push(answer);
      for (const listener of listeners) listener(answer);
    }
  }
  const connections = Promise.all(Array.from({ length: count }, connection));

  const until = (isWanted: (answer: Answer) => boolean) =>
    new Promise<Answer>((resolve) => {
      const listener = (answer: Answer) => {
        if (!isWanted(answer)) return;
        listeners.delete(listener);
        resolve(answer);
      };
      listeners.add(listener);
    });
  return {
    answers,
    until,
    mark: () => counter,
    async more(count) {
      const enough = answers.length + count;
      await until(() => answers.length >= enough);
    },
    async stop() {
      isStopped = true;
      await connections;
      agent.destroy();
    },
  };
}

const BODY = JSON.stringify({ features: [5.1, 3.5, 1.4, 0.2] });

function predict(url: string, agent: http.Agent): Promise<{ status: number; version: string | undefined }> {
  return new Promise((resolve) => {
    const request = http.request(
      url,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': BODY.length },
      },
      (response) => {
        response.resume();
        const version = response.headers['x-model-version'];
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            version: typeof version === 'string' ? version : undefined,
          }),
        );
      },
    );
    // A connection that breaks is a failed request.
    request.on('error', () => resolve({ status: 0, version: undefined }));
    request.end(BODY);
  });
}

const countVersions = (answers: readonly Answer[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status, version } of answers) {
    const what = status === 200 ? String(version) : `status ${status}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return counts;
};

let registry: VersionsRegistry;
let server: FunctionProcess;

async function start(...versions: readonly string[]): Promise<void> {
  registry = createVersionsRegistry(...versions);
  server = await startFunction({
    target: 'serve',
    program: [projectPath('dist/server.js')],
    env: { MODEL_REGISTRY: registry.root, MODEL_NAME: 'iris', ROLLOUT_CHECK_MS: '20', LOG_LEVEL: 'error' },
  });
}

afterEach(async () => {
  await server.stop();
  registry.remove();
});

test('promoting, splitting, rolling back and breaking versions under load fails no request and never answers by a version that is not allowed', async () => {
  await start('1.1.0', '2.0.0');
  registry.damage('2.0.0');
  const load = startLoad(server.url);
  const byAlias = startLoad(server.url, '/predict?version=production', 4);
  await load.more(1_000);

  /** Makes a change, and gives what was answered from when its first effect was seen. */
  async function change(
    made: Parameters<VersionsRegistry['change']>[0],
    isEffect: (answer: Answer) => boolean,
  ) {
    const before = load.mark();
    await registry.change(made);
    const effect = await load.until((answer) => answer.sent > before && isEffect(answer));
    await load.more(1_500);
    return effect.received;
  }

  const promoted = await change(promote('1.1.0'), ({ version }) => version === '1.1.0');
  const broken = load.mark();
  await registry.change(promote('2.0.0'));
  await load.more(3_000);
  await registry.change(rollback());
  await load.more(1_500);
  const mended = load.mark();
  const split = await change(
    splitTraffic({ '1.0.0': 50, '1.1.0': 50 }),
    ({ version }) => version === '1.0.0',
  );
  await load.more(1_500);
  const beforeRollback = load.mark();
  await registry.change(rollback());
  await load.more(3_000);
  // One look later nobody is split any more.
  const rolledBack = load.mark();
  await load.more(1_500);
  await Promise.all([load.stop(), byAlias.stop()]);

  const between = (from: number, to: number) =>
    countVersions(load.answers.filter(({ sent, received }) => sent > from && received < to));
  const statuses = new Set(load.answers.map(({ status }) => status));
  expect(load.answers.length).toBeGreaterThan(12_000);
  expect(statuses).toEqual(new Set([200]));
  expect(load.answers.filter(({ version }) => version === '2.0.0')).toEqual([]);
  expect(Object.keys(countVersions(byAlias.answers)).sort()).toEqual(['1.0.0', '1.1.0']);
  expect(Object.keys(between(promoted, broken))).toEqual(['1.1.0']);
  expect(Object.keys(between(broken, mended))).toEqual(['1.1.0']);
  const shares = between(split, beforeRollback);
  expect(Object.keys(shares).sort()).toEqual(['1.0.0', '1.1.0']);
  expect(
    Math.abs((shares['1.0.0'] ?? 0) / ((shares['1.0.0'] ?? 0) + (shares['1.1.0'] ?? 0)) - 0.5),
  ).toBeLessThan(0.05);
  expect(Object.keys(between(rolledBack, Number.POSITIVE_INFINITY))).toEqual(['1.1.0']);
  expect(server.entries().filter(({ severity }) => severity === 'ERROR')).toEqual([
    expect.objectContaining({ code: 'corrupt-artifact' }),
  ]);
});

test('memory is back at its level after 50 swaps under load', async () => {
  await start();
  const bytes = encodeWideClassifier(1_600);
  registry.addModel('1.1.0', bytes);
  registry.addModel('1.2.0', bytes);
  const load = startLoad(server.url);
  const residentMb = () => {
    const [, kb] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8')) ?? [];
    return Number(kb) / 1024;
  };
  async function swap(times: number): Promise<number> {
    for (let count = 0; count < times; count++) {
      const version = count % 2 === 0 ? '1.1.0' : '1.2.0';
      const before = load.mark();
      await registry.change(promote(version));
      await load.until((answer) => answer.sent > before && answer.version === version);
    }
    await load.more(200);
    return residentMb();
  }

  const levelMb = await swap(10);
  const afterMb = await swap(50);
  await load.stop();

  process.stderr.write(`RSS after 10 swaps ${levelMb.toFixed(0)} MB, after 60 ${afterMb.toFixed(0)} MB\n`);
  expect(new Set(load.answers.map(({ status }) => status))).toEqual(new Set([200]));
  // Two sessions of 10 MB are there for a moment; fifty that were kept would be 500 MB.
  expect(afterMb - levelMb).toBeLessThan(60);
});
