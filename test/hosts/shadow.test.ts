import { execFileSync } from 'node:child_process';
import { setShadow } from '../../shared/registry/state-changes';
import { projectPath } from '../../training/project-path';
import { type FunctionProcess, startFunction } from '../functions-process';
import { createVersionsRegistry, type VersionsRegistry } from '../versions-registry';
import { send } from './send';

const ROW = {
  method: 'POST',
  path: '/predict',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ features: [5.1, 3.5, 1.4, 0.2] }),
};

let registry: VersionsRegistry;
beforeEach(async () => {
  registry = createVersionsRegistry('1.1.0');
  await registry.change(setShadow({ version: '1.1.0', percent: 100 }));
});
afterEach(() => registry.remove());

const shadowEntries = (server: FunctionProcess) =>
  server.entries().filter((entry) => 'shadowOutcome' in entry);

async function untilShadowed(server: FunctionProcess, count: number): Promise<void> {
  for (let attempt = 0; shadowEntries(server).length < count; attempt++) {
    if (attempt === 400) throw new Error(`no ${count} copies were answered:\n${server.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** The processes that a process has started. */
function childrenOf(pid: number): { pid: number; nice: number }[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid=,ni='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child = 0, parent, nice = 0]) => (parent === pid ? [{ pid: child, nice }] : []));
}

describe.each([
  ['the Functions Framework', undefined],
  ['the container server', [projectPath('dist/server.js')]],
])('a shadow under %s', (_, program) => {
  test('answers in a process of its own, that yields to all others and ends with the server', async () => {
    const server = await startFunction({
      target: 'serve',
      env: { MODEL_REGISTRY: registry.root, MODEL_NAME: 'iris' },
      ...(program && { program }),
    });
    const before = childrenOf(server.pid);
    const { status } = await send(server.url, ROW);
    await untilShadowed(server, 1);
    const [child, ...others] = childrenOf(server.pid);
    await server.stop();

    expect([before, status, others]).toEqual([[], 200, []]);
    expect(child?.nice).toBe(19);
    expect(shadowEntries(server)).toEqual([
      expect.objectContaining({ message: 'shadow iris/1.1.0 agrees with 1.0.0', agreement: 1 }),
    ]);
  });
});

test('a shadow whose process is killed fails no request', async () => {
  const server = await startFunction({
    target: 'serve',
    env: { MODEL_REGISTRY: registry.root, MODEL_NAME: 'iris' },
  });
  await send(server.url, ROW);
  await untilShadowed(server, 1);

  for (const { pid } of childrenOf(server.pid)) process.kill(pid, 'SIGKILL');
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(server.url, ROW)));
  await server.stop();

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
});
