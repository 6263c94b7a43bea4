import { type DeadlineOptions, withDeadline } from '../../core/deadline';
import { ServingError } from '../../core/errors';
import type { Manifest } from '../../core/manifest';
import type { Registry } from '../../registry/registry';
import { createLoadCache } from '../../runtime/load-cache';
import type { Session, SessionOptions } from '../../runtime/session';
import type { Config } from '../config';
import type { Severity } from '../log';
import { createModelChoice, type ModelRef, type ModelVersion } from './model-choice';
import { openModelSession } from './model-session';
import { createServedModel, type ServedModel } from './served-model';

/** The models that this process serves. Where no model is named, the one is meant that the deployment is for. */
export interface Models {
  /** A model that is loaded already, without waiting. */
  peek(ref?: ModelRef): ServedModel | undefined;
  /** A model, loaded first if need be. @throws {ServingError} `model-unavailable`, `model-not-found` */
  get(ref?: ModelRef): Promise<ServedModel>;
  /** Its manifest alone, which needs no session. @throws {ServingError} `model-unavailable`, `model-not-found` */
  manifest(ref?: ModelRef): Promise<Manifest>;
  /** The names of all models of the registry. @throws {ServingError} `model-unavailable` */
  names(): Promise<readonly string[]>;
  /** The versions of a model, lowest first. @throws {ServingError} `model-unavailable`, `model-not-found` */
  versions(name?: string): Promise<readonly string[]>;
}

/** How one load went. */
export interface LoadReport extends ModelVersion {
  readonly outcome: 'ok' | 'failed';
  readonly ms: number;
}

export interface ModelsParts {
  readonly openRegistry: () => Promise<Registry>;
  readonly createSession: (model: Uint8Array, options: SessionOptions) => Promise<Session>;
  readonly threads: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Told once of each load that failed; with `WARNING` when something else was loaded in its place. */
  readonly onFailure: (what: string, error: unknown, severity?: Severity) => void;
  /** Told of every load of a model, well or badly ended. */
  readonly onLoad: (report: LoadReport) => void;
}

const DEFAULT: ModelRef = {};

/** Prepares to load models; nothing is read before it is asked for. */
export function createModels(config: Config, parts: ModelsParts): Models {
  const { now, onFailure: report } = parts;
  const onFailure = (key: string, error: unknown) => report(key.split(' ', 1)[0] ?? key, error);
  const registries = createLoadCache<Registry>({ now, onFailure });
  const manifests = createLoadCache<Manifest>({ now, onFailure, maxEntries: MAX_MANIFESTS });
  const models = createLoadCache<ServedModel>({
    now,
    onFailure,
    maxEntries: config.limits.loadedModels,
    onEvict: (served) => served.release(),
  });
  const registry = () => registries.get('registry', parts.openRegistry);
  const inTime = <T>(work: (signal: AbortSignal) => Promise<T>) => withDeadline(loadDeadline(config), work);

  const { recall, choose, catalogue } = createModelChoice(config.model, {
    read: (work) => inTime(async () => work(await registry())),
    now,
    onFailure,
  });

  const manifestOf = ({ name, version }: ModelVersion) =>
    manifests.get(`manifest ${name}/${version}`, () =>
      inTime(async () => (await registry()).manifest(name, version)),
    );

  async function load(chosen: ModelVersion, signal: AbortSignal): Promise<ServedModel> {
    const startedAt = now();
    let outcome: LoadReport['outcome'] = 'failed';
    try {
      const manifest = await manifestOf(chosen);
      const manifestMs = now() - startedAt;
      const opened = await openModelSession(manifest, { ...parts, registry: await registry(), signal });
      outcome = 'ok';
      return createServedModel({ config, now }, manifest, opened, manifestMs);
    } finally {
      parts.onLoad({ ...chosen, outcome, ms: now() - startedAt });
    }
  }

  return {
    peek(ref = DEFAULT) {
      const chosen = recall(ref) ?? exactly(ref);
      return chosen && models.peek(keyOf(chosen));
    },
    async get(ref = DEFAULT) {
      const chosen = await choose(ref);
      return models.get(keyOf(chosen), () => inTime((signal) => load(chosen, signal)));
    },
    manifest: async (ref = DEFAULT) => manifestOf(await choose(ref)),
    names: catalogue.names,
    async versions(name) {
      const chosen = await choose(name === undefined ? DEFAULT : { name });
      return catalogue.versions(chosen.name);
    },
  };
}

/** A reference that leaves nothing to choose. */
function exactly({ name, version }: ModelRef): ModelVersion | undefined {
  return name === undefined || version === undefined ? undefined : { name, version };
}

/** A manifest is a few kilobytes. */
const MAX_MANIFESTS = 256;

function keyOf({ name, version }: ModelVersion): string {
  return `model ${name}/${version}`;
}

function loadDeadline({ registry: { loadTimeoutMs } }: Config): DeadlineOptions {
  const late = () => new ServingError('store-unavailable', `it did not load within ${loadTimeoutMs} ms`);
  return { ms: loadTimeoutMs, late };
}
