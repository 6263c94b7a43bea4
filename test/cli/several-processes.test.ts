import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocalStore } from '../../shared/registry/local-store';
import { createRegistry } from '../../shared/registry/registry';
import { projectPath } from '../../training/project-path';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';
import { type InterferingProxy, startInterferingProxy } from '../interfering-proxy';
import { createTensorRegistry, identityModel, type TensorRegistry, weightyModel } from '../tensor-models';
import {
  type CommandRegistry,
  describeOnRegistries,
  openBucketRegistry,
  publishEmbedded,
} from './command-registry';
import { type Ended, runCli } from './run-cli';

jest.setTimeout(120_000);

const WRITERS = 8;

describeOnRegistries('8 processes at the same time', (openRegistry) => {
  let registry: CommandRegistry;
  beforeEach(async () => {
    registry = await openRegistry();
  });

  const race = (argsOf: (writer: number) => readonly string[]) =>
    Promise.all(Array.from({ length: WRITERS }, (_, writer) => registry.run(...argsOf(writer))));

  test('that publish different models as the same version: one wins, and it is there whole', async () => {
    const folders = Array.from({ length: WRITERS }, (_, width) =>
      createTensorRegistry({ tensor: identityModel('float32', ['N', width + 1]) }),
    );

    const ended = await race((writer) => [
      ...['publish', 'tensor/1.0.0', '--from', folders[writer]?.root ?? '', '--by', `writer-${writer}`],
    ]);

    for (const folder of folders) folder.remove();
    const winner = ended.findIndex(({ code }) => code === 0);
    expect(codesOf(ended)).toEqual([0, 3, 3, 3, 3, 3, 3, 3]);
    expect((await registry.run('verify', 'tensor/1.0.0')).stdout).toContain(`with float32[1,${winner + 1}]`);
    const { state } = await createRegistry(registry.store).state('tensor');
    expect(state.history?.map(({ by }) => by)).toEqual([`writer-${winner}`]);
  });

  test('that publish the same version: all are content, and it is noted once', async () => {
    const ended = await race(() => ['publish', 'iris/1.0.0']);

    expect(codesOf(ended)).toEqual(Array(WRITERS).fill(0));
    expect((await registry.json('show', 'iris')).json).toMatchObject({
      versions: ['1.0.0'],
      aliases: { production: '1.0.0' },
      history: [{ sequence: 1 }],
    });
  });

  test('that decide on the same state: one wins, and the others are told what it is now', async () => {
    await publishEmbedded(registry.store, 'iris/1.0.0', 'iris/1.1.0');

    const ended = await race((writer) => [
      ...['promote', 'iris/1.1.0', '--alias', `team-${writer}`, '--expect', '2', '--no-verify'],
    ]);

    const winner = ended.findIndex(({ code }) => code === 0);
    expect(codesOf(ended)).toEqual([0, 3, 3, 3, 3, 3, 3, 3]);
    for (const { code, stderr } of ended) {
      if (code === 3) expect(stderr).toContain(`now: production 1.0.0, team-${winner} 1.1.0\n`);
    }
    expect((await registry.json('show', 'iris')).json).toMatchObject({
      aliases: { production: '1.0.0', [`team-${winner}`]: '1.1.0' },
      history: [{ sequence: 1 }, { sequence: 2 }, { sequence: 3 }],
    });
  });

  test('that promote and remove the same version: it answers, or it is gone', async () => {
    await publishEmbedded(registry.store, 'iris/1.0.0', 'iris/1.1.0');

    const [removal, promotion] = await Promise.all([
      registry.run('gc', 'iris', '--keep', '0', '--yes'),
      registry.run('promote', 'iris/1.1.0', '--no-verify'),
    ]);

    const { json } = await registry.json('list');
    const [iris] = (json as { models: { versions: string[]; answering: object }[] }).models;
    expect(iris?.versions).toEqual(expect.arrayContaining(Object.keys(iris?.answering ?? {})));
    expect([removal.code, promotion.code]).toContain(0);
    if (promotion.code === 0) expect(iris?.answering).toEqual({ '1.1.0': 100 });
  });
});

function codesOf(ended: readonly Ended[]): number[] {
  return ended.map(({ code }) => code).sort();
}

describeWithEmulator('a process that publishes, and is killed', () => {
  let emulator: GcsEmulator;
  let proxy: InterferingProxy;
  let large: TensorRegistry;
  let registry: CommandRegistry;
  let count = 0;

  beforeAll(async () => {
    emulator = await startGcsEmulator();
    proxy = await startInterferingProxy(emulator.endpoint);
    await emulator.createBucket('models');
    large = createTensorRegistry({ large: weightyModel(30_000_000) });
  });
  afterAll(async () => {
    large?.remove();
    await proxy?.close();
    await emulator?.stop();
  });
  beforeEach(() => {
    registry = openBucketRegistry(`killed-${++count}`, proxy.endpoint);
  });

  /** Has a process publish, and kills it when it has sent so many requests of a method, the last of which is stuck. */
  async function killAt(method: string, requests: number, args: readonly string[]): Promise<void> {
    const before = proxy.requests.length;
    proxy.script(method, ...Array(requests - 1).fill('forward'), 'silence');
    const sent = () => proxy.requests.slice(before).filter((request) => request.method === method);
    await killWhen(async () => sent().length === requests, ['publish', ...args, '--registry', registry.uri], {
      GCS_API_ENDPOINT: proxy.endpoint,
    });
  }

  test('before its manifest: nothing is served, and publishing again completes it', async () => {
    await killAt('POST', 2, ['iris/1.0.0']);

    const left = await registry.store.list('iris/1.0.0/');
    const meanwhile = [await registry.run('list'), await registry.run('show', 'iris')];
    const again = await registry.run('publish', 'iris/1.0.0');

    expect(left).toEqual(['model.onnx']);
    expect(meanwhile).toEqual([
      { code: 0, stdout: `no models in ${registry.uri}\n`, stderr: '' },
      { code: 4, stdout: '', stderr: `there is no model "iris" in ${registry.uri}\n` },
    ]);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('it is the production version') });
    expect(await registry.run('verify', 'iris/1.0.0')).toMatchObject({ code: 0 });
  });

  test('before the state says so: it is there, and publishing again notes it', async () => {
    await killAt('POST', 3, ['iris/1.0.0']);

    const meanwhile = await registry.json('show', 'iris');
    const again = await registry.run('publish', 'iris/1.0.0');

    expect(meanwhile.json).toMatchObject({ versions: ['1.0.0'], aliases: {} });
    expect(again).toEqual({
      code: 0,
      stdout: `iris/1.0.0 is in ${registry.uri} already; it is the production version\n`,
      stderr: '',
    });
  });

  test('in the middle of a large file: nothing of it is there, and publishing again completes it', async () => {
    await killAt('PUT', 2, ['large/1.0.0', '--from', large.root]);

    const left = await registry.store.list('large/1.0.0/');
    const again = await registry.run('publish', 'large/1.0.0', '--from', large.root);

    expect(left).toEqual([]);
    expect(again).toMatchObject({ code: 0, stderr: 'uploaded model.onnx, 30.0 MB\n' });
    expect(await registry.run('verify', 'large/1.0.0')).toMatchObject({ code: 0 });
  });
});

describeOnRegistries('a large upload', (openRegistry) => {
  test('is told of in one line where nobody watches', async () => {
    const large = createTensorRegistry({ large: weightyModel(30_000_000) });
    const registry = await openRegistry();

    const { code, stderr } = await registry.run('publish', 'large/1.0.0', '--from', large.root);

    large.remove();
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'uploaded model.onnx, 30.0 MB\n' });
  });
});

describe('a process that publishes into a folder, and is killed', () => {
  test('before the state says so: it is there, and publishing again notes it', async () => {
    const root = await mkdtemp(join(tmpdir(), 'killed-'));
    const run = (...args: readonly string[]) => runCli([...args, '--registry', root]);
    await publishEmbedded(createLocalStore(root), 'iris/1.0.0');
    // Whoever holds this keeps the state from being written.
    await writeFile(join(root, 'iris/.model.json.lock'), '');

    const isComplete = async () => existsSync(join(root, 'iris/1.1.0/manifest.json'));
    await killWhen(isComplete, ['publish', 'iris/1.1.0', '--registry', root], {});
    await rm(join(root, 'iris/.model.json.lock'));
    const [meanwhile, again, shown] = [
      await run('list'),
      await run('publish', 'iris/1.1.0'),
      await run('show', 'iris'),
    ];

    await rm(root, { recursive: true });
    expect(meanwhile.stdout).toContain('iris   1.0.0 1.1.0  1.0.0=100');
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain('publish 1.1.0');
  });
});

/** Runs a command, and kills it as soon as a condition holds. */
async function killWhen(
  isTime: () => Promise<boolean>,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const child = spawn(projectPath('dist/cli.js'), args, {
    cwd: projectPath('.'),
    env: { ...process.env, ...env },
  });
  const exited = once(child, 'exit');
  while (child.exitCode === null && !(await isTime())) await sleep(5);
  child.kill('SIGKILL');
  await exited;
}
