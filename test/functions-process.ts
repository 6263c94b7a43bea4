import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

const root = join(__dirname, '..');

/** A real Functions Framework process that serves one of the built functions. */
export interface FunctionProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Everything it wrote to standard output so far. */
  output(): string;
  /** The structured log entries among its output. */
  entries(): Record<string, unknown>[];
  /** Sends SIGTERM and resolves with the exit code. */
  stop(): Promise<number | null>;
}

export interface StartOptions {
  readonly target: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The program that Node runs instead of the framework, with its arguments. */
  readonly program?: readonly string[];
  /** A command that runs Node, such as a tracer; Node's own command line is appended to it. */
  readonly runner?: readonly string[];
  /** @default one that is free */
  readonly port?: number;
}

/** Starts a function and waits until it answers its liveness probe. */
export async function startFunction({
  target,
  env = {},
  program,
  runner = [],
  port: givenPort,
}: StartOptions): Promise<FunctionProcess> {
  const port = givenPort ?? (await freePort());
  const framework = [
    join(root, 'node_modules/.bin/functions-framework'),
    `--target=${target}`,
    '--source=dist',
  ];
  const [command = '', ...args] = [...runner, process.execPath, ...(program ?? framework)];
  const child = spawn(command, args, {
    cwd: root,
    env: { PATH: process.env['PATH'], LOG_FORMAT: 'json', ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that a runner is stopped together with what it runs.
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const url = `http://127.0.0.1:${port}`;
  await untilAnswering(child, `${url}/health`, () => output);
  return {
    url,
    port,
    pid: child.pid ?? 0,
    output: () => output,
    entries: () => readEntries(output),
    stop: () => stop(child),
  };
}

/** A TCP port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function untilAnswering(child: ChildProcess, url: string, output: () => string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (child.exitCode !== null) throw new Error(`the function exited with ${child.exitCode}:\n${output()}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  signalGroup(child, 'SIGKILL');
  throw new Error(`the function did not answer:\n${output()}`);
}

function readEntries(output: string): Record<string, unknown>[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Resolves when nothing is left that holds the output open: a process that stays would keep the test run alive. */
async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const closed = once(child, 'close');
  signalGroup(child, 'SIGTERM');
  const [code] = await closed;
  return code as number | null;
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined) process.kill(-pid, signal);
}
