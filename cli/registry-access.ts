import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ServingError } from '../shared/core/errors';
import { type ModelState, routingOf } from '../shared/registry/model-state';
import { openStore } from '../shared/registry/open-store';
import { createRegistry } from '../shared/registry/registry';
import type { Change, ChangeNote } from '../shared/registry/state-changes';
import { changeState } from '../shared/registry/state-editor';
import type { Store } from '../shared/registry/store';
import type { Terminal } from './terminal';

/** Longest that reading one object may take, in milliseconds: people wait longer than requests do. */
const READ_MS = 600_000;

/** Opens the store that an address names, as the environment says. @throws {ServingError} `store-unavailable` */
export function openStoreAt(uri: string, { env }: Terminal): Promise<Store> {
  return openStore(uri, {
    gcsApiEndpoint: env['GCS_API_ENDPOINT'],
    storageEmulatorHost: env['STORAGE_EMULATOR_HOST'],
    loadTimeoutMs: READ_MS,
  });
}

/**
 * Opens a store for a command that only reads: a folder that is not there is a mistyped one, and no empty registry.
 *
 * @throws {ServingError} `store-unavailable`
 */
export async function openExistingStoreAt(uri: string, terminal: Terminal): Promise<Store> {
  const store = await openStoreAt(uri, terminal);
  if (!uri.startsWith('gs://')) await checkFolder(uri);
  return store;
}

async function checkFolder(path: string): Promise<void> {
  const detail = `expected --registry to be a folder, or gs://bucket/prefix, got "${path}": there is no folder ${resolve(path)}`;
  const found = await stat(path).catch((cause: unknown) => {
    throw new ServingError('store-unavailable', detail, { cause });
  });
  if (!found.isDirectory()) throw new ServingError('store-unavailable', detail);
}

/** What every command says that changes something. */
export interface NoteOptions {
  readonly reason?: string;
  readonly by?: string;
}

/** Who changes something, when and why. */
export function noteOf({ now, user }: Terminal, { reason, by = user }: NoteOptions): ChangeNote {
  return { at: new Date(now()).toISOString(), by, ...(reason !== undefined && { reason }) };
}

export interface ChangeOptions {
  readonly note: ChangeNote;
  /** Sequence of the last change that whoever decides has seen. */
  readonly expect?: number | undefined;
}

/** A state before and after a change. */
export interface Changed {
  readonly before: ModelState;
  readonly state: ModelState;
}

/** Changes the state of a model. @throws {ServingError} as `changeState` */
export async function changeModel(
  store: Store,
  model: string,
  change: Change,
  { note, expect }: ChangeOptions,
): Promise<Changed> {
  const seen = await createRegistry(store).state(model);
  if (expect !== undefined && lastSequence(seen.state) !== expect)
    throw unexpected(model, seen.state, expect);
  const { state } = await changeState(store, model, change, { note, seen });
  return { before: seen.state, state };
}

/** The number of the last change; 0 before the first. */
export function lastSequence({ history }: ModelState): number {
  return history?.at(-1)?.sequence ?? 0;
}

function unexpected(model: string, state: ModelState, expect: number): ServingError {
  const detail = `expected change ${expect} to be the last of "${model}", found ${lastSequence(state)}: nothing was written`;
  return new ServingError('conflict', detail, { members: { state: routingOf(state) } });
}
