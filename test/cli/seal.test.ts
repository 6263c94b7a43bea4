import { createIrisRegistry } from '../iris-registry';
import { runCli } from './run-cli';

const seal = (...args: readonly string[]) => runCli(['seal', ...args]);

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
    ['no version', ['iris'], 'expected MODEL/VERSION, as in iris/1.0.0, got "iris"'],
    ['a bucket', ['iris/1.0.0', '--registry', 'gs://models'], 'seal a version in a folder, before'],
  ])('refuses %s', async (_, args, message) => {
    const { code, stdout, stderr } = await seal(...args);

    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(message);
  });
});
