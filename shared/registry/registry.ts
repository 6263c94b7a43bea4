import compare from 'semver/functions/compare';
import { hasCode, ServingError } from '../core/errors';
import { type ArtifactFile, type Manifest, MODEL_NAME, MODEL_VERSION } from '../core/manifest';
import { parseManifest } from '../core/manifest-text';
import { NO_STATE, parseState, type StateSnapshot } from './model-state';
import type { Store, StoredObject } from './store';

/**
 * The layout of models in a store: `<model>/<version>/manifest.json` beside the artifact it names, and
 * `<model>/model.json` for what changes. A version exists once its manifest does.
 */
export interface Registry {
  readonly uri: string;
  /** Names of all models, sorted. */
  models(): Promise<readonly string[]>;
  /** Published versions of a model, lowest first; empty for an unknown model. */
  versions(model: string): Promise<readonly string[]>;
  /** What is decided about a model; nothing, for one without a state. */
  state(model: string): Promise<StateSnapshot>;
  /** The state unless it is still of a generation that is known; undefined where it is. */
  stateIfChanged(model: string, generation: StateSnapshot['generation']): Promise<StateSnapshot | undefined>;
  /** Reads and checks one manifest. */
  manifest(model: string, version: string): Promise<Manifest>;
  /** Reads the bytes a manifest promises, and no others. */
  artifact(manifest: Manifest, options?: ArtifactOptions): Promise<Uint8Array>;
}

export interface ArtifactOptions {
  /** Which of the version's files. @default the portable artifact */
  readonly variant?: ArtifactFile;
  readonly signal?: AbortSignal;
}

/** Opens the registry that lies in a store. */
export function createRegistry(store: Store): Registry {
  const registry: Registry = {
    uri: store.uri,
    models: async () => folders(await store.list('')).filter((name) => MODEL_NAME.test(name)),

    async versions(model) {
      const names = folders(await store.list(`${checkName(model)}/`)).filter((name) =>
        MODEL_VERSION.test(name),
      );
      const contents = await Promise.all(names.map((name) => store.list(`${model}/${name}/`)));
      return names.filter((_, index) => contents[index]?.includes('manifest.json')).sort(compare);
    },

    async state(model) {
      const key = stateKey(model);
      const object = await unlessMissing(store.read(key));
      return object === undefined ? { state: NO_STATE, generation: 'absent' } : toSnapshot(object, model);
    },

    async stateIfChanged(model, generation) {
      if (generation === 'absent') {
        const snapshot = await registry.state(model);
        return snapshot.generation === 'absent' ? undefined : snapshot;
      }
      const key = stateKey(model);
      const missing: StoredObject = { bytes: new Uint8Array(), generation: 'absent' };
      const object = await store.readIfChanged(key, generation).catch(asMissing(missing));
      if (object === missing) return { state: NO_STATE, generation: 'absent' };
      return object && toSnapshot(object, model);
    },

    async manifest(model, version) {
      const key = `${checkName(model)}/${checkVersion(version)}/manifest.json`;
      const manifest = parseManifest(decode((await store.read(key)).bytes), key);
      if (manifest.name === model && manifest.version === version) return manifest;
      throw new ServingError(
        'invalid-manifest',
        `the manifest in ${model}/${version} is that of ${manifest.name}/${manifest.version}`,
      );
    },

    async artifact({ name, version, artifact }, { variant = artifact, signal } = {}) {
      const { file, bytes, sha256 } = variant;
      const options = { expected: { bytes, sha256 }, ...(signal && { signal }) };
      return (await store.read(`${name}/${version}/${file}`, options)).bytes;
    },
  };
  return registry;
}

/** Where the state of a model is. @throws {ServingError} `object-not-found` for what is no name of a model */
export function stateKey(model: string): string {
  return `${checkName(model)}/model.json`;
}

/** Reads a state that was found. @throws {ServingError} `invalid-manifest` */
export function toSnapshot({ bytes, generation }: StoredObject, model: string): StateSnapshot {
  return { state: parseState(decode(bytes), model), generation };
}

function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch(asMissing(undefined));
}

function asMissing<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (hasCode(error, 'object-not-found')) return instead;
    throw error;
  };
}

function checkName(model: string): string {
  if (MODEL_NAME.test(model)) return model;
  throw new ServingError('object-not-found', `"${model}" is not a model name: expected ${MODEL_NAME.source}`);
}

function checkVersion(version: string): string {
  if (MODEL_VERSION.test(version)) return version;
  throw new ServingError('object-not-found', `"${version}" is not a version: expected one like 1.0.0`);
}

function folders(names: readonly string[]): string[] {
  return names.filter((name) => name.endsWith('/')).map((name) => name.slice(0, -1));
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
