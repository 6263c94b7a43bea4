import { ServingError } from '../../core/errors';
import { fixedSize } from '../../core/image-geometry';
import { type ResolvedImageSpec, resolveImageSpec } from '../../core/image-spec';
import {
  type ImageManifest,
  isImage,
  isTabular,
  type Manifest,
  type SealedArtifact,
  type TabularManifest,
} from '../../core/manifest';
import type { RowReporter } from '../../core/row-report';
import { createRowDecoder, type RowDecoder } from '../../core/rows';
import type { Signature } from '../../core/signature';
import type { NamedTensors } from '../../core/tensor';
import { type AnswerFrame, wantedOutputs } from '../../protocol/native/answer';
import { type Batcher, type BatcherOptions, createBatcher } from '../../runtime/batcher';
import type { PredictionCache } from '../../runtime/prediction-cache';
import type { BatchedRun, CallOptions } from '../../runtime/waiting-call';
import type { Config } from '../config';
import { createLease } from './lease';
import type { ModelSession } from './model-session';
import { createTensorRunner } from './tensor-runner';

/** A model that is ready to answer, with everything that is derived from its manifest once. */
export interface ServedModel {
  readonly manifest: Manifest;
  /** What the manifest promises; where it promises nothing, what the ONNX file says. */
  readonly signature: Signature;
  readonly frame: AnswerFrame;
  /** Absent for a model that does not take rows of features. */
  readonly tabular?: TabularModel;
  /** Absent for a model that does not take images. */
  readonly image?: ImageModel;
  /**
   * Runs the model on tensors that fit its signature, and computes every output.
   *
   * @throws {ServingError} `inference-failed`, `overloaded`, `caller-left`
   */
  runTensors(inputs: NamedTensors, options?: CallOptions): Promise<BatchedRun>;
  /** About how much memory it takes while it is loaded, in bytes. */
  readonly memoryBytes: number;
  /** Whether a sealed artifact is loaded instead of the portable one. */
  readonly isSealed: boolean;
  /** When its session was there, on the monotonic clock. */
  readonly loadedAt: number;
  /** How long each part of loading it took, in milliseconds. */
  readonly loadTimings: Readonly<Record<'manifestMs' | 'artifactMs' | 'sessionMs', number>>;
  /** Keeps the session from being freed until the returned function is called: for work of many runs. */
  hold(): () => void;
  /** Frees the session as soon as nobody runs or holds it. */
  release(): void;
}

/** What a model of rows has besides. */
export interface TabularModel {
  readonly manifest: TabularManifest;
  readonly decoder: RowDecoder;
  /** Says why the decoder refused rows. Compiled when the first bad request comes. */
  reporter(): Promise<RowReporter>;
  /** Runs `rows` rows, together with whoever else is waiting. @throws {ServingError} `inference-failed` */
  readonly run: Batcher;
}

/** What a model of images has besides. */
export interface ImageModel {
  readonly manifest: ImageManifest;
  readonly spec: ResolvedImageSpec;
  /** Most images that one call of `run` may bring: what is decoded at the same time is bounded by it. */
  readonly maxImages: number;
  /** Runs images, together with whoever else is waiting. @throws {ServingError} `inference-failed` */
  readonly run: Batcher;
}

/** A tabular run of this many rows costs little more than one of a single row (bench/, the batch-size sweep). */
const MAX_BATCH_ROWS = 256;

/** An image keeps the session busy for so long that more of them together save nothing, and hold the first one up. */
const MAX_BATCH_IMAGES = 8;

/** What a session takes besides, and for each byte of its file: docs/rollout.md has the figures that were measured. */
const MEMORY_BASE = 1024 * 1024;
const MEMORY_FACTOR = 2.2;

/** A sealed file is used where it lies: nothing of it is copied. */
const SEALED_FACTOR = 1;

/** Derives from a manifest and its session what answering needs. */
export function createServedModel(
  { config, now, cache }: { config: Config; now: () => number; cache?: PredictionCache | undefined },
  manifest: Manifest,
  { session, sealed, artifactMs, sessionMs }: ModelSession,
  manifestMs: number,
): ServedModel {
  const lease = createLease(() => void session.release().catch(() => {}));
  const signature = manifest.signature ?? session.signature;
  const usualRows = isImage(manifest) ? MAX_BATCH_IMAGES : MAX_BATCH_ROWS;
  const { max_batch_size: maxRows = usualRows, max_delay_ms: maxDelayMs = 0 } = manifest.batching ?? {};

  function runnerOf(outputs: readonly string[]): (inputs: NamedTensors) => Promise<NamedTensors> {
    return async function runOnce(inputs) {
      try {
        return await session.run(inputs, outputs);
      } catch (cause) {
        throw new ServingError('inference-failed', 'the model failed to run on this input', { cause });
      }
    };
  }

  /** A call holds the session from when it is made, for it may wait a while before it is run. */
  function holding<A extends readonly unknown[], R>(
    call: (...args: A) => Promise<R>,
  ): (...args: A) => Promise<R> {
    return async function callHeld(...args) {
      const end = lease.hold();
      try {
        return await call(...args);
      } finally {
        end();
      }
    };
  }

  const names = signature.outputs.map(({ name }) => name);
  const batching = { maxRows, maxDelayMs, now };
  const cached = (scope: string, run: Batcher) => cache?.wrap(scope, run) ?? run;
  return {
    manifest,
    signature,
    memoryBytes: guessMemory(manifest, sealed),
    isSealed: sealed !== undefined,
    loadedAt: now(),
    loadTimings: { manifestMs, artifactMs, sessionMs },
    frame: {
      modelName: manifest.name,
      modelVersion: manifest.version,
      deploymentType: config.deployment.type,
    },
    runTensors: holding(createTensorRunner(signature, { run: runnerOf(names), ...batching }, cached)),
    ...(isTabular(manifest) && {
      tabular: createTabularModel(
        manifest,
        holding(cached('rows', createBatcher({ run: runnerOf(wantedOutputs(manifest)), ...batching }))),
      ),
    }),
    ...(isImage(manifest) && {
      image: createImageModel(manifest, { run: runnerOf([manifest.output.scores]), ...batching }, cached),
    }),
    hold: lease.hold,
    release: lease.end,
  };
}

function guessMemory({ artifact }: Manifest, sealed: SealedArtifact | undefined): number {
  const bytes = sealed === undefined ? artifact.bytes * MEMORY_FACTOR : sealed.bytes * SEALED_FACTOR;
  return MEMORY_BASE + bytes;
}

function createTabularModel(manifest: TabularManifest, run: Batcher): TabularModel {
  let reporter: Promise<RowReporter> | undefined;
  return {
    manifest,
    decoder: createRowDecoder(manifest),
    reporter() {
      reporter ??= import('../../core/row-report').then(({ createRowReporter }) =>
        createRowReporter(manifest),
      );
      return reporter;
    },
    run,
  };
}

/** Images of different sizes cannot share a tensor: without one size for all, each is run alone. */
function createImageModel(
  manifest: ImageManifest,
  parts: BatcherOptions,
  cached: (scope: string, run: Batcher) => Batcher,
): ImageModel {
  const { image: spec } = manifest;
  const maxRows = fixedSize(spec) === undefined ? 1 : parts.maxRows;
  return {
    manifest,
    spec: resolveImageSpec(spec),
    maxImages: maxRows,
    run: cached('images', createBatcher({ ...parts, maxRows })),
  };
}
