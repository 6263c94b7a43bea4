import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { projectPath } from '../../training/project-path';
import type { Contender } from './contender';
import { untilAllAnswered } from './first-answer';
import { type ProcessFacts, readProcessFacts } from './process-facts';

/** How long a server may take to end by itself. */
const STOP_LIMIT_MS = 5_000;

/** A contender that runs and has answered. */
export interface Server {
  readonly port: number;
  /** From before its process was made to the last byte of its first 200, or first few, in milliseconds. */
  readonly firstAnswerMs: number;
  facts(): ProcessFacts;
  stop(): Promise<void>;
}

/**
 * Starts a contender and waits for its first 200. What it prints goes to a file, as a log would.
 *
 * @param requests how many are sent at once, as soon as it listens; each must be answered with 200.
 * @throws {Error} with the end of its output when it exits or does not answer.
 */
export async function startServer(contender: Contender, requests = 1): Promise<Server> {
  const port = await freePort();
  const logFile = logFileOf(contender);
  const startedAt = performance.now();
  const child = spawnContender(contender, port, logFile);
  try {
    await untilAllAnswered(port, contender.request, { requests, stopped: endOf(child) });
  } catch (cause) {
    await stop(child);
    const output = readFileSync(logFile, 'utf8').slice(-2_000);
    throw new Error(`${contender.name} did not answer:\n${output}`, { cause });
  }
  return {
    port,
    firstAnswerMs: performance.now() - startedAt,
    facts: () => readProcessFacts(child.pid ?? 0),
    stop: () => stop(child),
  };
}

/**
 * Starts a contender, sends it requests at once, and stops it again.
 *
 * @returns milliseconds until the last was answered, as `firstAnswerMs` has them.
 */
export async function coldStart(contender: Contender, requests = 1): Promise<number> {
  const server = await startServer(contender, requests);
  await server.stop();
  return server.firstAnswerMs;
}

function logFileOf({ name }: Contender): string {
  const folder = projectPath('.cache/bench/logs');
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name.replace(/\W+/g, '-')}.log`);
}

function spawnContender({ command, cwd, env }: Contender, port: number, logFile: string): ChildProcess {
  const log = openSync(logFile, 'w');
  const [program, ...args] = command;
  const child = spawn(
    program,
    args.map((arg) => arg.replace('{port}', String(port))),
    { cwd, env: { PATH: process.env['PATH'], ...env, PORT: String(port) }, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  child.once('exit', () => process.off('exit', killWithParent));
  return child;
}

function endOf(child: ChildProcess): AbortSignal {
  const exited = new AbortController();
  child.once('error', (error) => exited.abort(error));
  child.once('exit', (code, signal) => exited.abort(new Error(`it exited with ${code ?? signal}`)));
  return exited.signal;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await exited;
  clearTimeout(timer);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('expected a TCP port');
  return address.port;
}
