import { hasCode } from '../core/errors';
import type { HttpRequest } from '../core/http';
import { type Caller, unauthenticated } from './caller';
import { clientAddress } from './client-address';
import { type Credentials, readCredentials } from './credentials';
import { createFailedLogins } from './failed-logins';
import type { IssuerKeysParts } from './issuer-keys';
import { createKeyCheck } from './key-check';
import { digestOf } from './key-set';
import { openKeySource } from './key-source';
import { createRecency } from './recency';
import type { AccessSettings, TokenSettings } from './settings';

/** Tells callers apart. */
export interface Identifier {
  /**
   * Finds out who sends a request.
   *
   * @param onKnown told who it is as soon as that is known, let in or not.
   * @throws {ServingError} `unauthenticated`, `forbidden`, `access-unavailable`, `rate-limited`
   */
  identify(request: HttpRequest, onKnown: (name: string) => void): Promise<Caller>;
  /** Resolves where keys can be looked up. @throws {ServingError} `access-unavailable` */
  ready(): Promise<void>;
}

export interface IdentifyParts extends IssuerKeysParts {
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
}

/** Finds out whose credentials are shown, or that they are not to be looked at for now. */
type Check = (
  text: string,
  from: { readonly addressOf: () => string; readonly onKnown: (name: string) => void },
) => Promise<Caller>;

/**
 * Prepares to find out who calls. What is wrong counts against the address that it comes from, which may be that of many:
 * whoever shows something good is let in all the same, as far as that can be known cheaply.
 */
export async function createIdentifier(
  settings: AccessSettings,
  trustedHops: number,
  parts: IdentifyParts,
): Promise<Identifier> {
  const { keys, tokens } = settings;
  const { now, onFailure, wallClock = Date.now } = parts;
  const failed = createFailedLogins();
  // A digest costs 1 µs. Keys are too long to be guessed, so that there is no reason to refuse a good one.
  const currentKeys = keys && openKeySource(keys, { now, onFailure });
  const findCaller = currentKeys && createKeyCheck(currentKeys, wallClock);
  const checkKey: Check | undefined = findCaller && ((key, { onKnown }) => findCaller(key, onKnown));
  const checkToken = tokens && (await createTokenCheckOf(tokens));
  const checkOf = ({ kind }: Credentials) =>
    kind === 'token' ? (checkToken ?? checkKey) : (checkKey ?? checkToken);

  /** A signature costs 70 µs, more than a prediction may: an address that sends many wrong ones has no new token checked. */
  async function createTokenCheckOf(wanted: TokenSettings): Promise<Check> {
    const { createTokenCheck } = await import('./token-check');
    const check = createTokenCheck(wanted, parts);
    const good = createRecency(MAX_GOOD_TOKENS);
    return async function checkTokenOf(token, { addressOf, onKnown }) {
      const digest = digestOf(token).toString('base64');
      if (!good.has(digest)) await failed.check(addressOf());
      try {
        const caller = await check(token, onKnown);
        good.touch(digest);
        return caller;
      } catch (error) {
        // It may have expired.
        if (isRefusal(error)) good.forget(digest);
        throw error;
      }
    };
  }

  return {
    async identify(request, onKnown) {
      const credentials = readCredentials(request);
      if (credentials === undefined) {
        throw unauthenticated(`expected ${wantedOf(settings)}, got neither header`, false);
      }
      const check = checkOf(credentials);
      if (check === undefined) throw new TypeError('access is on, but neither keys nor tokens are taken');
      const addressOf = () => clientAddress(request, trustedHops);
      try {
        return await check(credentials.text, { addressOf, onKnown });
      } catch (error) {
        if (isRefusal(error)) await failed.count(addressOf());
        throw error;
      }
    },
    async ready() {
      await currentKeys?.();
    },
  };
}

/** Whether it is what was shown that is no good. */
function isRefusal(error: unknown): boolean {
  return hasCode(error, 'unauthenticated', 'forbidden');
}

/** Most tokens that are known to have been good, by their digests. */
const MAX_GOOD_TOKENS = 10_000;

function wantedOf({ keys, tokens }: AccessSettings): string {
  const ways = [
    keys && 'an API key (X-API-Key or Authorization: Bearer)',
    tokens && 'a token (Authorization: Bearer)',
  ];
  return ways.filter((way) => way !== undefined).join(' or ');
}
