import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../functions-process';
import { pythonEnvironment } from '../python';

/** A real tracking server with an empty database and an empty store of artifacts. */
export interface MlflowServer {
  readonly url: string;
  /** Calls its REST API. */
  call(name: string, query?: Readonly<Record<string, string>>): Promise<unknown>;
  stop(): Promise<void>;
}

/** The Python that has MLflow. */
export const MLFLOW_PYTHON = pythonEnvironment('mlflow', 'test/mlflow/install.sh');

/** It takes ten seconds to start, and several times that when Python has yet to compile its modules. */
export const MLFLOW_START_MS = 180_000;

/** Starts `mlflow server` on a free port of the loopback interface. */
export async function startMlflowServer(): Promise<MlflowServer> {
  const folder = await mkdtemp(join(tmpdir(), 'mlflow-'));
  const port = await freePort();
  const options = {
    host: '127.0.0.1',
    port,
    workers: 1,
    'backend-store-uri': `sqlite:///${folder}/mlflow.db`,
    'artifacts-destination': join(folder, 'artifacts'),
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn(MLFLOW_PYTHON.python, ['-m', 'mlflow', 'server', ...args], {
    cwd: folder,
    env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that its workers end with it.
    detached: true,
  });
  const ended = once(child, 'exit');
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const url = `http://127.0.0.1:${port}`;
  for (const giveUpAt = Date.now() + MLFLOW_START_MS; ; await sleep(200)) {
    if (child.exitCode !== null || Date.now() > giveUpAt) throw new Error(`mlflow did not start:\n${output}`);
    if ((await fetch(`${url}/health`).catch(() => undefined))?.ok) break;
  }
  return {
    url,
    async call(name, query = {}) {
      const answer = await fetch(`${url}/api/2.0/mlflow/${name}?${new URLSearchParams(query)}`);
      return answer.json();
    },
    async stop() {
      // Nothing of it is kept, and asked politely it may take half a minute to end.
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
