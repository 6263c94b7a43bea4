import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { serveRows, TRAINING_ROWS, toNdjson } from '../iris-log';

/** GIGABYTE_LOG=1 measures a whole one, and says what it took. */
const IS_MEASURED = process.env['GIGABYTE_LOG'] === '1';
const BYTES = IS_MEASURED ? 1e9 : 60e6;

/** Less than a twentieth of a gigabyte: what is kept of every entry does not fit. */
const HEAP_MB = 48;

jest.setTimeout(300_000);

test('drift reads a log of any size in the same memory', async () => {
  const piece = Buffer.from(toNdjson(await serveRows(TRAINING_ROWS)).repeat(10));
  const pieces = Math.ceil(BYTES / piece.length);
  const args = [`--max-old-space-size=${HEAP_MB}`, 'dist/cli.js', 'drift', 'iris', '-', '--json'];
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });

  const [printed, peakMb] = await Promise.all([text(child.stdout), write(child, piece, pieces)]);

  const seconds = (performance.now() - startedAt) / 1_000;
  if (IS_MEASURED) {
    process.stderr.write(
      `${BYTES / 1e6} MB: ${seconds.toFixed(1)} s, ${peakMb.toFixed(0)} MB resident at most\n`,
    );
  }
  expect(JSON.parse(printed)).toMatchObject({
    log: { predictions: pieces * 1200 },
    versions: [{ alarms: [], rows: pieces * 1200 }],
  });
});

/** Writes as fast as it is read; gives the most memory that the process had until then. */
async function write(
  { stdin, pid }: ChildProcessByStdio<Writable, Readable, null>,
  piece: Buffer,
  pieces: number,
): Promise<number> {
  let peakMb = 0;
  for (let sent = 0; sent < pieces; sent++) {
    if (!stdin.write(piece)) await once(stdin, 'drain');
    if (sent % 20 === 0) peakMb = Math.max(peakMb, peakOf(pid));
  }
  stdin.end();
  return peakMb;
}

/** Linux alone says it. @see https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
function peakOf(pid: number | undefined): number {
  if (process.platform !== 'linux') return Number.NaN;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}
