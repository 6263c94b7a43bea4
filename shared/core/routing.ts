import { createHash } from 'node:crypto';

/** The alias that a request follows that asks for no version. */
export const PRODUCTION = 'production';

/** Names of aliases. Never one that could be taken for a version. */
export const ALIAS_NAME = /^[a-z][a-z0-9_-]{0,62}$/;

/** A version that is given copies of requests; what it answers is compared and never returned. */
export interface Shadow {
  readonly version: string;
  /** Share of the requests that are copied, in percent. */
  readonly percent: number;
}

/** Which version of a model answers whom. */
export interface Routing {
  /** Version by alias. */
  readonly aliases: Readonly<Record<string, string>>;
  /**
   * Share of the requests that ask for no version, in percent by version, 100 together. Without it, the production
   * alias has them all.
   */
  readonly traffic?: Readonly<Record<string, number>>;
  readonly shadow?: Shadow;
}

/** Where nothing was ever decided. */
export const NO_ROUTING: Routing = { aliases: {} };

/**
 * The versions that requests without a version may be answered by, with their shares in percent.
 *
 * @param highest the version that has them all where nothing was decided.
 */
export function sharesOf({ aliases, traffic }: Routing, highest?: string): ReadonlyMap<string, number> {
  if (traffic !== undefined) return new Map(Object.entries(traffic).filter(([, percent]) => percent > 0));
  const production = (Object.hasOwn(aliases, PRODUCTION) ? aliases[PRODUCTION] : undefined) ?? highest;
  return new Map(production === undefined ? [] : [[production, 100]]);
}

/** Every version that is spoken of. */
export function versionsOf({ aliases, traffic, shadow }: Routing): ReadonlySet<string> {
  return new Set([
    ...Object.values(aliases),
    ...Object.keys(traffic ?? {}),
    ...(shadow === undefined ? [] : [shadow.version]),
  ]);
}

/**
 * Chooses the version for a routing key by weighted rendezvous hashing: the same key always gets the same version, and
 * when shares change, keys move only towards versions whose share grew.
 *
 * A version's score is `-ln(u) / share`, where `u` is evenly distributed between 0 and 1: the first 48 bits of
 * SHA-256 over `model`, `version` and `key`, joined by line feeds. The lowest score wins.
 *
 * @param shares at least one; they need not add up to 100.
 * @see Schindelhauer, Schomaker: Weighted distributed hash tables (SPAA 2005)
 */
export function chooseByShare(model: string, shares: ReadonlyMap<string, number>, key: string): string {
  let chosen = '';
  let lowest = Number.POSITIVE_INFINITY;
  for (const [version, share] of shares) {
    const score = -Math.log(evenly(`${model}\n${version}\n${key}`)) / share;
    if (score < lowest || chosen === '') [chosen, lowest] = [version, score];
  }
  return chosen;
}

/** The version with the largest share: who has no key is not split. */
export function largestShare(shares: ReadonlyMap<string, number>): string | undefined {
  return [...shares].reduce<[string, number] | undefined>(
    (best, entry) => (best === undefined || entry[1] > best[1] ? entry : best),
    undefined,
  )?.[0];
}

/** A number above 0 and at most 1 that a text always gets. */
function evenly(text: string): number {
  return (createHash('sha256').update(text).digest().readUIntBE(0, 6) + 1) / 2 ** 48;
}

/** Says whether a request is among the share that is copied to the shadow, the same way every time. */
export function isShadowed({ version, percent }: Shadow, key: string): boolean {
  return percent >= 100 || evenly(`shadow\n${version}\n${key}`) * 100 <= percent;
}
