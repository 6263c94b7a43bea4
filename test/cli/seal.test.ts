import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { createIrisRegistry } from '../iris-registry';

const ROOT = join(__dirname, '../..');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program as `npm run seal` does. */
function seal(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['build/run.mjs', 'cli/seal.ts', ...args],
      { cwd: ROOT },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

describe('seal', () => {
  test('seals a version and says what that gains', async () => {
    const registry = createIrisRegistry();

    const { code, stdout, stderr } = await seal('iris/1.0.0', '--registry', registry.root);

    const sealed = registry.manifest().sealed?.[0];
    registry.remove();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      `sealed iris/1.0.0 for ONNX Runtime ${sealed?.runtime}: ${sealed?.file}, the same answers`,
      expect.stringMatching(/^ {2}session +\d+ ms portable, \d+ ms sealed$/),
      expect.stringMatching(/^ {2}peak memory +\d+ MB portable, \d+ MB sealed$/),
      expect.stringMatching(/^ {2}run of 1 row +[\d.]+ ms portable, [\d.]+ ms sealed$/),
      expect.stringMatching(/^ {2}run of 8 rows +[\d.]+ ms portable, [\d.]+ ms sealed$/),
      '',
    ]);
  });

  test.each([
    ['no version', ['iris'], 'usage: npm run seal -- MODEL/VERSION'],
    ['a bucket', ['iris/1.0.0', '--registry', 'gs://models'], 'seal a version in a folder, before'],
  ])('refuses %s', async (_, args, message) => {
    const { code, stdout, stderr } = await seal(...args);

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(message);
  });
});
