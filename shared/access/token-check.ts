import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
import { shorten } from '../core/schema-error';
import { accessUnavailable, type Caller, forbidden, unauthenticated } from './caller';
import type { TokenSettings } from './settings';

/** Finds out who a token is of. @throws {ServingError} `unauthenticated`, `forbidden`, `access-unavailable` */
export type TokenCheck = (token: string) => Promise<Caller>;

export interface TokenCheckParts {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Told of every attempt to fetch the issuer's keys that failed. */
  readonly onFailure: (what: string, error: unknown) => void;
}

/**
 * Checks tokens against the keys that their issuer publishes. Those are fetched for the first token, kept for ten
 * minutes, and fetched once more for a token of a key that is not among them, which may be a new one: but twice in 30
 * seconds for nobody, so that whoever makes tokens up cannot have them fetched.
 */
export function createTokenCheck(settings: TokenSettings, parts: TokenCheckParts): TokenCheck {
  const { issuer, audiences, algorithms, clockToleranceMs, subjects } = settings;
  const keys = createRemoteJWKSet(new URL(settings.jwksUrl), {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: COOLDOWN_MS,
    [customFetch]: createPatientFetch(parts),
  });
  const options = {
    issuer,
    audience: [...audiences],
    algorithms: [...algorithms],
    clockTolerance: clockToleranceMs / 1_000,
    requiredClaims: ['sub', 'exp'],
  };
  return async function checkToken(token) {
    const payload = await verify(() => jwtVerify(token, keys, options));
    if (subjects.length > 0 && !namesOf(payload).some((name) => subjects.includes(name))) {
      throw forbidden('the subject of the token is not among those who may call');
    }
    const { sub = '' } = payload;
    return { id: `token:${issuer} ${sub}`, name: shorten(namesOf(payload).at(-1) ?? sub, 128) };
  };
}

const FETCH_TIMEOUT_MS = 5_000;
const COOLDOWN_MS = 30_000;

/** How long nobody asks again for keys that could not be had. */
const FAILURE_PAUSE_MS = 5_000;

/** The keys of the issuer cannot be had, which is nobody's fault who shows a token. */
class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

type Fetch = (url: string, options: RequestInit) => Promise<Response>;

/** The library pauses after a fetch that went well; one that did not would be tried again for every token. */
function createPatientFetch({ now, onFailure }: TokenCheckParts): Fetch {
  let pausedUntil = Number.NEGATIVE_INFINITY;
  return async function fetchKeys(url, options) {
    if (now() < pausedUntil) throw new KeysUnavailable('they could not be fetched a moment ago');
    try {
      return await fetchJson(url, options);
    } catch (cause) {
      pausedUntil = now() + FAILURE_PAUSE_MS;
      onFailure(`fetching the keys of tokens from ${url}`, cause);
      throw new KeysUnavailable('they could not be fetched', { cause });
    }
  };
}

async function fetchJson(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  if (response.status !== 200) throw new Error(`expected status 200, got ${response.status}`);
  const body: unknown = await response.json();
  if (typeof body === 'object' && body !== null && 'keys' in body && Array.isArray(body.keys)) {
    return Response.json(body);
  }
  throw new Error('expected {"keys": [...]}');
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
