import { ServingError } from '../shared/core/errors';
import { resolveImageSpec } from '../shared/core/image-spec';
import {
  exampleFeatures,
  type ImageManifest,
  isImage,
  isTabular,
  type Manifest,
} from '../shared/core/manifest';
import { createRowDecoder } from '../shared/core/rows';
import { formatSpec } from '../shared/core/signature';
import { readImagePredictions } from '../shared/protocol/image/answer';
import { readPredictions, wantedOutputs } from '../shared/protocol/native/answer';
import type { Registry } from '../shared/registry/registry';
import { checkVersions } from '../shared/registry/state-editor';
import { createSession, type Session } from '../shared/runtime/session';
import { exampleInputs } from '../shared/serving/models/example-inputs';
import { openModelSession } from '../shared/serving/models/model-session';

/** What a version answers to the example of its own manifest. */
export interface Verified {
  readonly manifest: Manifest;
  /** The answer as `predict` writes it, without who answered; for a model of tensors the outputs for zeros, for
   * one of images the likeliest class of a blank one. */
  readonly answer: string;
}

/**
 * Does with one version of a registry what a function does with it: reads its manifest, checks its bytes, makes the
 * session, compares the signatures, and answers the example of the manifest.
 *
 * @throws {ServingError} that says what is wrong with it.
 */
export async function verifyVersion(registry: Registry, model: string, version: string): Promise<Verified> {
  await checkVersions(registry, model, [version]);
  const manifest = await registry.manifest(model, version);
  const { session } = await openModelSession(manifest, {
    registry,
    createSession,
    threads: 1,
    now: () => performance.now(),
    // A sealed artifact that cannot be used is a mistake here, though a function would do without it.
    onFailure: (what, error) => {
      throw new Error(`the ${what} cannot be used`, { cause: error });
    },
    signal: new AbortController().signal,
  });
  try {
    return { manifest, answer: await answerExample(manifest, session) };
  } finally {
    await session.release();
  }
}

async function answerExample(manifest: Manifest, session: Session): Promise<string> {
  if (isImage(manifest)) return answerBlank(manifest, session);
  if (!isTabular(manifest)) return answerZeros(manifest, session);
  const inputs = createRowDecoder(manifest).decode([exampleFeatures(manifest)]);
  if (inputs === undefined) {
    throw new ServingError('invalid-manifest', 'the examples of the features are not values that they take');
  }
  const outputs = await session.run(inputs, wantedOutputs(manifest));
  return `${readPredictions(manifest, outputs, 1).writeRow(0)}}`;
}

/** A picture has no example in a manifest; one that is all of one grey shows that the model runs and gives scores. */
async function answerBlank(manifest: ImageManifest, session: Session): Promise<string> {
  const { softmax } = resolveImageSpec(manifest.image);
  const outputs = await session.run(exampleInputs(manifest, session.signature, 1), [manifest.output.scores]);
  const [predictions] = readImagePredictions({ ...manifest, softmax }, outputs, { images: 1, topK: 1 });
  return JSON.stringify({ predictions });
}

/** Nothing says what such a model takes but its file, so it is shown to run, and what comes out. */
async function answerZeros(manifest: Manifest, session: Session): Promise<string> {
  const outputs = await session.run(exampleInputs(manifest, session.signature, 1));
  const specs = Object.entries(outputs).map(([name, { type, dims }]) =>
    formatSpec({ name, type, shape: dims }),
  );
  return specs.join(', ');
}
