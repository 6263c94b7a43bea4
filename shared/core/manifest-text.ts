import { type FieldError, ServingError } from './errors';
import type { Manifest } from './manifest';
import { checkMeaning } from './manifest-meaning';
import validate from './manifest-validator.generated';
import { describeSchemaError } from './schema-error';

/**
 * Reads a manifest from the text of its file and checks everything that can be checked without the model.
 *
 * @param name what the manifest is called in errors.
 * @throws {ServingError} `invalid-manifest`, with one entry in `errors` for each thing that is wrong.
 */
export function parseManifest(text: string, name = 'the manifest'): Manifest {
  const value = parseJson(text, name);
  if (!validate(value)) {
    const errors = (validate.errors ?? []).map((error) => describeSchemaError(error, value));
    throw invalid(name, errors);
  }
  // The generated validator has just checked exactly this type.
  const manifest = value as Manifest;
  const errors = checkMeaning(manifest);
  if (errors.length > 0) throw invalid(name, errors);
  return manifest;
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ServingError('invalid-manifest', `${name} is not JSON`, { cause });
  }
}

function invalid(name: string, errors: readonly FieldError[]): ServingError {
  const summary = errors.map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`).join('; ');
  return new ServingError('invalid-manifest', `${name} is not valid: ${summary}`, { errors });
}
