import { hasCode } from '../core/errors';
import { sharesOf, versionsOf } from '../core/routing';
import { type ModelState, routingOf, type StateSnapshot } from './model-state';
import { unfinishedVersions } from './publish';
import { createRegistry } from './registry';
import { type ChangeNote, retire } from './state-changes';
import { changeState } from './state-editor';
import type { Store } from './store';

export interface GarbageOptions {
  /** How many of the newest versions stay, whether anything is routed to them or not. */
  readonly keep: number;
  /** How long ago the files of an unfinished version must have been written, in milliseconds. */
  readonly unfinishedMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What of a model nobody needs. */
export interface Garbage {
  /** The state that says so. */
  readonly seen: StateSnapshot;
  /** Complete versions, lowest first. */
  readonly versions: readonly string[];
  /** Versions that were begun and never finished. */
  readonly unfinished: readonly Unfinished[];
  /** All others, complete ones first. */
  readonly kept: readonly Kept[];
}

/** What was removed of a model. */
export type Removed = Pick<Garbage, 'versions' | 'unfinished'>;

/** What is left of a version that was never finished. */
export interface Unfinished {
  readonly version: string;
  /** Keys of its files, with the generations that were found to be old. */
  readonly files: readonly (readonly [key: string, generation: string])[];
}

/** A version that stays. */
export interface Kept {
  readonly version: string;
  /** Every reason, in words; at least one. */
  readonly why: readonly string[];
}

/** How many of the last changes a rollback must still be able to go back to. */
const CHANGES = 5;

/**
 * Finds the versions that nothing is routed to, that no rollback of the last changes would need, and that are not among
 * the newest; and what is left of versions that were never finished.
 */
export async function findGarbage(store: Store, model: string, options: GarbageOptions): Promise<Garbage> {
  const registry = createRegistry(store);
  const seen = await registry.state(model);
  const versions = await registry.versions(model);
  const reasons = [
    ...reasonsOfState(seen.state, versions.at(-1)),
    ...newest(versions, options.keep).map((version): Reason => [version, newestOf(options)]),
  ];
  const whyOf = (version: string) => reasons.flatMap(([kept, why]) => (kept === version ? [why] : []));
  // One that a removal before this one has not come to is no more in the way of anybody than the others.
  const begun = (await unfinishedVersions(store, model)).filter((version) => whyOf(version).length === 0);
  const left = await Promise.all(begun.map((version) => findOld(store, { model, version }, options)));
  const young = begun.filter((_, index) => left[index] === undefined);
  const kept = versions.map((version) => ({ version, why: whyOf(version) }));
  return {
    seen,
    versions: kept.filter(({ why }) => why.length === 0).map(({ version }) => version),
    unfinished: left.filter((each) => each !== undefined),
    kept: [
      ...kept.filter(({ why }) => why.length > 0),
      ...young.map((version) => ({ version, why: [youngerThan(options)] })),
    ],
  };
}

type Reason = readonly [version: string, why: string];

/** @param highest the version that answers where nothing was ever decided. */
function reasonsOfState(state: ModelState, highest: string | undefined): readonly Reason[] {
  const routing = routingOf(state);
  const { aliases, traffic = {}, shadow } = routing;
  const named = Object.entries(aliases).map(([alias, version]): Reason => [version, `${alias} points to it`]);
  const isDecided = sharesOf(routing).size > 0;
  return [
    ...named,
    ...Object.entries(traffic).map(
      ([version, percent]): Reason => [version, `it has ${percent} % of the traffic`],
    ),
    ...(shadow === undefined ? [] : [[shadow.version, 'it is the shadow'] as const]),
    ...(isDecided || highest === undefined ? [] : [[highest, 'it answers, as the highest'] as const]),
    ...reasonsOfHistory(state),
  ];
}

/** The last change of each version alone: one is enough for it to stay. */
function reasonsOfHistory({ history = [] }: ModelState): readonly Reason[] {
  const undoable = history.flatMap(({ from, sequence }) => (from === undefined ? [] : [{ from, sequence }]));
  const reasons = undoable
    .slice(-CHANGES)
    .flatMap(({ from, sequence }) =>
      [...versionsOf(from)].map(
        (version): Reason => [version, `a rollback of change ${sequence} would need it`],
      ),
    );
  return [...new Map(reasons)];
}

function newest(versions: readonly string[], count: number): readonly string[] {
  return count === 0 ? [] : versions.slice(-count);
}

function newestOf({ keep }: GarbageOptions): string {
  return keep === 1 ? 'it is the newest' : `it is one of the newest ${keep}`;
}

function youngerThan({ unfinishedMs }: GarbageOptions): string {
  return `it is not finished, and was written to within the last ${unfinishedMs / HOUR_MS} hours`;
}

const HOUR_MS = 3_600_000;

/** What is left of a version; undefined where some of it is young: it may be finished any moment. */
async function findOld(
  store: Store,
  { model, version }: { readonly model: string; readonly version: string },
  { unfinishedMs, now }: GarbageOptions,
): Promise<Unfinished | undefined> {
  const folder = `${model}/${version}/`;
  const names = await store.list(folder);
  const facts = await Promise.all(names.map((name) => store.stat(folder + name)));
  if (facts.some((fact) => fact !== undefined && now - fact.writtenAt < unfinishedMs)) return undefined;
  const files = names.flatMap((name, index) => {
    const fact = facts[index];
    return fact === undefined ? [] : [[folder + name, fact.generation] as const];
  });
  return { version, files };
}

/**
 * Removes what nobody needs. The state says first that the versions are going, so that nobody routes to one of them
 * meanwhile; then each manifest goes before its files, so that no version is ever there in part. Whoever finishes an
 * unfinished version after all writes its files anew, and what was written anew stays. (Not in a folder, where the
 * generation of a file is its content: there the two must not happen in the same moment.)
 *
 * @returns what is removed.
 * @throws {ServingError} `conflict` when the model was changed meanwhile: nothing is removed then
 */
export async function removeGarbage(
  store: Store,
  model: string,
  { seen, versions, unfinished }: Garbage,
  note: ChangeNote,
): Promise<Removed> {
  if (versions.length > 0) await changeState(store, model, retire(versions), { note, seen });
  for (const version of versions) await removeFolder(store, `${model}/${version}/`);
  const removed: Unfinished[] = [];
  for (const each of unfinished) if (await removeUnfinished(store, model, each)) removed.push(each);
  return { versions, unfinished: removed };
}

/** @returns false where somebody is finishing it, or has. */
async function removeUnfinished(
  store: Store,
  model: string,
  { version, files }: Unfinished,
): Promise<boolean> {
  if ((await store.stat(`${model}/${version}/${MANIFEST}`)) !== undefined) return false;
  try {
    for (const [key, generation] of files) await store.remove(key, generation);
    return true;
  } catch (error) {
    if (hasCode(error, 'conflict')) return false;
    throw error;
  }
}

async function removeFolder(store: Store, folder: string): Promise<void> {
  const files = await store.list(folder);
  const manifestFirst = [...files].sort((a, b) => Number(b === MANIFEST) - Number(a === MANIFEST));
  for (const file of manifestFirst) {
    const facts = await store.stat(folder + file);
    if (facts !== undefined) await store.remove(folder + file, facts.generation);
  }
}

const MANIFEST = 'manifest.json';
