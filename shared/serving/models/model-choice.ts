import { ServingError } from '../../core/errors';
import { MODEL_NAME, MODEL_VERSION } from '../../core/manifest';
import { PRODUCTION, type Registry } from '../../registry/registry';
import { createLoadCache } from '../../runtime/load-cache';

/** Which model a request asks for; what it leaves out, the deployment decides. */
export interface ModelRef {
  readonly name?: string;
  /** A version, or an alias of one. */
  readonly version?: string;
}

/** One version of one model. */
export interface ModelVersion {
  readonly name: string;
  readonly version: string;
}

/** Finds which version is meant. What a reference leaves out, the deployment decides. */
export interface ModelChoice {
  /** What was chosen for the same reference a moment ago, without waiting. */
  recall(ref: ModelRef): ModelVersion | undefined;
  /**
   * Finds the version that is meant. Only what the registry has is ever looked for further, so that made-up names
   * cost nothing and leave nothing behind.
   *
   * @throws {ServingError} `model-not-found`, naming what there is; `model-unavailable`
   */
  choose(ref: ModelRef): Promise<ModelVersion>;
  readonly catalogue: Catalogue;
}

/** What the registry has, as seen a moment ago at the latest. */
export interface Catalogue {
  names(): Promise<readonly string[]>;
  versions(name: string): Promise<readonly string[]>;
  aliases(name: string): Promise<Readonly<Record<string, string>>>;
}

interface ChoiceParts {
  /** Works with the registry, within a deadline. */
  readonly read: <T>(work: (registry: Registry) => Promise<T>) => Promise<T>;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  readonly onFailure: (key: string, error: unknown) => void;
}

/** How soon a model, version or alias that was published is seen by those who ask for it. */
const MAX_AGE_MS = 30_000;

/** A version that cannot be chosen is told of as a manifest that cannot be loaded. */
const USUAL_KEY = 'manifest';

/** Prepares to choose; nothing is read before it is asked for. */
export function createModelChoice(configured: ModelRef, parts: ChoiceParts): ModelChoice {
  const { read, now, onFailure } = parts;
  const catalogue = createCatalogue(parts);
  const usuals = createLoadCache<ModelVersion>({ now, onFailure });
  const chooseUsual = () =>
    usuals.get(USUAL_KEY, () => read((registry) => chooseDefault(registry, configured)));
  // Only what exists gets here, so there are never many.
  const choices = new Map<string, { readonly chosen: ModelVersion; readonly at: number }>();

  function recall({ name, version }: ModelRef): ModelVersion | undefined {
    const usual = usuals.peek(USUAL_KEY);
    const isNamed = (name ?? usual?.name) === usual?.name && (version ?? usual?.version) === usual?.version;
    if (usual !== undefined && isNamed) return usual;
    const choice = choices.get(`${name ?? usual?.name} ${version}`);
    return choice !== undefined && now() - choice.at < MAX_AGE_MS ? choice.chosen : undefined;
  }

  return {
    catalogue,
    recall,
    async choose(ref) {
      if (ref.name === undefined && ref.version === undefined) return chooseUsual();
      const known = recall(ref);
      if (known !== undefined) return known;
      const name = ref.name ?? (await chooseUsual()).name;
      const chosen = await findVersion(catalogue, name, ref.version);
      choices.set(`${name} ${ref.version}`, { chosen, at: now() });
      return chosen;
    },
  };
}

function createCatalogue({ read, now, onFailure }: ChoiceParts): Catalogue {
  const lists = createLoadCache<readonly string[]>({ now, onFailure, maxAgeMs: MAX_AGE_MS });
  const states = createLoadCache<Readonly<Record<string, string>>>({ now, onFailure, maxAgeMs: MAX_AGE_MS });
  return {
    names: () => lists.get('models', () => read((registry) => registry.models())),
    versions: (name) => lists.get(`versions ${name}`, () => read((registry) => registry.versions(name))),
    aliases: (name) => states.get(`aliases ${name}`, () => read((registry) => registry.aliases(name))),
  };
}

/**
 * The version that a deployment serves to those who do not choose: found without listing where `MODEL_NAME` says
 * the model, because at cold start every read counts.
 */
async function chooseDefault(registry: Registry, configured: ModelRef): Promise<ModelVersion> {
  const name = configured.name ?? (await onlyModel(registry));
  return { name, version: configured.version ?? (await registry.defaultVersion(name)) };
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

async function findVersion(
  catalogue: Catalogue,
  name: string,
  version: string | undefined,
): Promise<ModelVersion> {
  const names = await catalogue.names();
  if (!MODEL_NAME.test(name) || !names.includes(name)) {
    throw notFound(`there is no model ${JSON.stringify(name.slice(0, 64))}`, { models: names });
  }
  const versions = await catalogue.versions(name);
  if (version !== undefined && MODEL_VERSION.test(version) && versions.includes(version)) {
    return { name, version };
  }
  const aliases = await catalogue.aliases(name);
  const chosen = Object.hasOwn(aliases, version ?? PRODUCTION) ? aliases[version ?? PRODUCTION] : undefined;
  if (chosen !== undefined) return { name, version: chosen };
  const highest = versions.at(-1);
  if (version === undefined && highest !== undefined) return { name, version: highest };
  const wanted = version === undefined ? 'a complete version' : JSON.stringify(version.slice(0, 64));
  throw notFound(`model "${name}" has no version or alias ${wanted}`, {
    versions,
    aliases: Object.keys(aliases),
  });
}

function notFound(detail: string, members: Readonly<Record<string, readonly string[]>>): ServingError {
  const listed = Object.entries(members).map(([what, names]) => `${what}: ${names.join(', ') || 'none'}`);
  return new ServingError('model-not-found', `${detail}; ${listed.join('; ')}`, { members });
}
