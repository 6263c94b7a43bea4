import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFunction } from '../functions-process';
import { send } from './send';

const root = join(__dirname, '../..');
const hasTracer = spawnSync('strace', ['-V']).status === 0;
if (!hasTracer && process.env['REQUIRE_STRACE'] === '1') throw new Error('required: strace is not installed');
if (!hasTracer) process.stderr.write('skipped: tracing of connections: strace is not installed\n');

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'telemetry-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

const HOSTS: readonly [name: string, program?: readonly string[]][] = [
  ['the Functions Framework'],
  ['the container server', ['dist/server.js']],
];

describe.each(HOSTS)('loading and running a model under %s', (_name, program) => {
  async function predictOnce(runner?: readonly string[]): Promise<void> {
    const server = await startFunction({
      target: 'predict',
      env: { MODEL_NAME: 'iris', HOME: home, TMPDIR: home },
      ...(program && { program }),
      ...(runner && { runner }),
    });
    const request = { method: 'POST', path: '/predict', body: '{"features":[5.1,3.5,1.4,0.2]}' };
    expect((await send(server.url, request)).status).toBe(200);
    // ONNX Runtime would report from a thread of its own, so it is given time to.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await server.stop();
  }

  test('leaves nothing of ONNX Runtime telemetry on disk', async () => {
    await predictOnce();

    expect(filesIn(home)).toEqual([]);
  });

  (hasTracer ? test : test.skip)('opens no connection', async () => {
    const trace = join(home, 'connections');

    await predictOnce(['strace', '-D', '-f', '-q', '-e', 'trace=connect,sendto,sendmsg', '-o', trace]);

    const calls = readFileSync(trace, 'utf8').split('\n');
    expect(calls.length).toBeGreaterThan(1);
    expect(calls.filter((line) => /connect\(.*AF_INET|send(to|msg)\(.*AF_INET/.test(line))).toEqual([]);
  });
});

test('without our switch there would be something to find', () => {
  const script = `
    const { InferenceSession } = require('onnxruntime-node');
    InferenceSession.create('model-artifacts/iris/1.0.0/model.onnx').then(() => setTimeout(() => {}, 1000));
  `;

  execFileSync(process.execPath, ['-e', script], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home },
  });

  expect(filesIn(home)).not.toEqual([]);
});
