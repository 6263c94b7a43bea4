import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');
const folder = join(root, 'model-artifacts/digits/1.0.0');

// Less than a minute on a processor of its own, of which the other tests want a part too.
const TIMEOUT_MS = 300_000;

test(
  'training gives the committed digits again, byte for byte',
  async () => {
    const { manifest, artifact } = await train();

    expect(artifact).toBe(await readFile(join(folder, 'model.onnx'), 'base64'));
    expect(manifest).toBe(await readFile(join(folder, 'manifest.json'), 'utf8'));
  },
  TIMEOUT_MS,
);

/** In a process of its own: within jest every mention of a global costs so much that it takes three times as long. */
async function train(): Promise<{ manifest: string; artifact: string }> {
  const args = ['build/run.mjs', 'test/programs/train-digits.ts'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 2 ** 24 });
  return JSON.parse(stdout) as { manifest: string; artifact: string };
}
