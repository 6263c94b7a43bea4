import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGcloudSandbox, describeWithGcloud } from './gcloud';
import { runScript } from './script';
import { zipEntries } from './zip-entries';

// Each run starts gcloud.
jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'pack-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeWithGcloud('terraform/pack.sh', () => {
  const gcloud = createGcloudSandbox('http://127.0.0.1:9');
  afterAll(() => gcloud.remove());

  async function pack(name: string): Promise<Buffer> {
    const target = join(folder, name);
    const { code, stdout, stderr } = await runScript('terraform/pack.sh', ['--no-build', target], gcloud.env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(`${target}\n`);
    return readFileSync(target);
  }

  test('packs what a function needs, the root of dist/ at the root', async () => {
    const names = zipEntries(await pack('once.zip'));

    expect(names).toEqual(
      expect.arrayContaining(['index.js', 'package.json', 'package-lock.json', 'prune.js', '.npmrc']),
    );
    expect(names).toContain('model-artifacts/iris/1.0.0/model.onnx');
  });

  test('packs nothing that only the container runs', async () => {
    const names = zipEntries(await pack('again.zip'));

    expect(names).not.toContain('server.js');
    expect(names.filter((name) => name.includes('node_modules'))).toEqual([]);
  });

  test('gives the same bytes for the same content, so that nothing is deployed anew', async () => {
    expect((await pack('first.zip')).equals(await pack('second.zip'))).toBe(true);
  });
});
