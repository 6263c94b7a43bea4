import { MODEL_NAME, MODEL_VERSION } from '../shared/core/manifest';
import { UsageError } from './exit-code';

/** One version of one model, as the command line writes it: `iris/1.0.0`. */
export interface VersionName {
  readonly model: string;
  readonly version: string;
}

/** @throws {UsageError} */
export function parseVersionName(text: string): VersionName {
  const [model = '', version = '', ...rest] = text.split('/');
  if (rest.length > 0 || version === '')
    throw new UsageError(`expected MODEL/VERSION, as in iris/1.0.0, got "${text}"`);
  return { model: checkModelName(model), version: checkVersion(version) };
}

/**
 * A model, or one of its versions.
 *
 * @throws {UsageError}
 */
export function parseModelOrVersion(text: string): { readonly model: string; readonly version?: string } {
  return text.includes('/') ? parseVersionName(text) : { model: checkModelName(text) };
}

/** @throws {UsageError} */
export function checkModelName(name: string): string {
  if (MODEL_NAME.test(name)) return name;
  throw new UsageError(
    `expected the name of a model, of small letters, digits, ".", "_" and "-", got "${name}"`,
  );
}

/** @throws {UsageError} */
export function checkVersion(version: string): string {
  if (MODEL_VERSION.test(version)) return version;
  throw new UsageError(`expected a version like 1.0.0, got "${version}"`);
}
