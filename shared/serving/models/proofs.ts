import { ServingError } from '../../core/errors';
import { isImage, isTabular } from '../../core/manifest';
import { exampleInputs } from './example-inputs';
import type { ModelVersion } from './model-choice';
import type { ServedModel } from './served-model';

/** Which models may answer requests that leave the version open. */
export interface Proofs {
  /** Has a version answer its example, once. @throws {ServingError} `model-unavailable` where it cannot */
  prove(chosen: ModelVersion, served: ServedModel): Promise<void>;
  /** Takes one for good without a proof: no other could answer in its place. */
  trust(served: ServedModel): void;
  isTrusted(served: ServedModel): boolean;
}

/** @param onFailure told once of each version that cannot answer its own example. */
export function createProofs(onFailure: (chosen: ModelVersion, error: unknown) => void): Proofs {
  const begun = new WeakMap<ServedModel, Promise<void>>();
  const trusted = new WeakSet<ServedModel>();

  function failed(chosen: ModelVersion, cause: unknown): never {
    onFailure(chosen, cause);
    const members = { reason: 'inference-failed' };
    throw new ServingError('model-unavailable', 'it cannot answer its own example', { cause, members });
  }

  return {
    prove(chosen, served) {
      const proof = begun.get(served) ?? warm(served).catch((cause: unknown) => failed(chosen, cause));
      begun.set(served, proof);
      return proof.then(() => void trusted.add(served));
    },
    trust: (served) => void trusted.add(served),
    isTrusted: (served) => trusted.has(served),
  };
}

/**
 * Answers the example of the manifest, so that what a first run costs is not paid by a request, and a version that cannot
 * answer is found out. A model of tensors has no example: it is run on zeros, which may be what it cannot take.
 *
 * @throws {ServingError} `inference-failed`
 */
async function warm(served: ServedModel): Promise<void> {
  const { manifest, signature } = served;
  try {
    await served.runTensors(exampleInputs(manifest, signature, 1));
  } catch (error) {
    if (isTabular(manifest) || isImage(manifest)) throw error;
  }
}
