import { createHash, timingSafeEqual } from 'node:crypto';
import { describeValue } from '../core/schema-error';
import { parseRate, RATE_FORM, type Rate } from './rate';

/** A key as it is stored: never the key itself. */
export interface StoredKey {
  readonly name: string;
  /** SHA-256 of the key. */
  readonly digest: Buffer;
  readonly created?: Date;
  readonly expires?: Date;
  readonly revoked?: Date;
  /** The models that it may be used for; all when absent. */
  readonly models?: readonly string[];
  /** Its own rate, instead of the one of the deployment. */
  readonly rate?: Rate;
  /** The same as it was written. */
  readonly rateText?: string;
}

/** All keys of a deployment. */
export type KeySet = readonly StoredKey[];

/** What names of keys are made of: they stand in the log, and in a line of a table. */
export const KEY_NAME = /^[\w.@-]{1,64}$/;

/** What a key may be used for at the moment. */
export type KeyState = 'active' | 'expired' | 'revoked';

export function keyState({ revoked, expires }: StoredKey, now: number): KeyState {
  if (revoked !== undefined) return 'revoked';
  return expires !== undefined && expires.getTime() <= now ? 'expired' : 'active';
}

/** The digest that a key is stored and compared as. A key is 256 random bits, so that no slow hash is needed. */
export function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** Of a variable that was not set, say. Whoever sends an empty header would be let in. */
const DIGEST_OF_NOTHING = digestOf('').toString('hex');

/**
 * Finds the key that was presented. Every stored digest is compared, each in constant time, so that how long it takes
 * says nothing of which of them came close.
 */
export function findKey(keys: KeySet, presented: string): StoredKey | undefined {
  const digest = digestOf(presented);
  let found: StoredKey | undefined;
  for (const key of keys) {
    if (timingSafeEqual(key.digest, digest)) found = key;
  }
  return found;
}

/**
 * Reads a key set: `{"keys": [{"name", "sha256", "created", "expires", "revoked", "models", "rate"}]}`.
 *
 * @throws {TypeError} that says where it is wrong, what was expected and what came.
 */
export function parseKeySet(text: string): KeySet {
  const { keys } = readObject(parseJson(text), '', ['keys']);
  if (!Array.isArray(keys)) throw wrong('/keys', 'an array', keys);
  const set = keys.map((key: unknown, index) => readKey(key, `/keys/${index}`));
  for (const [index, { name, digest }] of set.entries()) {
    const twin = set.findIndex((other) => other.name === name || other.digest.equals(digest));
    if (twin < index) throw new TypeError(`/keys/${index}: "${name}" is there already, as /keys/${twin}`);
  }
  return set;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new TypeError('expected JSON');
  }
}

const MEMBERS = ['name', 'sha256', 'created', 'expires', 'revoked', 'models', 'rate'] as const;

function readKey(value: unknown, at: string): StoredKey {
  const { name, sha256, created, expires, revoked, models, rate } = readObject(value, at, MEMBERS);
  if (typeof name !== 'string' || !KEY_NAME.test(name)) {
    throw wrong(`${at}/name`, 'up to 64 letters, digits, ".", "_", "@" and "-"', name);
  }
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) {
    // What came may be the key itself, which is not to be in any log.
    throw new TypeError(`${at}/sha256: expected 64 hexadecimal digits in lower case`);
  }
  if (sha256 === DIGEST_OF_NOTHING) {
    throw new TypeError(`${at}/sha256: expected the digest of a key, got that of nothing`);
  }
  return {
    name,
    digest: Buffer.from(sha256, 'hex'),
    ...readDate('created', created, at),
    ...readDate('expires', expires, at),
    ...readDate('revoked', revoked, at),
    ...readModels(models, at),
    ...readRate(rate, at),
  };
}

function readDate<K extends string>(member: K, value: unknown, at: string): { readonly [P in K]?: Date } {
  if (value === undefined) return {};
  const date = typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) ? new Date(value) : undefined;
  if (date === undefined || Number.isNaN(date.getTime())) {
    throw wrong(`${at}/${member}`, 'a time like 2027-01-31T12:00:00Z', value);
  }
  return { [member]: date } as { readonly [P in K]?: Date };
}

function readModels(value: unknown, at: string): Pick<StoredKey, 'models'> {
  if (value === undefined) return {};
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return { models: value };
  throw wrong(`${at}/models`, 'an array of names', value);
}

function readRate(value: unknown, at: string): Pick<StoredKey, 'rate' | 'rateText'> {
  if (value === undefined) return {};
  const rate = typeof value === 'string' ? parseRate(value) : undefined;
  if (rate === undefined || typeof value !== 'string') throw wrong(`${at}/rate`, RATE_FORM, value);
  return { rate, rateText: value };
}

/** A member that is misspelt would be a limit that is not kept, so none is passed over. */
function readObject<K extends string>(
  value: unknown,
  at: string,
  members: readonly K[],
): Readonly<Partial<Record<K, unknown>>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(at, 'an object', value);
  const stranger = Object.keys(value).find((name) => !members.some((member) => member === name));
  if (stranger === undefined) return value as Readonly<Partial<Record<K, unknown>>>;
  throw new TypeError(`${at}/${stranger}: expected no other members than ${members.join(', ')}`);
}

function wrong(at: string, expected: string, got: unknown): TypeError {
  return new TypeError(`${at === '' ? 'the key set' : at}: expected ${expected}, got ${describeValue(got)}`);
}
