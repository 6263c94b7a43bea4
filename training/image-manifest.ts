import type { ImageManifest } from '../shared/core/manifest';
import { parseManifest } from '../shared/core/manifest-text';
import { formatJson, sha256 } from './manifest';

/** What is known about a version that was just made; its size and its hash are derived from the bytes. */
export interface ImageVersionFacts extends Omit<ImageManifest, 'schema_version' | 'task' | 'artifact'> {
  /** Bytes of the ONNX file. */
  readonly artifact: Uint8Array;
}

/**
 * Makes the manifest of an image model, with its keys in the order in which a reader wants them.
 *
 * @throws {ServingError} `invalid-manifest` if the facts contradict each other.
 */
export function buildImageManifest(facts: ImageVersionFacts): ImageManifest {
  const { name, version, description, artifact, signature, classes, output, image, top_k, training } = facts;
  // What is built here has this task.
  return parseManifest(
    formatJson({
      schema_version: 1,
      name,
      version,
      task: 'image-classification',
      description,
      artifact: { file: 'model.onnx', bytes: artifact.byteLength, sha256: sha256(artifact) },
      signature,
      image,
      classes,
      output,
      top_k,
      training,
    }),
  ) as ImageManifest;
}
