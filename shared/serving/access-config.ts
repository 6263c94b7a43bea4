import { type KeySet, parseKeySet } from '../access/key-set';
import { parseRate, RATE_FORM, type Rate } from '../access/rate';
import { type AccessSettings, type GateSettings, OPENABLE, type OverloadSettings } from '../access/settings';
import { type Environment, optional, type Reader, unexpected } from './environment';

/**
 * Who may call, how much, and when it is too much.
 *
 * @param hops proxies that a deployment of this kind has before it: Google's front end is one.
 * @param service what the deployment is called.
 */
export function readAccess(
  read: Reader,
  { hops, service }: { readonly hops: number; readonly service: string },
): GateSettings {
  const access = readCallers(read);
  const rate = readRate(read);
  const redisUrl = readRedisUrl(read);
  // Keys may have rates of their own.
  if (redisUrl !== undefined && rate === undefined && access?.keys === undefined) {
    throw new TypeError(
      'RATE_LIMIT_REDIS_URL is set, but neither RATE_LIMIT nor ACCESS=keys, so that it would limit nothing',
    );
  }
  return {
    ...optional('access', access),
    rateLimits: {
      ...optional('rate', rate),
      ...optional('redisUrl', redisUrl),
      service,
      trustedHops: read.integer('TRUSTED_HOPS', hops, 0),
    },
    overload: readOverload(read),
  };
}

/** An environment without who may call and how much: whoever runs a model by themselves needs nobody's leave. */
export function withoutAccess(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !ACCESS_NAMES.test(name)));
}

const ACCESS_NAMES = /^(ACCESS|API_KEYS|TOKEN|RATE_LIMIT|TRUSTED|MAX_PENDING|MAX_MEMORY)(_|$)/;

/** What is set is read even where it is not used, so that a door which was meant to be shut is not left open. */
function readCallers(read: Reader): AccessSettings | undefined {
  const ways = read.choices('ACCESS', ['keys', 'tokens']);
  const keys = readKeys(read, ways.includes('keys'));
  const tokens = readTokens(read, ways.includes('tokens'));
  const open = read.choices('ACCESS_OPEN', OPENABLE);
  if (ways.length === 0) {
    if (open.length === 0) return undefined;
    throw new TypeError('ACCESS_OPEN is set, but ACCESS is not, so that everything would be open');
  }
  return { ...optional('keys', keys), ...optional('tokens', tokens), open };
}

function readKeys(read: Reader, isOn: boolean): AccessSettings['keys'] {
  const inline = read.text('API_KEYS');
  const file = read.text('API_KEYS_FILE');
  const refreshMs = read.integer('API_KEYS_REFRESH_MS', 10_000, 0);
  if (!isOn) return refuse(read, 'keys', ['API_KEYS', 'API_KEYS_FILE', 'API_KEYS_REFRESH_MS']);
  if ((inline === undefined) === (file === undefined)) {
    throw new TypeError('ACCESS=keys: expected either API_KEYS_FILE or API_KEYS to be set');
  }
  return file === undefined ? { inline: readInline(inline ?? '') } : { file, refreshMs };
}

/** A set that makes no sense fails here and not at the first request. */
function readInline(text: string): KeySet {
  try {
    return parseKeySet(text);
  } catch (cause) {
    throw new TypeError(`API_KEYS: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** Those that are checked with a public key; with a shared secret, whoever checks tokens could make them. */
const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

const TOKEN_NAMES = [
  ...['TOKEN_JWKS_URL', 'TOKEN_ISSUER', 'TOKEN_AUDIENCE'],
  ...['TOKEN_ALGORITHMS', 'TOKEN_SUBJECTS', 'TOKEN_CLOCK_TOLERANCE_MS'],
];

function readTokens(read: Reader, isOn: boolean): AccessSettings['tokens'] {
  const jwksUrl = readJwksUrl(read);
  const issuer = read.text('TOKEN_ISSUER');
  const audiences = read.list('TOKEN_AUDIENCE');
  const algorithms = read.choices('TOKEN_ALGORITHMS', ALGORITHMS);
  const subjects = read.list('TOKEN_SUBJECTS');
  const clockToleranceMs = read.integer('TOKEN_CLOCK_TOLERANCE_MS', 5_000, 0);
  if (!isOn) return refuse(read, 'tokens', TOKEN_NAMES);
  if (jwksUrl === undefined || issuer === undefined || audiences.length === 0) {
    throw new TypeError('ACCESS=tokens: expected TOKEN_JWKS_URL, TOKEN_ISSUER and TOKEN_AUDIENCE to be set');
  }
  const usual = ['RS256', 'ES256'];
  return {
    ...{ jwksUrl, issuer, audiences, clockToleranceMs, subjects },
    algorithms: algorithms.length > 0 ? algorithms : usual,
  };
}

/** Whoever can change what comes from there can let anybody in. */
function readJwksUrl(read: Reader): string | undefined {
  const url = read.url('TOKEN_JWKS_URL');
  if (url === undefined || /^(https:|http:\/\/(localhost|127\.0\.0\.1)(:|\/))/.test(url)) return url;
  throw unexpected('TOKEN_JWKS_URL', 'an address that starts with https://', url);
}

/** Settings of a way that is off: whoever made them believes that it is on. */
function refuse(read: Reader, way: string, names: readonly string[]): undefined {
  const set = names.find((name) => read.text(name) !== undefined);
  if (set === undefined) return undefined;
  throw new TypeError(`${set} is set, but ACCESS does not name "${way}", so that it would protect nothing`);
}

function readRate(read: Reader): Rate | undefined {
  const text = read.text('RATE_LIMIT');
  const rate = text === undefined ? undefined : parseRate(text);
  if (text === undefined || rate !== undefined) return rate;
  throw unexpected('RATE_LIMIT', RATE_FORM, text);
}

/** Not told what came: an address of Redis may have a password in it. */
function readRedisUrl(read: Reader): string | undefined {
  const url = read.text('RATE_LIMIT_REDIS_URL');
  if (url === undefined || (/^rediss?:\/\/[^/]+(\/\d*)?$/.test(url) && isDecodable(url))) return url;
  throw new TypeError(
    'RATE_LIMIT_REDIS_URL: expected an address like redis://10.0.0.3:6379, or redis://10.0.0.3:6379/1 for a database',
  );
}

/** The client decodes user and password, and throws where a percent sign stands for itself. */
function isDecodable(url: string): boolean {
  try {
    const { username, password } = new URL(url);
    return typeof decodeURIComponent(username + password) === 'string';
  } catch {
    return false;
  }
}

function readOverload(read: Reader): OverloadSettings {
  return {
    ...optional('maxPending', read.optionalInteger('MAX_PENDING_REQUESTS', 1)),
    ...optional('maxMemoryPercent', read.optionalInteger('MAX_MEMORY_PERCENT', 1)),
  };
}
