import { digestOf } from '../shared/access/key-set';

/** A key with what its entry says of it. */
export interface KeyOptions {
  readonly name: string;
  readonly key: string;
  readonly expires?: string;
  readonly revoked?: string;
  readonly models?: readonly string[];
  readonly rate?: string;
}

/** The text of a key set, as it lies in a secret. */
export function writeKeySet(keys: readonly KeyOptions[]): string {
  return JSON.stringify({
    keys: keys.map(({ key, ...entry }) => ({ ...entry, sha256: digestOf(key).toString('hex') })),
  });
}
