import { type Caller, unauthenticated } from './caller';
import { findKey, keyState } from './key-set';
import type { KeySource } from './key-source';

/**
 * Finds out whose key it is.
 *
 * @param onKnown told whose it is, good or not.
 * @throws {ServingError} `unauthenticated`, `access-unavailable`
 */
export type KeyCheck = (key: string, onKnown: (name: string) => void) => Promise<Caller>;

/** @param wallClock milliseconds since 1970, for keys that expire. */
export function createKeyCheck(source: KeySource, wallClock: () => number): KeyCheck {
  return async function checkKey(presented, onKnown) {
    const key = findKey(await source(), presented);
    if (key === undefined) throw unauthenticated('the API key is not known', true);
    onKnown(key.name);
    const state = keyState(key, wallClock());
    // Said only to who holds the key.
    if (state === 'expired') throw unauthenticated('the API key has expired', true);
    if (state === 'revoked') throw unauthenticated('the API key was revoked', true);
    const { name, models, rate } = key;
    return { id: `key:${name}`, name, ...(models && { models }), ...(rate && { rate }) };
  };
}
