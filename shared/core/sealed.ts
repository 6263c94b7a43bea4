import type { Manifest, SealedArtifact } from './manifest';

/**
 * Chooses the sealed artifact of a version that one version of ONNX Runtime may load; undefined when there is none.
 * Nothing else must match: what is sealed does not depend on the CPU.
 */
export function findSealed({ sealed }: Manifest, runtime: string): SealedArtifact | undefined {
  return sealed?.find((artifact) => artifact.runtime === runtime);
}
