import { readConfig } from '../../shared/serving/config';
import { writeKeySet } from '../key-sets';

const KEYS = writeKeySet([{ name: 'ada', key: 'a' }]);
const TOKENS = {
  TOKEN_JWKS_URL: 'https://issuer.example/keys',
  TOKEN_ISSUER: 'https://issuer.example',
  TOKEN_AUDIENCE: 'a, b',
};

test('everything is open, and nothing is counted, where nothing is said', () => {
  const { access, rateLimits, overload } = readConfig({});

  expect({ access, rateLimits, overload }).toEqual({
    access: undefined,
    rateLimits: { service: 'onnx-functions', trustedHops: 0 },
    overload: {},
  });
});

test('keys are read from a file, or from the variable itself', () => {
  const inFile = readConfig({ ACCESS: 'keys', API_KEYS_FILE: '/secrets/keys.json' });
  const inline = readConfig({ ACCESS: 'keys', API_KEYS: KEYS });

  expect(inFile.access).toEqual({ keys: { file: '/secrets/keys.json', refreshMs: 10_000 }, open: [] });
  expect(inline.access?.keys).toMatchObject({ inline: [{ name: 'ada' }] });
});

test('tokens have algorithms and a tolerance that need not be said', () => {
  expect(readConfig({ ACCESS: 'tokens', ...TOKENS }).access).toEqual({
    tokens: {
      jwksUrl: 'https://issuer.example/keys',
      issuer: 'https://issuer.example',
      audiences: ['a', 'b'],
      algorithms: ['RS256', 'ES256'],
      clockToleranceMs: 5_000,
      subjects: [],
    },
    open: [],
  });
});

test('what is counted is that of the service as the platform calls it', () => {
  expect(readConfig({ K_SERVICE: 'predict' }).rateLimits.service).toBe('predict');
});

test.each([
  [{}, 0],
  [{ K_SERVICE: 'predict' }, 1],
  [{ K_SERVICE: 'predict', TRUSTED_HOPS: '2' }, 2],
])('of %j as many proxies are trusted as stand before it', (env, hops) => {
  expect(readConfig(env).rateLimits.trustedHops).toBe(hops);
});

test.each([
  [
    'a way that there is not',
    { ACCESS: 'password' },
    'ACCESS: expected some of keys, tokens, got "password"',
  ],
  ['keys that are nowhere', { ACCESS: 'keys' }, 'expected either API_KEYS_FILE or API_KEYS to be set'],
  [
    'keys in two places',
    { ACCESS: 'keys', API_KEYS: KEYS, API_KEYS_FILE: 'x' },
    'expected either API_KEYS_FILE or',
  ],
  [
    'keys that make no sense',
    { ACCESS: 'keys', API_KEYS: '{}' },
    'API_KEYS: /keys: expected an array, got nothing',
  ],
  [
    'keys that protect nothing',
    { API_KEYS_FILE: 'x' },
    'API_KEYS_FILE is set, but ACCESS does not name "keys"',
  ],
  ['tokens of nobody', { ACCESS: 'tokens' }, 'expected TOKEN_JWKS_URL, TOKEN_ISSUER and TOKEN_AUDIENCE'],
  [
    'tokens that protect nothing',
    { ACCESS: 'keys', API_KEYS: KEYS, ...TOKENS },
    'ACCESS does not name "tokens"',
  ],
  [
    'no algorithm',
    { ACCESS: 'tokens', ...TOKENS, TOKEN_ALGORITHMS: 'none' },
    'TOKEN_ALGORITHMS: expected some of RS256',
  ],
  [
    'a shared secret',
    { ACCESS: 'tokens', ...TOKENS, TOKEN_ALGORITHMS: 'HS256' },
    'TOKEN_ALGORITHMS: expected some of',
  ],
  [
    'keys of an issuer that anybody could change',
    { ACCESS: 'tokens', ...TOKENS, TOKEN_JWKS_URL: 'http://issuer.example/keys' },
    'TOKEN_JWKS_URL: expected an address that starts with https://',
  ],
  [
    'an area that cannot be opened',
    { ACCESS_OPEN: 'predict' },
    'ACCESS_OPEN: expected some of metrics, docs',
  ],
  ['a rate that is none', { RATE_LIMIT: '600' }, 'RATE_LIMIT: expected rows/window as in 600/min'],
  [
    'another store than Redis',
    { RATE_LIMIT_REDIS_URL: 'http://x' },
    'RATE_LIMIT_REDIS_URL: expected an address like',
  ],
  [
    'a password of Redis with a percent sign that means nothing',
    { RATE_LIMIT: '1/h', RATE_LIMIT_REDIS_URL: 'redis://:100%@x:6379' },
    'RATE_LIMIT_REDIS_URL: expected an address like',
  ],
  [
    'a database of Redis that has a name',
    { RATE_LIMIT: '1/h', RATE_LIMIT_REDIS_URL: 'redis://x/mine' },
    'RATE_LIMIT_REDIS_URL: expected an address like',
  ],
])('%s is refused at the start', (_, env, message) => {
  expect(() => readConfig(env)).toThrow(message);
});

test.each([
  ['API_KEYS_FILE', 'x', 'ACCESS does not name "keys"'],
  ['API_KEYS_REFRESH_MS', '0', 'ACCESS does not name "keys"'],
  ['TOKEN_JWKS_URL', TOKENS.TOKEN_JWKS_URL, 'ACCESS does not name "tokens"'],
  ['TOKEN_ISSUER', 'x', 'ACCESS does not name "tokens"'],
  ['TOKEN_AUDIENCE', 'x', 'ACCESS does not name "tokens"'],
  ['TOKEN_SUBJECTS', 'ada', 'ACCESS does not name "tokens"'],
  ['TOKEN_ALGORITHMS', 'RS256', 'ACCESS does not name "tokens"'],
  ['TOKEN_CLOCK_TOLERANCE_MS', '0', 'ACCESS does not name "tokens"'],
  ['ACCESS_OPEN', 'metrics', 'ACCESS is not, so that everything would be open'],
  ['RATE_LIMIT_REDIS_URL', 'redis://10.0.0.3:6379', 'neither RATE_LIMIT nor ACCESS=keys'],
])('%s alone would do nothing, and is refused at the start', (name, value, message) => {
  expect(() => readConfig({ [name]: value })).toThrow(`${name} is set, but ${message}`);
});

test.each([
  ['for callers without a rate of their own', { RATE_LIMIT: '600/min' }],
  ['for keys, which may have rates of their own', { ACCESS: 'keys', API_KEYS: KEYS }],
])('Redis counts %s', (_, env) => {
  const { rateLimits } = readConfig({ ...env, RATE_LIMIT_REDIS_URL: 'redis://10.0.0.3:6379' });

  expect(rateLimits.redisUrl).toBe('redis://10.0.0.3:6379');
});

test.each(['redis:/secret@x', 'redis://:secret@x'])('the password of a Redis is not repeated: %s', (url) => {
  const read = () => readConfig({ RATE_LIMIT_REDIS_URL: url });

  expect(read).toThrow('RATE_LIMIT_REDIS_URL');
  expect(read).not.toThrow('secret');
});
