import { ServingError } from '../core/errors';
import type { Manifest } from '../core/manifest';
import type { RowReporter } from '../core/row-report';
import { createRowDecoder, type RowDecoder } from '../core/rows';
import type { NamedTensors } from '../core/tensor';
import { type AnswerFrame, wantedOutputs } from '../protocol/native-answer';
import { type DeadlineOptions, withDeadline } from '../registry/deadline';
import type { Registry } from '../registry/registry';
import { type Batcher, createBatcher } from '../runtime/batcher';
import { createLoadCache } from '../runtime/load-cache';
import type { Session, SessionOptions } from '../runtime/session';
import type { Config } from './config';
import type { Severity } from './log';
import { type ModelSession, type ModelSessionParts, openModelSession } from './model-session';

/** A model that is ready to answer, with everything that is derived from its manifest once. */
export interface ServedModel {
  readonly manifest: Manifest;
  readonly frame: AnswerFrame;
  readonly decoder: RowDecoder;
  /** Says why the decoder refused rows. Compiled when the first bad request comes. */
  reporter(): Promise<RowReporter>;
  /** Runs `rows` rows, together with whoever else is waiting. @throws {ServingError} `inference-failed` */
  readonly run: Batcher;
  /** Whether a sealed artifact is loaded instead of the portable one. */
  readonly isSealed: boolean;
  /** How long each part of loading it took, in milliseconds. */
  readonly loadTimings: Readonly<Record<'manifestMs' | 'artifactMs' | 'sessionMs', number>>;
}

/** The model that this process serves. */
export interface Models {
  /** The model if it is loaded already, without waiting. */
  peek(): ServedModel | undefined;
  /** The model, loaded first if need be. @throws {ServingError} `model-unavailable` */
  get(): Promise<ServedModel>;
  /** Its manifest alone, which needs no session. @throws {ServingError} `model-unavailable` */
  manifest(): Promise<Manifest>;
  /** The versions that the registry has, lowest first. @throws {ServingError} `model-unavailable` */
  versions(): Promise<readonly string[]>;
}

export interface ModelsParts {
  readonly openRegistry: () => Promise<Registry>;
  readonly createSession: (model: Uint8Array, options: SessionOptions) => Promise<Session>;
  readonly threads: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Told once of each load that failed; with `WARNING` when something else was loaded in its place. */
  readonly onFailure: (what: string, error: unknown, severity?: Severity) => void;
}

/** Prepares to load the model that a configuration chooses; nothing is read before it is asked for. */
export function createModels(config: Config, parts: ModelsParts): Models {
  const { now, onFailure } = parts;
  const registries = createLoadCache<Registry>({ now, onFailure });
  const manifests = createLoadCache<Manifest>({ now, onFailure });
  const models = createLoadCache<ServedModel>({ now, onFailure });
  const lists = createLoadCache<readonly string[]>({ now, onFailure, maxAgeMs: VERSIONS_MAX_AGE_MS });

  const registry = () => registries.get('registry', parts.openRegistry);
  const inTime = <T>(work: (signal: AbortSignal) => Promise<T>) => withDeadline(loadDeadline(config), work);
  const manifest = () =>
    manifests.get('manifest', () => inTime(async () => readManifest(await registry(), config.model)));
  return {
    manifest,
    peek: () => models.peek('model'),
    get: () =>
      models.get('model', () =>
        inTime(async (signal) =>
          loadModel(config, { ...parts, registry: await registry(), signal }, manifest),
        ),
      ),
    versions: () =>
      lists.get('versions', () => inTime(async () => (await registry()).versions((await manifest()).name))),
  };
}

/** How soon a version that was published shows among the available ones. */
const VERSIONS_MAX_AGE_MS = 30_000;

function loadDeadline({ registry: { loadTimeoutMs } }: Config): DeadlineOptions {
  const late = () => new ServingError('store-unavailable', `it did not load within ${loadTimeoutMs} ms`);
  return { ms: loadTimeoutMs, late };
}

async function readManifest(registry: Registry, chosen: Config['model']): Promise<Manifest> {
  const name = chosen.name ?? (await onlyModel(registry));
  return registry.manifest(name, chosen.version ?? (await registry.defaultVersion(name)));
}

async function onlyModel(registry: Registry): Promise<string> {
  const names = await registry.models();
  const [name] = names;
  if (name !== undefined && names.length === 1) return name;
  const cause = new Error(`looked for models in ${registry.uri}`);
  if (name === undefined) throw new ServingError('object-not-found', 'the registry has no models', { cause });
  const detail = `the registry has several models (${names.join(', ')}), and MODEL_NAME does not say which to serve`;
  throw new ServingError('object-not-found', detail, { cause });
}

async function loadModel(
  config: Config,
  parts: ModelSessionParts,
  readManifest: () => Promise<Manifest>,
): Promise<ServedModel> {
  const startedAt = parts.now();
  const manifest = await readManifest();
  const manifestMs = parts.now() - startedAt;
  const opened = await openModelSession(manifest, parts);
  return toServed({ config, now: parts.now }, manifest, opened, manifestMs);
}

/** A tabular run of this many rows costs little more than one of a single row (bench/, the batch-size sweep). */
const MAX_BATCH_ROWS = 256;

function toServed(
  { config, now }: { config: Config; now: () => number },
  manifest: Manifest,
  { session, sealed, artifactMs, sessionMs }: ModelSession,
  manifestMs: number,
): ServedModel {
  const outputs = wantedOutputs(manifest);
  async function runOnce(inputs: NamedTensors): Promise<NamedTensors> {
    try {
      return await session.run(inputs, outputs);
    } catch (cause) {
      throw new ServingError('inference-failed', 'the model failed to run on this input', { cause });
    }
  }
  let reporter: Promise<RowReporter> | undefined;
  return {
    manifest,
    isSealed: sealed !== undefined,
    loadTimings: { manifestMs, artifactMs, sessionMs },
    frame: {
      modelName: manifest.name,
      modelVersion: manifest.version,
      deploymentType: config.deployment.type,
    },
    decoder: createRowDecoder(manifest),
    reporter() {
      reporter ??= import('../core/row-report').then(({ createRowReporter }) => createRowReporter(manifest));
      return reporter;
    },
    run: createBatcher({ run: runOnce, maxRows: manifest.batching?.max_batch_size ?? MAX_BATCH_ROWS, now }),
  };
}
