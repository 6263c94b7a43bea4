import type { Manifest, SealedArtifact } from '../../shared/core/manifest';
import { findSealed } from '../../shared/core/sealed';

const OLD = artifact('1.29.0');
const NEW = artifact('1.30.0');

function artifact(runtime: string): SealedArtifact {
  return { file: `${runtime}.ort`, bytes: 1, sha256: '', format: 'ort', runtime, prepacking: false };
}

/** A manifest, of which only the sealed artifacts are looked at. */
function manifestWith(sealed?: readonly SealedArtifact[]): Manifest {
  return { ...(sealed && { sealed }) } as Manifest;
}

describe('findSealed()', () => {
  test('finds the artifact that the runtime wrote itself', () => {
    expect(findSealed(manifestWith([OLD, NEW]), '1.30.0')).toBe(NEW);
  });

  test.each(['1.30.1', '1.30', '1.30.0-dev'])('finds nothing for runtime %s', (runtime) => {
    expect(findSealed(manifestWith([OLD, NEW]), runtime)).toBeUndefined();
  });

  test('finds nothing in a version that was never sealed', () => {
    expect(findSealed(manifestWith(), '1.30.0')).toBeUndefined();
  });
});
