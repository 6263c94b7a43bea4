import { ServingError } from '../core/errors';
import { MODEL_VERSION } from '../core/manifest';
import { ALIAS_NAME, NO_ROUTING, type Routing, type Shadow } from '../core/routing';

/** One change of a model's state: who, when, from what, to what, and why. */
export interface StateChange {
  /** 1 for the first, and one more for each that follows. */
  readonly sequence: number;
  /** ISO 8601, on the clock of whoever made the change. Nothing depends on it: clocks differ. */
  readonly at: string;
  /** Whoever made it, as they call themselves. */
  readonly by: string;
  readonly action: 'publish' | 'promote' | 'alias' | 'traffic' | 'shadow' | 'rollback' | 'gc';
  readonly reason?: string;
  /** The versions that were published or removed. */
  readonly versions?: readonly string[];
  /** Before and after, where the routing changed. */
  readonly from?: Routing;
  readonly to?: Routing;
  /** Sequence of the change that a rollback undid. */
  readonly undoes?: number;
}

/** What may change about a model after its versions are published: `<model>/model.json`. */
export interface ModelState extends Routing {
  readonly schema_version: 1;
  /** Versions that are being removed, or are gone: nothing may be routed to them any more. */
  readonly retired?: readonly string[];
  /** Oldest first. */
  readonly history?: readonly StateChange[];
}

/** A state, and the generation that it was read at. */
export interface StateSnapshot {
  readonly state: ModelState;
  readonly generation: string | 'absent';
}

/** The state of a model that has none yet. */
export const NO_STATE: ModelState = { schema_version: 1, ...NO_ROUTING };

/** What of a state routes requests. */
export function routingOf({ aliases, traffic, shadow }: ModelState): Routing {
  return { aliases, ...(traffic && { traffic }), ...(shadow && { shadow }) };
}

/**
 * Reads a state from the text of its file.
 *
 * @throws {ServingError} `invalid-manifest` that names the member, what was expected and what is there.
 */
export function parseState(text: string, model: string): ModelState {
  const refuse = (detail: string, cause?: unknown) =>
    new ServingError('invalid-manifest', `${model}/model.json is not a model state: ${detail}`, { cause });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse('it is not JSON', cause);
  }
  const defect = findDefect(value);
  if (defect !== undefined) throw refuse(defect);
  // Each member has just been looked at.
  return value as ModelState;
}

/** The text of a state's file. */
export function formatState(state: ModelState): string {
  return `${JSON.stringify(state, undefined, 2)}\n`;
}

function findDefect(value: unknown): string | undefined {
  if (!isObject(value)) return 'expected an object';
  const { schema_version: version, aliases, traffic, shadow, retired, history } = value;
  if (version !== 1) return `schema_version: expected 1, got ${JSON.stringify(version)}`;
  return (
    routingDefect({ aliases, traffic, shadow }) ??
    (retired === undefined || isVersions(retired) ? undefined : 'retired: expected a list of versions') ??
    (history === undefined || isHistory(history) ? undefined : 'history: expected a list of changes')
  );
}

function routingDefect({ aliases, traffic, shadow }: Record<string, unknown>): string | undefined {
  return (
    aliasesDefect(aliases) ??
    (traffic === undefined ? undefined : trafficDefect(traffic)) ??
    (shadow === undefined ? undefined : shadowDefect(shadow))
  );
}

function aliasesDefect(aliases: unknown): string | undefined {
  if (!isObject(aliases)) return 'aliases: expected an object';
  for (const [alias, version] of Object.entries(aliases)) {
    if (!ALIAS_NAME.test(alias))
      return `aliases: expected names like production, got ${JSON.stringify(alias)}`;
    if (!isVersion(version))
      return `aliases.${alias}: expected a version like 1.0.0, got ${JSON.stringify(version)}`;
  }
  return undefined;
}

/** Says what is wrong with shares of traffic, or undefined. */
export function trafficDefect(traffic: unknown): string | undefined {
  if (!isObject(traffic)) return 'traffic: expected an object';
  for (const [version, percent] of Object.entries(traffic)) {
    if (!isVersion(version)) return `traffic: expected versions like 1.0.0, got ${JSON.stringify(version)}`;
    if (!isPercent(percent))
      return `traffic.${version}: expected a percentage from 0 to 100, got ${JSON.stringify(percent)}`;
  }
  const sum = Object.values(traffic).reduce<number>((total, percent) => total + Number(percent), 0);
  return Math.abs(sum - 100) < 1e-6 ? undefined : `traffic: expected 100 percent together, got ${sum}`;
}

function shadowDefect(shadow: unknown): string | undefined {
  const { version, percent } = (isObject(shadow) ? shadow : {}) as Partial<Shadow>;
  if (isVersion(version) && isPercent(percent)) return undefined;
  return 'shadow: expected {"version": "1.0.0", "percent": 100}';
}

function isHistory(history: unknown): history is StateChange[] {
  return Array.isArray(history) && history.every(isChange);
}

function isChange(change: unknown): boolean {
  if (!isObject(change)) return false;
  const { sequence, at, by, action, from, to, versions } = change;
  const hasWords = [at, by, action].every((text) => typeof text === 'string');
  const isRouting = (routing: unknown) =>
    routing === undefined || (isObject(routing) && routingDefect(routing) === undefined);
  return (
    Number.isInteger(sequence) &&
    hasWords &&
    isRouting(from) &&
    isRouting(to) &&
    (versions === undefined || isVersions(versions))
  );
}

function isVersions(value: unknown): boolean {
  return Array.isArray(value) && value.every(isVersion);
}

function isVersion(value: unknown): value is string {
  return typeof value === 'string' && MODEL_VERSION.test(value);
}

function isPercent(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 100;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
