import { sharesOf } from '../../core/routing';
import type { ModelState } from '../../registry/model-state';

/**
 * Who answered before each change of the routing, the latest first: better than nobody, where what came after is broken.
 */
export function earlierShares({ history = [], retired = [] }: ModelState): ReadonlyMap<string, number>[] {
  const isGone = (version: string) => retired.includes(version);
  return history
    .flatMap(({ from }) => (from === undefined ? [] : [without(sharesOf(from), isGone)]))
    .filter(({ size }) => size > 0)
    .reverse();
}

/** The shares of all versions but some. They need not add up to 100. */
export function without(
  shares: ReadonlyMap<string, number>,
  isExcluded: (version: string) => boolean,
): ReadonlyMap<string, number> {
  return new Map([...shares].filter(([version]) => !isExcluded(version)));
}

/** Whether the same versions have the same shares. */
export function isSame(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && [...a].every(([version, share]) => b.get(version) === share);
}
