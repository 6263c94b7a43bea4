import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { sealVersion } from '../../cli/seal-version';
import type { SealedArtifact } from '../../shared/core/manifest';
import { parseManifest } from '../../shared/core/manifest-text';
import { runtimeVersion } from '../../shared/runtime/session';
import { createIrisRegistry, type IrisRegistry } from '../iris-registry';

let registry: IrisRegistry;

beforeEach(() => {
  registry = createIrisRegistry();
});

afterEach(() => registry.remove());

const seal = (prepacking = false) =>
  sealVersion({ registry: registry.root, model: 'iris', version: '1.0.0', prepacking });

describe('sealVersion()', () => {
  test('writes a file that is named after its hash, and the entry that describes it', async () => {
    const sealed = await seal();

    const bytes = readFileSync(registry.path(sealed.file));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(sealed).toEqual({
      file: `model.onnx.${sha256.slice(0, 12)}.ort`,
      bytes: bytes.length,
      sha256,
      format: 'ort',
      runtime: await runtimeVersion(),
      prepacking: false,
    });
  });

  test('adds the entry to the manifest and changes nothing else in it', async () => {
    const before = registry.manifest();

    const sealed = await seal();

    const after = parseManifest(readFileSync(registry.path('manifest.json'), 'utf8'));
    expect(after).toEqual({ ...before, sealed: [sealed] });
  });

  test('replaces the entry and the file of an earlier sealing for the same runtime', async () => {
    await seal();

    const sealed = await seal(true);

    expect(registry.manifest().sealed).toEqual([{ ...sealed, prepacking: true }]);
    expect(readdirSync(registry.path('.')).sort()).toEqual(['manifest.json', 'model.onnx', sealed.file]);
  });

  test('keeps the entries for other runtimes', async () => {
    const other: SealedArtifact = { ...(await seal()), runtime: '0.0.1' };
    registry.change({ sealed: [other] });

    const sealed = await seal();

    expect(registry.manifest().sealed).toEqual([other, sealed]);
    expect(existsSync(registry.path(other.file))).toBe(true);
  });

  test('refuses a version that the registry does not have', async () => {
    const sealing = sealVersion({ registry: registry.root, model: 'iris', version: '9.0.0' });

    await expect(sealing).rejects.toMatchObject({ code: 'object-not-found' });
  });
});
