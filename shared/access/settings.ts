import type { KeySet } from './key-set';
import type { Rate } from './rate';

/**
 * What an address is for, where it is no matter of a model. Probes are always open; pages are made of the same files
 * wherever they are open (`assets`).
 */
export type Area = 'health' | 'metrics' | 'docs' | 'playground' | 'assets';

/** Areas that a deployment opens to everybody. */
export const OPENABLE = ['metrics', 'docs', 'playground'] as const satisfies readonly Area[];

/** Who may call, how much, and when it is too much. */
export interface GateSettings {
  /** Who may call; whoever reaches the service when absent. */
  readonly access?: AccessSettings;
  readonly rateLimits: LimitSettings;
  readonly overload: OverloadSettings;
}

/** Who may call. */
export interface AccessSettings {
  readonly keys?: KeySettings;
  readonly tokens?: TokenSettings;
  /** Areas that nobody has to show anything for. */
  readonly open: readonly (typeof OPENABLE)[number][];
}

/** Whether nobody has to show anything for an area. Pages are made of the same files wherever they are open. */
export function isOpen(access: AccessSettings | undefined, area: Area): boolean {
  if (access === undefined || area === 'health') return true;
  const { open } = access;
  return area === 'assets' ? open.includes('docs') || open.includes('playground') : open.includes(area);
}

/** Where the keys are: in a file, or in the settings themselves. */
export type KeySettings =
  | { readonly inline: KeySet }
  | {
      readonly file: string;
      /** How old what was read of the file may be, in milliseconds, when a request comes. */
      readonly refreshMs: number;
    };

/** Which signed tokens are taken. */
export interface TokenSettings {
  /** Where the issuer's public keys are (RFC 7517). */
  readonly jwksUrl: string;
  readonly issuer: string;
  /** One of these must be what the token is for. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  /** How far the issuer's clock may be from ours, in milliseconds. */
  readonly clockToleranceMs: number;
  /** The `sub` or verified `email` of those who may call; whoever has a token when empty. */
  readonly subjects: readonly string[];
}

/** How much callers may ask for. */
export interface LimitSettings {
  /** The rate of whoever has none of its own; none when absent. */
  readonly rate?: Rate;
  /** Where the count is kept that all instances share; each has its own when absent. */
  readonly redisUrl?: string;
  /** Whose count that is: services that share a Redis count apart. */
  readonly service: string;
  /** How many proxies in front of this service add to `X-Forwarded-For`. */
  readonly trustedHops: number;
}

/** When an instance refuses more work. */
export interface OverloadSettings {
  /** Most requests that are worked on at the same time. */
  readonly maxPending?: number;
  /** Most memory that may be in use, in percent of what the container has. */
  readonly maxMemoryPercent?: number;
}
