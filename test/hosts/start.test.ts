import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type StartOptions, startFunction } from '../functions-process';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';

jest.setTimeout(60_000);

const root = join(__dirname, '../..');
const FRAMEWORK = [join(root, 'node_modules/.bin/functions-framework'), '--source=dist'];

const PROGRAMS: readonly (readonly [
  name: string,
  program: readonly string[],
  env: Record<string, string>,
])[] = [
  ['the container server', ['dist/server.js'], {}],
  ['the Functions Framework', [...FRAMEWORK, '--target=serve'], {}],
  ['the Functions Framework with RAW_HTTP=off', [...FRAMEWORK, '--target=serve'], { RAW_HTTP: 'off' }],
  ['the Functions Framework with events', [...FRAMEWORK, '--target=scoreFile'], {}],
];

/** How a start ended that could not succeed. */
function start(
  program: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const options = { cwd: root, env: { PATH: process.env['PATH'], ...env }, timeout: 20_000 };
    execFile(process.execPath, program, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : (error.code ?? error.signal), stdout, stderr }),
    );
  });
}

describe('a port that is in use', () => {
  let holder: Server;
  let port: number;

  beforeAll(async () => {
    holder = createServer().listen(0, '::');
    await once(holder, 'listening');
    const address = holder.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    port = address.port;
  });

  afterAll(() => holder.close());

  test.each(PROGRAMS)(
    'is told by %s in one line that says how to choose another',
    async (_, program, env) => {
      const ended = await start(program, { ...env, PORT: String(port) });

      expect(ended).toMatchObject({
        code: 1,
        stderr: `port ${port} is in use: stop what listens there, or choose another with PORT=${port + 1}\n`,
      });
    },
  );
});

test.each(PROGRAMS)('a variable that makes no sense is told by %s in one line', async (_, program, env) => {
  const ended = await start(program, { ...env, LOG_LEVEL: 'loud' });

  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr: 'LOG_LEVEL: expected one of debug, info, warn, error, silent, got "loud"\n',
  });
});

describe('what is served, and where', () => {
  const server = ['dist/server.js'];

  test.each<[string, StartOptions]>([
    ['the container server', { target: 'serve', program: server }],
    ['the Functions Framework', { target: 'serve' }],
    ['the Functions Framework with RAW_HTTP=off', { target: 'serve', env: { RAW_HTTP: 'off' } }],
    ['the function of the manifest', { target: 'modelInfo' }],
    ['a server of one version', { target: 'serve', program: server, env: { MODEL_VERSION: '1.0.0' } }],
  ])('is told at a terminal by %s', async (_, options) => {
    const started = await startFunction({ ...options, env: { LOG_FORMAT: 'text', ...options.env } });
    const line = ` INFO     serving iris 1.0.0 at http://localhost:${started.port}\n`;

    await until(() => started.output().includes(line));
    await started.stop();

    expect(started.output().split('serving iris')).toHaveLength(2);
  });

  test('is one entry in the cloud, with the shares of a split', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'start-'));
    await cp(join(root, 'model-artifacts/iris'), join(folder, 'iris'), { recursive: true });
    const state = { schema_version: 1, aliases: {}, traffic: { '1.0.0': 90, '1.1.0': 10 } };
    await writeFile(join(folder, 'iris/model.json'), JSON.stringify(state));
    const env = { K_SERVICE: 'predict', FUNCTION_TARGET: 'serve', MODEL_REGISTRY: folder };
    const started = await startFunction({ target: 'serve', env });
    const told = () => started.entries().filter(({ message }) => String(message).startsWith('serving '));

    await until(() => told().length > 0);
    await started.stop();

    await rm(folder, { recursive: true });
    expect(told()).toEqual([
      {
        time: expect.stringMatching(/^20.+Z$/),
        severity: 'INFO',
        message: `serving iris 1.0.0 (90 %), 1.1.0 (10 %) at port ${started.port}`,
        'logging.googleapis.com/labels': { service: 'predict', model: 'iris' },
        model: 'iris',
        answering: { '1.0.0': 90, '1.1.0': 10 },
      },
    ]);
  });

  test('is not told where only warnings are asked for', async () => {
    const started = await startFunction({ target: 'serve', env: { LOG_LEVEL: 'warn' } });

    await until(async () => (await fetch(`${started.url}/ready`)).ok);
    await started.stop();

    expect(started.output()).not.toContain('serving iris');
  });
});

/** Reads the one line that a start without the model which it was set up for is told in, however long that takes. */
async function readFailure(
  env: Readonly<Record<string, string>>,
  program?: readonly string[],
): Promise<string> {
  const server = await startFunction({
    target: 'serve',
    env: { LOG_FORMAT: 'text', ...env },
    ...(program && { program }),
  });
  try {
    await until(() => server.output().includes('ERROR'));
    await server.stop();
    const lines = server
      .output()
      .split('\n')
      .filter((line) => line !== '' && !line.includes('GET /health'));
    // The framework says before that it serves.
    return lines.slice(lines.findIndex((line) => line.includes('ERROR'))).join('\n');
  } finally {
    await server.stop();
  }
}

describe('a setting that names what is not there is told in one line, with what is', () => {
  const embedded = 'MODEL_REGISTRY is model-artifacts';

  test.each<[string, Record<string, string>, string]>([
    [
      'a model',
      { MODEL_NAME: 'irs' },
      `the registry has no complete version of a model "irs", only of digits, iris (MODEL_NAME is irs; ${embedded})`,
    ],
    [
      'a version',
      { MODEL_NAME: 'iris', MODEL_VERSION: '7.0.0' },
      `model "iris" has no complete version 7.0.0, only 1.0.0, 1.1.0 (MODEL_NAME is iris; MODEL_VERSION is 7.0.0; ${embedded})`,
    ],
    [
      'a version of a model that is not there either',
      { MODEL_NAME: 'irs', MODEL_VERSION: '1.0.0' },
      `the registry has no complete version of a model "irs", only of digits, iris (MODEL_NAME is irs; MODEL_VERSION is 1.0.0; ${embedded})`,
    ],
    [
      'a folder',
      { MODEL_REGISTRY: '/no/such/folder', MODEL_NAME: 'iris' },
      'the registry has no complete version of any model: expected MODEL/VERSION/manifest.json in it, with versions like 1.0.0 (MODEL_NAME is iris; MODEL_REGISTRY is /no/such/folder)',
    ],
  ])('%s', async (_, env, line) => {
    expect(await readFailure(env)).toMatch(failing('manifest', line));
  });

  test('several models, and none of them named', async () => {
    const line = await readFailure({ MODEL_REGISTRY: './model-artifacts' }, ['dist/server.js']);

    expect(line).toMatch(
      failing(
        'manifest',
        'the registry has several models (digits, iris), and MODEL_NAME does not say which to serve (MODEL_REGISTRY is ./model-artifacts)',
      ),
    );
  });

  test('another kind of address', async () => {
    const line = await readFailure({ MODEL_REGISTRY: 's3://models' }, ['dist/server.js']);

    expect(line).toMatch(
      failing(
        'registry',
        'a store is gs://bucket/prefix or a path, got s3:// (MODEL_REGISTRY is s3://models)',
      ),
    );
  });
});

describeWithEmulator('a bucket that is not there', () => {
  let emulator: GcsEmulator;

  beforeAll(async () => {
    emulator = await startGcsEmulator();
  });

  afterAll(() => emulator?.stop());

  test('is told in one line', async () => {
    const env = { MODEL_REGISTRY: 'gs://modles', MODEL_NAME: 'iris', GCS_API_ENDPOINT: emulator.endpoint };

    expect(await readFailure(env)).toMatch(
      failing(
        'manifest',
        'the store answered 404: does the bucket exist? (MODEL_NAME is iris; MODEL_REGISTRY is gs://modles)',
      ),
    );
  });
});

test('a fault of the model is told with its stack', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'start-'));
  await cp(join(root, 'model-artifacts/iris/1.0.0'), join(folder, 'iris/1.0.0'), { recursive: true });
  await writeFile(join(folder, 'iris/1.0.0/model.onnx'), 'not what it was');

  const told = await readFailure({ MODEL_REGISTRY: folder, MODEL_NAME: 'iris' });

  await rm(folder, { recursive: true });
  expect(told).toMatch(/loading the model failed: .+\nServingError: .+\n {4}at /);
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    if (await condition()) return;
    await sleep(20);
  }
  throw new Error('it did not come to be');
}

/** The line of a load that failed, alone. */
function failing(what: string, reason: string): RegExp {
  const text = `ERROR    loading the ${what} failed: ${reason}`.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  return new RegExp(`^[\\d:.]+  ${text}$`);
}
