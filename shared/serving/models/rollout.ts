import { hasCode } from '../../core/errors';
import {
  chooseByShare,
  largestShare,
  PRODUCTION,
  type Routing,
  type Shadow,
  sharesOf,
} from '../../core/routing';
import { routingOf, type StateSnapshot } from '../../registry/model-state';
import { earlierShares, isSame, without } from './shares';

/** Why a version answers: the request names it, or an alias of it; the traffic is split; or there is one for all. */
export type VersionReason = 'pinned' | 'alias' | 'split' | 'default';

/** How requests for one model are routed by this instance: as its state says, as far as its versions can serve. */
export interface Rollout {
  /** What the registry says, as read last. */
  routing(): Routing;
  /** Shares of the versions that answer requests without a version. */
  shares(): ReadonlyMap<string, number>;
  /** The version for a request that names none. */
  choose(routingKey: string | undefined): { readonly version: string; readonly reason: VersionReason };
  /** Where an alias points to. */
  versionOf(alias: string): string | undefined;
  /** Whether another version could answer, were the one that is chosen to fail. */
  hasAlternative(): boolean;
  /** The version that is given copies, if any. */
  shadow(): Shadow | undefined;
  /**
   * Looks whether the state has changed, if it was not looked at for a while. To be called by every request: an instance
   * without requests has no CPU to look with.
   *
   * @returns a promise where what is known is too old to answer by; undefined otherwise. It never rejects.
   */
  touch(): Promise<void> | undefined;
  /** Looks again, unless that was a moment ago: for a name that is not known, and may be new. */
  refresh(): Promise<void>;
  /**
   * Takes the traffic of a version away that turned out to be broken, for a while.
   *
   * @returns whether another version can answer.
   */
  avoid(version: string): Promise<boolean>;
}

export interface RolloutParts {
  readonly model: string;
  /** The state, unless it is still of that generation. */
  readonly readIfChanged: (generation: StateSnapshot['generation']) => Promise<StateSnapshot | undefined>;
  /** The highest version that is published. */
  readonly highest: () => Promise<string | undefined>;
  /** Whether a version is loaded. */
  readonly isLoaded: (version: string) => boolean;
  /** Loads a version and warms it, beside those that answer; a failure is logged by whoever loads. */
  readonly prepare: (version: string, beside: Iterable<string>) => Promise<void>;
  /** Frees a version that takes no traffic any more, as soon as nobody uses it. */
  readonly release: (version: string) => void;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** How long what was read is good without another look, in milliseconds. */
  readonly checkMs: number;
  /** How old what was read may be for an answer, in milliseconds; an instance that was idle looks first. */
  readonly maxAgeMs: number;
  /** Told once when the state cannot be read, and not again before it could. */
  readonly onFailure: (error: unknown) => void;
  /** Told of every change of which version answers. */
  readonly onSwitch: (change: RoutingChange) => void;
}

/** Shares in percent, before and after. */
export interface RoutingChange {
  readonly model: string;
  readonly from: Readonly<Record<string, number>>;
  readonly to: Readonly<Record<string, number>>;
}

/** How long a request waits for a version that was promoted while its instance was idle, in milliseconds. */
const PATIENCE_MS = 2_000;

/** How often made-up names may have the state read, in milliseconds. */
const REFRESH_MS = 1_000;

/** A version never changes, so one that is broken is not looked at again soon. */
const BROKEN_MS = 60_000;

/** Opens the routing of a model as its state is now. Its versions are taken to be good until one fails. */
export function openRollout(
  initial: StateSnapshot,
  highest: string | undefined,
  parts: RolloutParts,
): Rollout {
  const { model, now, checkMs, maxAgeMs, prepare, onFailure } = parts;
  let known = initial;
  let shares = sharesOf(routingOf(initial.state), highest);
  /** What every request without a version is answered by, where that is one. */
  let only = onlyOf(shares);
  let lookedAt = now();
  let looking: Promise<void> | undefined;
  let hasFailed = false;
  /** Versions that take no traffic, and until when. */
  const broken = new Map<string, number>();
  /** Where the aliases that were asked for lead, until the version that they lead to now is ready. */
  const aliases = new Map<string, string>();

  function switchTo(next: ReadonlyMap<string, number>): void {
    const before = shares;
    shares = next;
    only = onlyOf(next);
    if (isSame(before, next)) return;
    parts.onSwitch({ model, from: Object.fromEntries(before), to: Object.fromEntries(next) });
    for (const version of before.keys()) releaseUnused(version);
  }

  function releaseUnused(version: string): void {
    if (!shares.has(version) && ![...aliases.values()].includes(version)) parts.release(version);
  }

  /** Moves the aliases that are in use to where they lead now, each once its new version can answer. */
  async function followAliases(): Promise<void> {
    for (const [alias, version] of aliases) {
      const target = targetOf(alias);
      if (target === version || (target !== undefined && !(await isReady(target)))) continue;
      if (target === undefined) aliases.delete(alias);
      else aliases.set(alias, target);
      releaseUnused(version);
    }
  }

  const targetOf = (alias: string) =>
    Object.hasOwn(known.state.aliases, alias) ? known.state.aliases[alias] : undefined;

  const wantedShares = async (): Promise<ReadonlyMap<string, number>> => {
    const routing = routingOf(known.state);
    const decided = sharesOf(routing);
    return decided.size > 0 ? decided : sharesOf(routing, await parts.highest());
  };

  const isBroken = (version: string) => (broken.get(version) ?? 0) > now();

  async function isReady(version: string): Promise<boolean> {
    if (isBroken(version)) return false;
    try {
      // One that was asked for by its name is loaded, and has not shown that it can answer.
      if (!shares.has(version) || !parts.isLoaded(version)) await prepare(version, shares.keys());
      broken.delete(version);
      return true;
    } catch (error) {
      broken.set(version, now() + (isOwnFault(error) ? BROKEN_MS : checkMs));
      return false;
    }
  }

  /** Has the versions of the state loaded beside those that answer, and switches to those that can serve. */
  async function follow(): Promise<void> {
    const wanted = await wantedShares();
    const isPending = [...wanted.keys()].some((version) => !parts.isLoaded(version));
    const ready = new Map<string, number>();
    for (const [version, share] of wanted) if (await isReady(version)) ready.set(version, share);
    // Loading takes a while, in which somebody may have thought better of it.
    if (isPending && (await learn())) return follow();
    if (ready.size > 0) switchTo(ready);
  }

  async function learn(): Promise<boolean> {
    const next = await parts.readIfChanged(known.generation);
    if (next === undefined) return false;
    known = next;
    broken.clear();
    return true;
  }

  async function look(): Promise<void> {
    try {
      await learn();
      lookedAt = now();
      if (!isSame(await wantedShares(), shares)) await follow();
      await followAliases();
      hasFailed = false;
    } catch (error) {
      if (!hasFailed) onFailure(error);
      hasFailed = true;
    } finally {
      lookedAt = now();
      looking = undefined;
    }
  }

  /** A version that takes long to load is not worth waiting for where another can answer. */
  function lookPatiently(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    looking ??= look();
    return Promise.race([looking, late]).finally(() => clearTimeout(timer));
  }

  return {
    routing: () => routingOf(known.state),
    shares: () => shares,
    hasAlternative: () => shares.size > 1 || earlierShares(known.state).length > 0,
    shadow: () => known.state.shadow,
    versionOf(alias) {
      const target = targetOf(alias);
      if (target === undefined) return undefined;
      // Production is what answers those who ask for no version, unless the traffic is split.
      const version =
        alias === PRODUCTION && only !== undefined && !known.state.traffic ? only.version : target;
      const answering = alias === PRODUCTION ? version : (aliases.get(alias) ?? target);
      if (alias !== PRODUCTION) aliases.set(alias, answering);
      return answering;
    },
    choose(routingKey) {
      if (only !== undefined) return only;
      const version =
        routingKey === undefined ? largestShare(shares) : chooseByShare(model, shares, routingKey);
      return { version: version ?? '', reason: 'split' };
    },
    touch() {
      const age = now() - lookedAt;
      if (age < checkMs) return undefined;
      if (age >= maxAgeMs) return lookPatiently();
      looking ??= look();
      return undefined;
    },
    async refresh() {
      if (now() - lookedAt >= REFRESH_MS) await lookPatiently();
    },
    async avoid(version) {
      broken.set(version, now() + BROKEN_MS);
      const candidates = [await wantedShares(), ...earlierShares(known.state)];
      const next = candidates.map((each) => without(each, isBroken)).find(({ size }) => size > 0);
      if (next !== undefined) switchTo(next);
      return next !== undefined;
    },
  };
}

function onlyOf(shares: ReadonlyMap<string, number>): ReturnType<Rollout['choose']> | undefined {
  const [version, ...others] = shares.keys();
  return version === undefined || others.length > 0 ? undefined : { version, reason: 'default' };
}

/** Whether a version is to blame for not being ready, and not the store or the network. */
export function isOwnFault(error: unknown): boolean {
  const reason = hasCode(error, 'model-unavailable') ? error.members['reason'] : undefined;
  return reason !== undefined && reason !== 'store-unavailable';
}
