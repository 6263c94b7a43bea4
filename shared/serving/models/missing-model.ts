// What a deployment is told that names a model which is not there: what is.
import { ServingError } from '../../core/errors';
import type { Registry } from '../../registry/registry';

/** Finds the model that is meant where none is named. @throws {ServingError} `object-not-found` unless there is one only */
export async function onlyModel(registry: Registry): Promise<string> {
  const names = await completeModels(registry);
  const [name] = names;
  if (name === undefined) throw missing(NO_MODELS);
  if (names.length === 1) return name;
  throw missing(
    `the registry has several models (${listed(names)}), and MODEL_NAME does not say which to serve`,
  );
}

/** The error for a model of which no version is there. */
export async function missingModel(registry: Registry, name: string): Promise<ServingError> {
  const names = (await completeModels(registry)).filter((other) => other !== name);
  if (names.length === 0) return missing(NO_MODELS);
  return missing(`the registry has no complete version of a model "${name}", only of ${listed(names)}`);
}

/** The error for a version that is not there. */
export async function missingVersion(
  registry: Registry,
  { name, version }: { readonly name: string; readonly version: string },
): Promise<ServingError> {
  const versions = await registry.versions(name);
  if (versions.length === 0) return missingModel(registry, name);
  return missing(`model "${name}" has no complete version ${version}, only ${listed(versions)}`);
}

const NO_MODELS =
  'the registry has no complete version of any model: expected MODEL/VERSION/manifest.json in it, with versions like 1.0.0';

function missing(detail: string): ServingError {
  return new ServingError('object-not-found', detail, { isMisconfigured: true });
}

/** A model whose first version is being published is none yet. */
async function completeModels(registry: Registry): Promise<readonly string[]> {
  const names = await registry.models();
  if (names.length < 2) return names;
  const versions = await Promise.all(names.map((name) => registry.versions(name)));
  return names.filter((_, index) => (versions[index]?.length ?? 0) > 0);
}

/** Most names that are worth reading in one line. */
const MAX_NAMES = 20;

/** The newest versions come last, and are those that are meant more often. */
function listed(names: readonly string[]): string {
  const left = names.length - MAX_NAMES;
  return `${left > 0 ? `${left} others, ` : ''}${names.slice(-MAX_NAMES).join(', ')}`;
}
