import compare from 'semver/functions/compare';
import { hasCode, ServingError } from '../core/errors';
import { type ArtifactFile, type Manifest, MODEL_NAME, MODEL_VERSION } from '../core/manifest';
import { parseManifest } from '../core/manifest-text';
import type { Store } from './store';

/** The alias that an unpinned request follows. */
export const PRODUCTION = 'production';

/** What may change about a model after its versions are published: `<model>/model.json`. */
export interface ModelState {
  readonly schema_version: 1;
  /** Alias to version. */
  readonly aliases: Readonly<Record<string, string>>;
}

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
  /** The version an unpinned request gets: the production alias, else the highest. */
  defaultVersion(model: string): Promise<string>;
  /** Versions by alias; empty for a model without any. */
  aliases(model: string): Promise<Readonly<Record<string, string>>>;
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

    async defaultVersion(model) {
      const state = await readState(store, checkName(model));
      const production = state?.aliases[PRODUCTION];
      if (production !== undefined) return checkVersion(production);
      const highest = (await registry.versions(model)).at(-1);
      if (highest !== undefined) return highest;
      throw new ServingError(
        'object-not-found',
        `the registry has no complete version of a model "${model}"`,
        {
          cause: new Error(
            `looked in ${store.uri} for ${model}/<version>/manifest.json, with versions like 1.0.0`,
          ),
        },
      );
    },

    aliases: async (model) => (await readState(store, checkName(model)))?.aliases ?? {},

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

async function readState(store: Store, model: string): Promise<ModelState | undefined> {
  try {
    return parseState(decode((await store.read(`${model}/model.json`)).bytes), model);
  } catch (error) {
    if (hasCode(error, 'object-not-found')) return undefined;
    throw error;
  }
}

function parseState(text: string, model: string): ModelState {
  try {
    const state = JSON.parse(text) as Partial<ModelState> | null;
    const aliases = state?.aliases;
    if (state?.schema_version !== 1 || typeof aliases !== 'object' || aliases === null) {
      throw new TypeError('expected {"schema_version": 1, "aliases": {...}}');
    }
    return { schema_version: 1, aliases };
  } catch (cause) {
    throw new ServingError('invalid-manifest', `${model}/model.json is not a model state`, { cause });
  }
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
