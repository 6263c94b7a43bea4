import {
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import { shorten } from '../core/schema-error';
import { accessUnavailable, type Caller, forbidden, unauthenticated } from './caller';
import { createIssuerKeys, type IssuerKeys, type IssuerKeysParts, KeysUnavailable } from './issuer-keys';
import type { TokenSettings } from './settings';

/**
 * Finds out who a token is of.
 *
 * @param onKnown told who that is, let in or not.
 * @throws {ServingError} `unauthenticated`, `forbidden`, `access-unavailable`
 */
export type TokenCheck = (token: string, onKnown: (name: string) => void) => Promise<Caller>;

/**
 * Checks tokens against the keys that their issuer publishes. Those are fetched for the first token, kept for ten
 * minutes, and fetched once more for a token of a key that is not among them, which may be a new one: but twice in 30
 * seconds for nobody, so that whoever makes tokens up cannot have them fetched.
 */
export function createTokenCheck(settings: TokenSettings, parts: IssuerKeysParts): TokenCheck {
  const { jwksUrl, issuer, audiences, algorithms, clockToleranceMs, subjects } = settings;
  const findKey = createKeyFinder(createIssuerKeys(jwksUrl, parseKeys, parts));
  const options = {
    issuer,
    audience: [...audiences],
    algorithms: [...algorithms],
    clockTolerance: clockToleranceMs / 1_000,
    requiredClaims: ['sub', 'exp'],
  };
  return async function checkToken(token, onKnown) {
    const payload = await verify(() => verifyWithAny(token, findKey, options));
    const { sub = '' } = payload;
    const names = namesOf(payload);
    const name = shorten(names.at(-1) ?? sub, 128);
    onKnown(name);
    if (subjects.length > 0 && !names.some((each) => subjects.includes(each))) {
      throw forbidden('the subject of the token is not among those who may call');
    }
    return { id: `token:${issuer} ${sub}`, name };
  };
}

function parseKeys(body: unknown): JWTVerifyGetKey {
  if (typeof body === 'object' && body !== null && 'keys' in body && Array.isArray(body.keys)) {
    // The library throws where its members are no keys.
    return createLocalJWKSet(body as JSONWebKeySet);
  }
  throw new Error('expected {"keys": [...]}');
}

function createKeyFinder(issuerKeys: IssuerKeys<JWTVerifyGetKey>): JWTVerifyGetKey {
  return async function findKey(header, token) {
    const find = await issuerKeys.current();
    try {
      return await find(header, token);
    } catch (error) {
      const renewed = error instanceof errors.JWKSNoMatchingKey ? await issuerKeys.renewed() : undefined;
      if (renewed === undefined) throw error;
      return renewed(header, token);
    }
  };
}

/** Most keys that one token is checked with: issuers have two or three while they change them, and each costs 70 µs. */
const MAX_TRIED = 4;

/** A token need not name its key (RFC 7515, section 4.1.4): then it is tried with each that it may be of. */
async function verifyWithAny(
  token: string,
  findKey: JWTVerifyGetKey,
  options: JWTVerifyOptions,
): Promise<{ readonly payload: JWTPayload }> {
  try {
    return await jwtVerify(token, findKey, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    return tryEach(error, (key) => jwtVerify(token, key, options));
  }
}

/** @throws what is wrong with the token besides its signature, as soon as one of the keys fits. */
async function tryEach<K, T>(keys: AsyncIterable<K>, attempt: (key: K) => Promise<T>): Promise<T> {
  let tried = 0;
  for await (const key of keys) {
    if (++tried > MAX_TRIED) break;
    try {
      return await attempt(key);
    } catch (error) {
      // A key that the library finds too weak is a TypeError, and no reason not to try the next.
      const isOther = error instanceof errors.JWSSignatureVerificationFailed || error instanceof TypeError;
      if (!isOther) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

async function verify(work: () => Promise<{ readonly payload: JWTPayload }>): Promise<JWTPayload> {
  try {
    return (await work()).payload;
  } catch (error) {
    if (error instanceof KeysUnavailable) {
      throw accessUnavailable('tokens cannot be checked: the keys of their issuer cannot be fetched', error);
    }
    if (error instanceof errors.JOSEError) throw unauthenticated(describe(error), true);
    throw error;
  }
}

function describe(error: InstanceType<typeof errors.JOSEError>): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return describeClaim(error);
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return 'the token is signed with an algorithm that is not allowed';
  }
  if (error instanceof errors.JWKSNoMatchingKey) return 'the token is signed with a key that is not known';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature of the token is wrong';
  return 'the token cannot be read';
}

const CLAIMS: Readonly<Record<string, string>> = {
  iss: 'the token is of another issuer',
  aud: 'the token is for another audience',
  nbf: 'the token is not valid yet',
  sub: 'the token names no subject',
  exp: 'the token has no time at which it expires',
};

function describeClaim({ claim }: InstanceType<typeof errors.JWTClaimValidationFailed>): string {
  return CLAIMS[claim] ?? 'the claims of the token are not valid';
}

/** What a token calls its subject: an identity, and an address that the issuer has made sure of. */
function namesOf({ sub, email, email_verified: isVerified }: JWTPayload): string[] {
  return [sub, isVerified === true ? email : undefined].filter(
    (name): name is string => typeof name === 'string',
  );
}
