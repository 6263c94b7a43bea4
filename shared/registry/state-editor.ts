import { hasCode, ServingError } from '../core/errors';
import { versionsOf } from '../core/routing';
import { formatState, routingOf, type StateSnapshot } from './model-state';
import { createRegistry, type Registry, stateKey } from './registry';
import type { Change, ChangeNote } from './state-changes';
import type { Store } from './store';

/**
 * Changes the state of a model, if it is still the one that the change was made for: of several people who change it
 * at the same time one does, and the others are told what it is now.
 *
 * @param seen the state that whoever decided has seen; what is there now when absent.
 * @returns the state as it is now.
 * @throws {ServingError} `conflict`, with the state that is there in its members; `object-not-found` for a model or a
 *   version that is not complete; `invalid-request`; `store-unavailable`
 */
export async function changeState(
  store: Store,
  model: string,
  change: Change,
  { note, seen }: { readonly note: ChangeNote; readonly seen?: StateSnapshot },
): Promise<StateSnapshot> {
  const registry = createRegistry(store);
  const before = seen ?? (await registry.state(model));
  const versions = await completeVersions(registry, model);
  const state = change(before.state, note);
  if (state === before.state) return before;
  checkAmong(versions, model, versionsOf(routingOf(state)));
  try {
    const bytes = Buffer.from(formatState(state));
    return { state, generation: await store.write(stateKey(model), bytes, before.generation) };
  } catch (error) {
    if (!hasCode(error, 'conflict')) throw error;
    throw lost(model, await registry.state(model), error);
  }
}

/** @throws {ServingError} `object-not-found` for versions that are not complete, naming those that are */
export async function checkVersions(
  registry: Registry,
  model: string,
  wanted: Iterable<string>,
): Promise<void> {
  checkAmong(await completeVersions(registry, model), model, wanted);
}

/** The versions of a model that there is. @throws {ServingError} `object-not-found` for one without any */
export async function completeVersions(registry: Registry, model: string): Promise<readonly string[]> {
  const versions = await registry.versions(model);
  if (versions.length > 0) return versions;
  throw new ServingError('object-not-found', `there is no model "${model}" in ${registry.uri}`);
}

function checkAmong(versions: readonly string[], model: string, wanted: Iterable<string>): void {
  const missing = [...wanted].filter((version) => !versions.includes(version));
  if (missing.length === 0) return;
  throw new ServingError(
    'object-not-found',
    `model "${model}" has no complete version ${missing.join(', ')}; versions: ${versions.join(', ')}`,
    { members: { versions } },
  );
}

function lost(model: string, { state }: StateSnapshot, cause: unknown): ServingError {
  const last = state.history?.at(-1);
  const by = last === undefined ? 'somebody else' : `${last.by} (change ${last.sequence}, ${last.action})`;
  const detail = `${by} changed "${model}" in the meantime: nothing was written; look at its state and decide again`;
  return new ServingError('conflict', detail, { cause, members: { state: routingOf(state) } });
}
