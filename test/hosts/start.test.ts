import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

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
