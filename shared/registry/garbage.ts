import { versionsOf } from '../core/routing';
import { type ModelState, routingOf } from './model-state';
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
  /** Complete versions, lowest first. */
  readonly versions: readonly string[];
  /** Folders of versions that were begun and never finished. */
  readonly unfinished: readonly string[];
}

/** How many of the last changes a rollback must still be able to go back to. */
const CHANGES = 5;

/**
 * Finds the versions that nothing is routed to, that no rollback of the last changes would need, and that are not among
 * the newest; and what is left of versions that were never finished.
 */
export async function findGarbage(store: Store, model: string, options: GarbageOptions): Promise<Garbage> {
  const registry = createRegistry(store);
  const [versions, { state }] = await Promise.all([registry.versions(model), registry.state(model)]);
  const needed = new Set([...neededBy(state), ...newest(versions, options.keep)]);
  // One that a removal before this one has not come to is no more in the way of anybody than the others.
  const begun = (await unfinishedVersions(store, model)).filter((version) => !needed.has(version));
  const old = await Promise.all(begun.map((version) => isOld(store, `${model}/${version}/`, options)));
  return {
    versions: versions.filter((version) => !needed.has(version)),
    unfinished: begun.filter((_, index) => old[index]),
  };
}

function newest(versions: readonly string[], count: number): readonly string[] {
  return count === 0 ? [] : versions.slice(-count);
}

function neededBy(state: ModelState): string[] {
  const before = (state.history ?? []).filter(({ from }) => from !== undefined).slice(-CHANGES);
  return [routingOf(state), ...before.flatMap(({ from }) => from ?? [])].flatMap((routing) => [
    ...versionsOf(routing),
  ]);
}

async function isOld(store: Store, folder: string, { unfinishedMs, now }: GarbageOptions): Promise<boolean> {
  const files = await store.list(folder);
  const facts = await Promise.all(files.map((file) => store.stat(folder + file)));
  return facts.every((fact) => fact === undefined || now - fact.writtenAt >= unfinishedMs);
}

/**
 * Removes what nobody needs. The state says first that the versions are going, so that nobody routes to one of them
 * meanwhile; then each manifest goes before its files, so that no version is ever there in part.
 *
 * @throws {ServingError} `conflict` when the model was changed meanwhile: nothing is removed then
 */
export async function removeGarbage(
  store: Store,
  model: string,
  { versions, unfinished }: Garbage,
  note: ChangeNote,
): Promise<void> {
  const seen = await createRegistry(store).state(model);
  if (versions.length > 0) await changeState(store, model, retire(versions), { note, seen });
  for (const version of [...versions, ...unfinished]) await removeFolder(store, `${model}/${version}/`);
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
