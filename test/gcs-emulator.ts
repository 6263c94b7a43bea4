import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectPath } from '../training/project-path';

/** The program, once it is built. */
export const EMULATOR = projectPath('.cache/bin/fake-gcs-server');
const BUILD = projectPath('test/build-emulator.sh');

/**
 * A Cloud Storage of the tests' own: fsouza/fake-gcs-server, in memory, on loopback.
 *
 * Where it differs from the real one: no credentials are asked for, preconditions are looked at only in uploads
 * (a DELETE or a GET ignores them), and there is no limit on the rate of writes to one object.
 */
export interface GcsEmulator {
  /** Base URL, as GCS_API_ENDPOINT takes it. */
  readonly endpoint: string;
  /** Makes a bucket; its name has 3 characters or more. */
  createBucket(name: string): Promise<void>;
  /** Puts an object into a bucket, replacing what was there. */
  upload(bucket: string, name: string, bytes: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

/** `describe` for suites that need the emulator: skipped, with the reason printed, on a machine that cannot have it. */
export function describeWithEmulator(name: string, suite: () => void): void {
  const reason = whyMissing();
  if (reason !== undefined && process.env['REQUIRE_EMULATOR'] === '1') throw new Error(`required: ${reason}`);
  if (reason !== undefined) process.stderr.write(`skipped: ${name}: ${reason}\n`);
  (reason === undefined ? describe : describe.skip)(name, suite);
}

/** Why there is no emulator here, after an attempt to build it. */
export function whyMissing(): string | undefined {
  if (existsSync(EMULATOR)) return undefined;
  if (spawnSync('go', ['version']).status !== 0)
    return 'the emulator is not built, and there is no Go to build it with';
  const { status, stderr } = spawnSync('sh', [BUILD], { encoding: 'utf8' });
  return status === 0 ? undefined : `the emulator cannot be built: ${stderr.trim()}`;
}

/** Starts an emulator on a free port. */
export async function startGcsEmulator(): Promise<GcsEmulator> {
  const port = await findFreePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn(EMULATOR, [
    ...['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)],
    ...['-backend', 'memory', '-public-host', `127.0.0.1:${port}`, '-log-level', 'error'],
  ]);
  const killWithParent = () => child.kill('SIGKILL');
  process.once('exit', killWithParent);
  await untilListening(child, endpoint);

  return {
    endpoint,
    createBucket: (name) => post(`${endpoint}/storage/v1/b`, JSON.stringify({ name })),
    upload(bucket, name, bytes) {
      const query = `uploadType=media&name=${encodeURIComponent(name)}`;
      return post(`${endpoint}/upload/storage/v1/b/${bucket}/o?${query}`, bytes);
    },
    async stop() {
      process.off('exit', killWithParent);
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The emulator does not say which port it got when asked for any, so one is looked for beforehand. */
async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function untilListening(child: ChildProcess, endpoint: string): Promise<void> {
  let complaint = '';
  child.stderr?.on('data', (chunk) => (complaint += chunk));
  for (const giveUpAt = performance.now() + 20_000; performance.now() < giveUpAt; await sleep(25)) {
    if (child.exitCode !== null) throw new Error(`the emulator exited: ${complaint}`);
    const answer = await fetch(`${endpoint}/_internal/healthcheck`).catch(() => undefined);
    if (answer?.ok) return;
  }
  child.kill('SIGKILL');
  throw new Error('the emulator did not begin to listen within 20 s');
}

async function post(url: string, body: string | Uint8Array): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body });
  if (!answer.ok) throw new Error(`POST ${url} answered ${answer.status}: ${await answer.text()}`);
}
