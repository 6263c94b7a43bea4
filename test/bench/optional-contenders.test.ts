import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateLoad } from '../../bench/load/load-generator';
import { prepareWithout } from '../../bench/prepare/without';
import { productContenders } from '../../bench/servers/contenders';
import {
  type OptionalContenders,
  type OptionalName,
  openOptionalContenders,
} from '../../bench/servers/optional-contenders';
import { type Server, startServer } from '../../bench/servers/server';
import { projectPath } from '../../training/project-path';

const IRIS = JSON.stringify({ features: [5.1, 3.5, 1.4, 0.2] });

let folder = '';
let optional: OptionalContenders | undefined;

beforeAll(async () => {
  // Within the project, whose packages both builds find above them.
  mkdirSync(projectPath('.cache'), { recursive: true });
  folder = mkdtempSync(projectPath('.cache/optional-'));
  const built = join(folder, 'built');
  cpSync(projectPath('dist'), built, { recursive: true });
  symlinkSync(projectPath('node_modules'), join(built, 'node_modules'));
  const without = await prepareWithout(built, process.execPath);
  const open = (path: string) => productContenders(path, process.execPath, {});
  optional = await openOptionalContenders(open(built), open(without));
});

afterAll(async () => {
  try {
    // Nothing was opened where a build failed.
    await optional?.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Starts one contender for the time of a test. */
async function running(name: OptionalName, use: (server: Server) => Promise<void>, env = {}): Promise<void> {
  const { contender } = get(name);
  const server = await startServer({ ...contender, env: { ...contender.env, ...env } });
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

function get(name: OptionalName) {
  const found = optional?.contenders.get(name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

/** Asks as somebody who has nothing to show. */
function ask({ port }: Server): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/predict`, { method: 'POST', body: IRIS });
}

/** Sends every request of a contender several times in turn. */
async function sendAll(name: OptionalName, { port }: Server, times: number): Promise<void> {
  const { requests } = get(name);
  await generateLoad({ port, request: requests, connections: 1, requests: times * requests.length });
}

async function cacheCounts({ port }: Server): Promise<Record<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const lines = [...text.matchAll(/^onnx_prediction_cache_total\{.*outcome="(\w+)".*\} (\d+)/gm)];
  return Object.fromEntries(lines.map(([, outcome, count]) => [outcome, Number(count)]));
}

test.each(['functionWithout', 'functionOff', 'without', 'off', 'again', 'stats', 'shedding'] as const)(
  '%s answers whoever asks',
  async (name) => {
    await running(name, async (server) => {
      const answer = await ask(server);

      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ prediction: 0 });
      expect([...answer.headers.keys()]).not.toContain('ratelimit');
    });
  },
);

test('what is built without the optional parts cannot turn them on', async () => {
  const env = { ACCESS: 'keys', API_KEYS: '{"keys":[]}', RATE_LIMIT: '1/d' };

  await running('without', async (server) => expect((await ask(server)).status).toBe(200), env);
});

test.each(['keys', 'tokens'] as const)('with %s, who shows none is refused', async (name) => {
  await running(name, async (server) => expect((await ask(server)).status).toBe(401));
});

test('with a rate limit, every request is counted', async () => {
  await running('rate', async (server) => {
    const left = async () => Number(/r=(\d+)/.exec((await ask(server)).headers.get('ratelimit') ?? '')?.[1]);

    const first = await left();

    expect(await left()).toBe(first - 1);
  });
});

test('requests that come again are hits where the cache has room for all, and misses where it has not', async () => {
  await running('hits', async (server) => {
    await sendAll('hits', server, 3);

    // The first request began the load, and was sent once more than the others.
    expect(await cacheCounts(server)).toEqual({ hit: 2_001, miss: 1_000 });
  });
  await running('misses', async (server) => {
    await sendAll('misses', server, 3);

    expect(await cacheCounts(server)).toEqual({ hit: 1, miss: 3_000 });
  });
});

test('with tracing, spans leave while requests are answered', async () => {
  await running('tracing', async (server) => {
    await sendAll('tracing', server, 1);

    expect(await optional?.spanBytes()).toBeGreaterThan(10_000);
  });
});

test.each([
  ['is not there any more', 'shared/serving/guardian.ts', /no such module any more: .*guardian\.ts/],
  ['nobody imports any more', 'training/train.ts', /nobody imports what is replaced: .*train\.ts/],
])('a part that is to be left out, but %s, fails the build', (_, module, complaint) => {
  const standIns = mkdtempSync(join(folder, 'stand-ins-'));
  mkdirSync(dirname(join(standIns, module)), { recursive: true });
  writeFileSync(join(standIns, module), '');

  const args = ['bench/programs/build-without.mjs', join(folder, 'failed'), standIns];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: projectPath('.'), encoding: 'utf8' });

  expect(status).not.toBe(0);
  expect(stderr).toMatch(complaint);
});
