import { type DeadlineOptions, withDeadline } from '../../core/deadline';
import { hasCode, ServingError } from '../../core/errors';
import type { Manifest } from '../../core/manifest';
import type { Registry } from '../../registry/registry';
import { createLoadCache } from '../../runtime/load-cache';
import type { PredictionCache } from '../../runtime/prediction-cache';
import type { Session, SessionOptions } from '../../runtime/session';
import type { Config } from '../config';
import type { Severity } from '../log-entry';
import { createCatalogue } from './catalogue';
import { missingVersion } from './missing-model';
import { type Choice, createModelChoice, type ModelRef, type ModelVersion } from './model-choice';
import { openModelSession } from './model-session';
import { createProofs } from './proofs';
import { isOwnFault, type Rollout, type RoutingChange } from './rollout';
import { createServedModel, type ServedModel } from './served-model';

/** The model that answers a request, and why it is this version. */
export interface Found extends Choice {
  readonly served: ServedModel;
}

/** The models that this process serves. Where no model is named, the one is meant that the deployment is for. */
export interface Models {
  /** A model that is loaded already, without waiting and without looking whether another one is to answer by now. */
  peek(ref?: ModelRef): ServedModel | undefined;
  /** A model, loaded first if need be. @throws {ServingError} `model-unavailable`, `model-not-found` */
  get(ref?: ModelRef): Promise<ServedModel>;
  /** What `find` would find, where that needs no waiting. */
  recall(ref: ModelRef): Found | undefined;
  /** As `get`, with the reason of the choice. */
  find(ref: ModelRef): Promise<Found>;
  /** Its manifest alone, which needs no session. @throws {ServingError} `model-unavailable`, `model-not-found` */
  manifest(ref?: ModelRef): Promise<Manifest>;
  /** As `peek`, its manifest alone. */
  peekManifest(): Manifest | undefined;
  /** The name of the model that is meant where none is named. @throws {ServingError} `model-unavailable` */
  usualName(): Promise<string>;
  /** The names of all models of the registry. @throws {ServingError} `model-unavailable` */
  names(): Promise<readonly string[]>;
  /** The versions of a model, lowest first. @throws {ServingError} `model-unavailable`, `model-not-found` */
  versions(name?: string): Promise<readonly string[]>;
  /** How requests for a model are routed. @throws {ServingError} `model-unavailable`, `model-not-found` */
  rollout(name?: string): Promise<Rollout>;
}

/** How one load went. */
export interface LoadReport extends ModelVersion {
  readonly outcome: 'ok' | 'failed';
  readonly ms: number;
}

/** A split of the traffic over more versions than may be loaded. */
export interface CrowdedSplit {
  readonly model: string;
  readonly versions: readonly string[];
  /** How many may be loaded. */
  readonly loadable: number;
}

export interface ModelsParts {
  readonly openRegistry: () => Promise<Registry>;
  readonly createSession: (model: Uint8Array, options: SessionOptions) => Promise<Session>;
  readonly threads: number;
  /** Memory of the container, in bytes; absent where it has no limit. */
  readonly memoryBytes?: number | undefined;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Told once of each load that failed; with `WARNING` when something else was loaded in its place. */
  readonly onFailure: (what: string, error: unknown, severity?: Severity) => void;
  /** Told of every load of a model, well or badly ended. */
  readonly onLoad: (report: LoadReport) => void;
  /** Told of every change of which versions answer. */
  readonly onSwitch: (change: RoutingChange) => void;
  /** Told of a split that cannot be loaded as a whole, each time that one is read. */
  readonly onCrowded?: (split: CrowdedSplit) => void;
}

const DEFAULT: ModelRef = {};

/** Prepares to load models; nothing is read before it is asked for. */
export function createModels(config: Config, parts: ModelsParts): Models {
  const { now, onFailure: report, onSwitch } = parts;
  const onFailure = (key: string, error: unknown) => report(key.split(' ', 1)[0] ?? key, error);
  const registries = createLoadCache<Registry>({ now, onFailure });
  const manifests = createLoadCache<Manifest>({ now, onFailure, maxEntries: MAX_MANIFESTS });
  /** Versions that answer while others are loaded beside them: they must not make room for those. */
  const answering = new Set<string>();
  const models = createLoadCache<ServedModel>({
    now,
    onFailure,
    maxEntries: config.limits.loadedModels,
    maxWeight:
      config.limits.modelMemoryBytes ?? (parts.memoryBytes ?? Number.POSITIVE_INFINITY) * MODEL_SHARE,
    weigh: ({ memoryBytes }) => memoryBytes,
    isKept: (key) => answering.has(key),
    onEvict: (served) => served.release(),
  });
  const registry = () => registries.get('registry', parts.openRegistry);
  type Work<T> = (registry: Registry, signal: AbortSignal) => Promise<T>;
  const within = <T>(deadline: DeadlineOptions, work: Work<T>) =>
    withDeadline(deadline, async (signal) => work(await registry(), signal));
  const read = <T>(work: Work<T>) => within(loadDeadline(config), work);

  const proofs = createProofs((chosen, error) => onFailure(keyOf(chosen), error));
  const catalogue = createCatalogue({ read, now, onFailure });
  const choice = createModelChoice(config.model, {
    read,
    glance: (work) => within(GLANCE, work),
    catalogue,
    isLoaded: (chosen) => models.peek(keyOf(chosen)) !== undefined,
    prepare,
    release: (chosen) => models.drop(keyOf(chosen)),
    checkMs: config.rollout.checkMs,
    maxAgeMs: config.rollout.maxAgeMs,
    onSwitch,
    onRead(model, versions) {
      const loadable = config.limits.loadedModels;
      if (versions.length > loadable) parts.onCrowded?.({ model, versions, loadable });
    },
    now,
    onFailure,
  });

  const manifestOf = ({ name, version }: ModelVersion) =>
    manifests.get(`manifest ${name}/${version}`, () =>
      read((registry) => readManifest(registry, { name, version })),
    );

  const getServed = (chosen: ModelVersion) =>
    models.get(keyOf(chosen), () => read((registry, signal) => load(chosen, registry, signal)));

  async function load(chosen: ModelVersion, registry: Registry, signal: AbortSignal): Promise<ServedModel> {
    const startedAt = now();
    let outcome: LoadReport['outcome'] = 'failed';
    try {
      const manifest = await manifestOf(chosen);
      const manifestMs = now() - startedAt;
      const opened = await openModelSession(manifest, { ...parts, registry, signal });
      const cache = await openCache(manifest, now);
      const served = createServedModel({ config, now, cache }, manifest, opened, manifestMs);
      outcome = 'ok';
      return served;
    } finally {
      parts.onLoad({ ...chosen, outcome, ms: now() - startedAt });
    }
  }

  async function prepare(chosen: ModelVersion, beside: readonly ModelVersion[]): Promise<void> {
    const keys = beside.map(keyOf);
    for (const key of keys) answering.add(key);
    try {
      await proofs.prove(chosen, await getServed(chosen));
    } finally {
      for (const key of keys) answering.delete(key);
    }
  }

  async function find(ref: ModelRef): Promise<Found> {
    for (;;) {
      const chosen = await choice.choose(ref);
      const rollout = isOpen(chosen) ? choice.peek(chosen.name) : undefined;
      try {
        const served = await getServed(chosen);
        if (rollout?.hasAlternative()) await proofs.prove(chosen, served);
        else if (rollout !== undefined) proofs.trust(served);
        return { ...chosen, served };
      } catch (error) {
        if (!isOwnFault(error) || !(await rollout?.avoid(chosen.version))) throw error;
      }
    }
  }

  function foundOf(chosen: Choice | undefined): Found | undefined {
    const served = chosen && models.peek(keyOf(chosen));
    if (chosen === undefined || served === undefined) return undefined;
    return isOpen(chosen) && !proofs.isTrusted(served) ? undefined : { ...chosen, served };
  }

  return {
    find,
    recall: (ref) => foundOf(choice.recall(ref) ?? exactly(ref)),
    peek: (ref = DEFAULT) => foundOf(choice.remember(ref) ?? exactly(ref))?.served,
    get: async (ref = DEFAULT) => (await find(ref)).served,
    manifest: async (ref = DEFAULT) => manifestOf(await choice.choose(ref)),
    peekManifest() {
      const chosen = choice.remember(DEFAULT);
      return chosen && manifests.peek(`manifest ${chosen.name}/${chosen.version}`);
    },
    usualName: choice.usualName,
    names: catalogue.names,
    async versions(name) {
      const chosen = await choice.choose(name === undefined ? DEFAULT : { name });
      return catalogue.versions(chosen.name);
    },
    rollout: choice.rollout,
  };
}

/** A version that is not there is one that the deployment is pinned to: others are looked for first. */
async function readManifest(registry: Registry, { name, version }: ModelVersion): Promise<Manifest> {
  try {
    return await registry.manifest(name, version);
  } catch (error) {
    if (!hasCode(error, 'object-not-found')) throw error;
    throw await missingVersion(registry, { name, version });
  }
}

/** Whether a request left its version open: another can answer it. One that says what it wants is told that it cannot have it. */
function isOpen({ reason }: Choice): boolean {
  return reason === 'default' || reason === 'split';
}

/** Imported by the first model that wants it. */
async function openCache({ cache }: Manifest, now: () => number): Promise<PredictionCache | undefined> {
  if (cache === undefined) return undefined;
  const { createPredictionCache } = await import('../../runtime/prediction-cache');
  return createPredictionCache({ maxBytes: cache.max_bytes, maxAgeMs: cache.max_age_seconds * 1_000, now });
}

/** A reference that leaves nothing to choose. */
function exactly({ name, version }: ModelRef): Choice | undefined {
  return name === undefined || version === undefined ? undefined : { name, version, reason: 'pinned' };
}

/** A manifest is a few kilobytes. */
const MAX_MANIFESTS = 256;

/** How much of the container's memory models may take: the rest is for requests, and for one that is loaded. */
const MODEL_SHARE = 0.5;

/** A look at the state of a model is given up soon: what is known serves in the meantime. */
const GLANCE: DeadlineOptions = {
  ms: 5_000,
  late: () => new ServingError('store-unavailable', 'the store did not answer within 5000 ms'),
};

function keyOf({ name, version }: ModelVersion): string {
  return `model ${name}/${version}`;
}

function loadDeadline({ registry: { loadTimeoutMs } }: Config): DeadlineOptions {
  const late = () => new ServingError('store-unavailable', `it did not load within ${loadTimeoutMs} ms`);
  return { ms: loadTimeoutMs, late };
}
