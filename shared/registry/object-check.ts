import { ServingError } from '../core/errors';
import type { ExpectedObject } from './store';

/**
 * Largest object, in bytes, that is read without knowing its size beforehand. Manifests and model states are a
 * few kilobytes; an artifact is announced by its manifest.
 */
const MAX_UNANNOUNCED_BYTES = 8 * 1024 * 1024;

/** Length of the longest object name that Cloud Storage takes, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;

/**
 * Refuses a key that could mean something outside of the store, or that the listing would hide.
 *
 * @throws {ServingError} `object-not-found`: there cannot be an object of that name.
 */
export function checkKey(key: string): void {
  const segments = key.split('/');
  if (Buffer.byteLength(key) <= MAX_KEY_BYTES && segments.every(isVisible) && !UNSAFE.test(key)) return;
  throw new ServingError('object-not-found', `${JSON.stringify(key)} is not a name an object can have`);
}

/** Says whether a name is an object's: names that begin with a dot belong to the store itself or to the system. */
export function isVisible(name: string): boolean {
  return name !== '' && !name.startsWith('.');
}

/** Control characters, NUL among them, and the separator of Windows, which is `..` in other clothes. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const UNSAFE = /[\u0000-\u001f\u007f\\]/;

/**
 * Compares the size of an object with what was promised, before a byte of it is read.
 *
 * @throws {ServingError} `corrupt-artifact` that names both sides.
 */
export function checkSize(key: string, size: number, expected: ExpectedObject | undefined): void {
  if (expected === undefined && size > MAX_UNANNOUNCED_BYTES) {
    throw new ServingError(
      'corrupt-artifact',
      `"${key}" has ${size} bytes, expected ${MAX_UNANNOUNCED_BYTES} at most`,
    );
  }
  if (expected !== undefined && size !== expected.bytes) {
    throw new ServingError('corrupt-artifact', `"${key}" has ${size} bytes, expected ${expected.bytes}`);
  }
}

/** The error for a digest that is not the promised one, or undefined when nothing is wrong. */
export function digestError(
  key: string,
  sha256: string,
  expected: ExpectedObject | undefined,
): ServingError | undefined {
  if (expected === undefined || sha256 === expected.sha256) return undefined;
  return new ServingError('corrupt-artifact', `"${key}" has SHA-256 ${sha256}, expected ${expected.sha256}`);
}

/** The error for a key without an object. */
export function notFound(key: string, cause?: unknown): ServingError {
  return new ServingError('object-not-found', `the store has no object "${key}"`, { cause });
}

/** The error for a write that lost against another. */
export function conflict(key: string, cause?: unknown): ServingError {
  return new ServingError('conflict', `"${key}" was written by somebody else in the meantime`, { cause });
}
