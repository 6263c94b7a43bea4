import { MODEL_NAME, MODEL_VERSION } from '../../core/manifest';
import type { Registry } from '../../registry/registry';
import { createLoadCache } from '../../runtime/load-cache';

/** What the registry has, as seen a moment ago at the latest. */
export interface Catalogue {
  names(): Promise<readonly string[]>;
  versions(name: string): Promise<readonly string[]>;
  /** Whether a version was seen there, without waiting; false where that is not known or was long ago. */
  hasSeen(name: string, version: string): boolean;
  /** Whether a version is there. Only what is gets remembered, so that made-up names leave nothing behind. */
  has(name: string, version: string): Promise<boolean>;
  /** Says that the versions of a model have changed. */
  forget(name: string): void;
}

export interface CatalogueParts {
  /** Works with the registry, within a deadline. */
  readonly read: <T>(work: (registry: Registry) => Promise<T>) => Promise<T>;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  readonly onFailure: (key: string, error: unknown) => void;
}

/** How soon a model or a version that was published is seen by those who ask for it, where nothing tells of it. */
const MAX_AGE_MS = 30_000;

/** Opens the catalogue; nothing is read before it is asked for. */
export function createCatalogue({ read, now, onFailure }: CatalogueParts): Catalogue {
  const lists = createLoadCache<readonly string[]>({ now, onFailure, maxAgeMs: MAX_AGE_MS });
  /** When each version was last seen. */
  const seen = new Map<string, number>();

  const versions = (name: string) =>
    lists.get(`versions ${name}`, () => read((registry) => registry.versions(name)));

  return {
    names: () => lists.get('models', () => read((registry) => registry.models())),
    versions,
    hasSeen: (name, version) => now() - (seen.get(`${name}/${version}`) ?? -MAX_AGE_MS) < MAX_AGE_MS,
    async has(name, version) {
      if (!MODEL_NAME.test(name) || !MODEL_VERSION.test(version)) return false;
      if (!(await versions(name)).includes(version)) return false;
      seen.set(`${name}/${version}`, now());
      return true;
    },
    forget(name) {
      lists.drop(`versions ${name}`);
      for (const key of seen.keys()) if (key.startsWith(`${name}/`)) seen.delete(key);
    },
  };
}
