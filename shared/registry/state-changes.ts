// What may be done to the state of a model, each as a function from the state before to the state after.
import { isDeepStrictEqual } from 'node:util';
import { ServingError } from '../core/errors';
import { ALIAS_NAME, PRODUCTION, type Routing, type Shadow, versionsOf } from '../core/routing';
import { type ModelState, routingOf, type StateChange, trafficDefect } from './model-state';

/** Who makes a change, when and why. */
export type ChangeNote = Pick<StateChange, 'at' | 'by' | 'reason'>;

/**
 * One change; one that gives the same state back changes nothing, and is not written.
 *
 * @throws {ServingError} `invalid-request` for one that makes no sense; `object-not-found` where there is nothing of the
 *   kind that it speaks of
 */
export type Change = (state: ModelState, note: ChangeNote) => ModelState;

/**
 * Most changes that are kept, the newest: an instance reads the state whole whenever it changed. A thousand are some
 * 300 kB.
 */
const MAX_HISTORY = 1_000;

/**
 * Points an alias to a version. Where it is the production alias, all traffic follows it: a split ends. A shadow of the
 * version that is promoted ends as well, since it would be compared with itself.
 */
export function promote(version: string, alias: string = PRODUCTION): Change {
  return (state, note) => {
    checkAlias(alias);
    const { aliases, traffic, shadow } = state;
    const isProduction = alias === PRODUCTION;
    const to: Routing = {
      aliases: { ...aliases, [alias]: version },
      ...(traffic && !isProduction && { traffic }),
      ...(shadow && !(isProduction && shadow.version === version) && { shadow }),
    };
    return changed(state, { ...note, action: isProduction ? 'promote' : 'alias' }, to);
  };
}

/** Takes an alias away. The production alias stays: what has no version would then be the highest. */
export function removeAlias(alias: string): Change {
  return (state, note) => {
    if (alias === PRODUCTION) throw refused('the production alias can be moved, and not removed');
    if (!Object.hasOwn(state.aliases, alias)) throw missing(`there is no alias "${alias}"`);
    const { [alias]: _, ...aliases } = state.aliases;
    return changed(state, { ...note, action: 'alias' }, { ...routingOf(state), aliases });
  };
}

/** Splits the traffic that asks for no version, in percent by version. */
export function splitTraffic(traffic: Readonly<Record<string, number>>): Change {
  return (state, note) => {
    const defect = trafficDefect(traffic);
    if (defect !== undefined) throw refused(defect);
    return changed(state, { ...note, action: 'traffic' }, { ...routingOf(state), traffic });
  };
}

/** Has a version given copies of the traffic; undefined ends that. */
export function setShadow(shadow: Shadow | undefined): Change {
  return (state, note) => {
    const { shadow: _, ...rest } = routingOf(state);
    return changed(state, { ...note, action: 'shadow' }, shadow === undefined ? rest : { ...rest, shadow });
  };
}

/**
 * Goes back to the routing before the last change that was not undone yet; done again, one change further back.
 *
 * @param to instead: the sequence of the change after which the routing was as it shall be again.
 */
export function rollback(to?: number): Change {
  return (state, note) => {
    const history = state.history ?? [];
    if (to !== undefined) {
      const target = history.find(({ sequence }) => sequence === to);
      if (target?.to === undefined) throw missing(`there is no change ${to} of the routing to go back to`);
      return changed(state, { ...note, action: 'rollback' }, target.to);
    }
    const undone = lastNotUndone(history);
    if (undone?.from === undefined) throw missing('there is no change of the routing left to undo');
    return changed(state, { ...note, action: 'rollback', undoes: undone.sequence }, undone.from);
  };
}

/** Notes once that a version was published; the first version of a model becomes its production version. */
export function notePublished(version: string): Change {
  return (state, note) => {
    if (isNoted(state, version)) return state;
    const entry = { ...note, action: 'publish' as const, versions: [version] };
    const isFirst = Object.keys(state.aliases).length === 0 && state.traffic === undefined;
    if (!isFirst) return { ...state, history: extended(state, entry) };
    return changed(state, entry, { ...routingOf(state), aliases: { [PRODUCTION]: version } });
  };
}

/**
 * Says that versions are being removed, so that nobody routes to them meanwhile.
 *
 * @throws {ServingError} `conflict` where somebody does already
 */
export function retire(versions: readonly string[]): Change {
  return (state, note) => {
    const used = versionsOf(state);
    const inUse = versions.filter((version) => used.has(version));
    if (inUse.length > 0) {
      const members = { state: routingOf(state) };
      throw new ServingError('conflict', `still routed to: ${inUse.join(', ')}`, { members });
    }
    return {
      ...state,
      retired: [...new Set([...(state.retired ?? []), ...versions])],
      history: extended(state, { ...note, action: 'gc', versions }),
    };
  };
}

function isNoted({ history = [] }: ModelState, version: string): boolean {
  return history.some(({ action, versions }) => action === 'publish' && versions?.includes(version));
}

function lastNotUndone(history: readonly StateChange[]): StateChange | undefined {
  const undone = new Set(history.map(({ undoes }) => undoes));
  // Undoing is not undone, and without its first production version a model would serve its highest.
  return history.findLast(
    ({ sequence, action, from, to, undoes }) =>
      action !== 'publish' && undoes === undefined && !undone.has(sequence) && !isDeepStrictEqual(from, to),
  );
}

function changed(
  state: ModelState,
  entry: Omit<StateChange, 'sequence' | 'from' | 'to'>,
  to: Routing,
): ModelState {
  const { retired } = state;
  const gone = [...versionsOf(to)].filter((version) => retired?.includes(version));
  if (gone.length > 0) throw missing(`version ${gone.join(', ')} was removed from the registry`);
  return {
    schema_version: 1,
    ...to,
    ...(retired && { retired }),
    history: extended(state, { ...entry, from: routingOf(state), to }),
  };
}

function extended({ history = [] }: ModelState, entry: Omit<StateChange, 'sequence'>): StateChange[] {
  const sequence = (history.at(-1)?.sequence ?? 0) + 1;
  return [...history, { sequence, ...entry }].slice(-MAX_HISTORY);
}

function checkAlias(alias: string): void {
  if (!ALIAS_NAME.test(alias)) throw refused(`an alias is a word like staging, got "${alias}"`);
}

function refused(detail: string): ServingError {
  return new ServingError('invalid-request', detail);
}

function missing(detail: string): ServingError {
  return new ServingError('object-not-found', detail);
}
