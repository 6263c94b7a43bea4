import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './functions-process';

/** A Redis of the tests' own, on loopback, that keeps nothing when it is killed. */
export interface RedisServer {
  readonly url: string;
  readonly pid: number;
  /** Kills it, as a machine that fails does. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
}

/** `describe` for suites that need Redis: skipped, with the reason printed, on a machine that has none. */
export function describeWithRedis(name: string, suite: () => void): void {
  const isThere = spawnSync('redis-server', ['--version']).status === 0;
  const reason = isThere ? undefined : 'there is no redis-server: apt-get install redis-server';
  if (reason !== undefined && process.env['REQUIRE_REDIS'] === '1') throw new Error(`required: ${reason}`);
  if (reason !== undefined) process.stderr.write(`skipped: ${name}: ${reason}\n`);
  (reason === undefined ? describe : describe.skip)(name, suite);
}

/** Starts a server on a free port, with settings of its own besides. */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const port = await freePort();
  let child = await spawnRedis(port, settings);
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  return {
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return child.pid ?? 0;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
    async restart() {
      child = await spawnRedis(port, settings);
    },
  };
}

async function spawnRedis(port: number, settings: readonly string[]): Promise<ChildProcess> {
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const options = [...own, ...settings];
  const child = spawn('redis-server', options, { stdio: 'ignore' });
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await isListening(port)) return child;
    await sleep(25);
  }
  child.kill('SIGKILL');
  throw new Error('redis-server did not answer');
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
