import { ServingError } from '../../core/errors';
import { MODEL_NAME } from '../../core/manifest';
import { type Shadow, sharesOf } from '../../core/routing';
import { routingOf, type StateSnapshot } from '../../registry/model-state';
import type { Registry } from '../../registry/registry';
import { createLoadCache } from '../../runtime/load-cache';
import type { Catalogue, CatalogueParts } from './catalogue';
import { missingModel, onlyModel } from './missing-model';
import { openRollout, type Rollout, type RolloutParts, type VersionReason } from './rollout';

/** Which model a request asks for; what it leaves out, the deployment and the registry decide. */
export interface ModelRef {
  readonly name?: string;
  /** A version, or an alias of one. */
  readonly version?: string;
  /** Requests of the same key are answered by the same version where the traffic is split. */
  readonly routingKey?: string;
  /** Whether whoever asks may be told that there is a model of this name. @default all */
  readonly mayLearnOf?: (name: string) => boolean;
}

/** One version of one model. */
export interface ModelVersion {
  readonly name: string;
  readonly version: string;
}

/** The version that answers a request, and why it is that one. */
export interface Choice extends ModelVersion {
  readonly reason: VersionReason;
  /** The version that is given a copy of the request; absent for a request that chose for itself. */
  readonly shadow?: Shadow;
}

/** Finds which version is meant. What a reference leaves out, the deployment and the registry decide. */
export interface ModelChoice {
  /** What `choose` would say, where that needs no waiting. */
  recall(ref: ModelRef): Choice | undefined;
  /** What it would have said when the registry was looked at last, however long ago that was. */
  remember(ref: ModelRef): Choice | undefined;
  /**
   * Finds the version that is meant. Only what the registry has is ever looked for further, so that made-up names
   * cost nothing and leave nothing behind.
   *
   * @throws {ServingError} `model-not-found`, naming what there is; `model-unavailable`
   */
  choose(ref: ModelRef): Promise<Choice>;
  /** The routing of a model that the registry has. @throws {ServingError} `model-not-found`, `model-unavailable` */
  rollout(name?: string): Promise<Rollout>;
  /** The name of the model that is meant where none is named. @throws {ServingError} `model-unavailable` */
  usualName(): Promise<string>;
  /** The routing of a model that is followed already, without waiting. */
  peek(name: string): Rollout | undefined;
}

interface ChoiceParts
  extends CatalogueParts,
    Pick<RolloutParts, 'checkMs' | 'maxAgeMs' | 'onSwitch'>,
    Record<'prepare', (chosen: ModelVersion, beside: readonly ModelVersion[]) => Promise<void>>,
    Record<'isLoaded', (chosen: ModelVersion) => boolean>,
    Record<'release', (chosen: ModelVersion) => void> {
  readonly catalogue: Catalogue;
  /** Reads the registry for something that cannot be waited for long. */
  readonly glance: <T>(work: (registry: Registry) => Promise<T>) => Promise<T>;
  /** Told of every state that is read, with the versions that take traffic by it. */
  readonly onRead: (model: string, versions: readonly string[]) => void;
}

/** A version that cannot be chosen is told of as a manifest that cannot be loaded. */
const USUAL_KEY = 'manifest';

/** Prepares to choose; nothing is read before it is asked for. */
export function createModelChoice(
  configured: { readonly name?: string; readonly version?: string },
  parts: ChoiceParts,
): ModelChoice {
  const { read, now, onFailure, catalogue } = parts;
  const usualNames = createLoadCache<string>({ now, onFailure });
  const rollouts = createLoadCache<Rollout>({ now, onFailure });

  const usualName = () => configured.name ?? usualNames.peek(USUAL_KEY);
  const findUsualName = async () =>
    configured.name ?? usualNames.get(USUAL_KEY, () => read((registry) => onlyModel(registry)));
  const keyOf = (name: string) => (name === usualName() ? USUAL_KEY : `manifest of ${name}`);
  const rolloutOf = (name: string) =>
    rollouts.get(keyOf(name), () => read((registry) => open(registry, name, parts)));

  /** The one version of a deployment that is pinned to it. */
  const pinnedOf = (name: string) => (name === usualName() ? configured.version : undefined);

  /** One that is loaded is there, whatever the store has to say. */
  const isAtHand = (asked: ModelVersion) =>
    parts.isLoaded(asked) || catalogue.hasSeen(asked.name, asked.version);

  function recallIf(
    isGood: (rollout: Rollout) => boolean,
    { name = usualName(), version, routingKey }: ModelRef,
  ): Choice | undefined {
    if (name === undefined) return undefined;
    const pinned = pinnedOf(name);
    if (pinned !== undefined && (version ?? pinned) === pinned)
      return { name, version: pinned, reason: 'pinned' };
    if (version !== undefined && isAtHand({ name, version })) return { name, version, reason: 'pinned' };
    const rollout = rollouts.peek(keyOf(name));
    if (rollout === undefined || !isGood(rollout)) return undefined;
    return version === undefined ? unnamed(name, rollout, routingKey) : named(name, rollout, version);
  }

  const recall = (ref: ModelRef) => recallIf(isFresh, ref);

  /** What is not known may have been published or named a moment ago. */
  async function findNew(name: string, rollout: Rollout, version: string): Promise<Choice> {
    await rollout.refresh();
    if (await catalogue.has(name, version)) return { name, version, reason: 'pinned' };
    return named(name, rollout, version) ?? unknown(catalogue, name, { version, rollout });
  }

  return {
    recall,
    remember: (ref) => recallIf(isAnyAge, ref),
    rollout: async (name) =>
      rolloutOf(name === undefined ? await findUsualName() : await known(catalogue, name)),
    usualName: findUsualName,
    peek: (name) => rollouts.peek(keyOf(name)),
    async choose(ref) {
      const recalled = recall(ref);
      if (recalled !== undefined) return recalled;
      const { version, routingKey } = ref;
      const usual = ref.name ?? (await findUsualName());
      const name = usual === usualName() ? usual : await known(catalogue, usual, ref.mayLearnOf);
      const pinned = pinnedOf(name);
      if (pinned !== undefined && (version ?? pinned) === pinned)
        return { name, version: pinned, reason: 'pinned' };
      if (version !== undefined && (await catalogue.has(name, version)))
        return { name, version, reason: 'pinned' };
      const rollout = await rolloutOf(name);
      await rollout.touch();
      if (version === undefined) return unnamed(name, rollout, routingKey);
      return named(name, rollout, version) ?? findNew(name, rollout, version);
    },
  };
}

const isFresh = (rollout: Rollout) => rollout.touch() === undefined;

const isAnyAge = () => true;

function unnamed(name: string, rollout: Rollout, routingKey: string | undefined): Choice {
  const { version, reason } = rollout.choose(routingKey);
  const shadow = rollout.shadow();
  if (shadow === undefined || shadow.version === version) return { name, version, reason };
  return { name, version, reason, shadow };
}

/** What a version of that name means without looking into the registry: one that takes traffic, or an alias. */
function named(name: string, rollout: Rollout, asked: string): Choice | undefined {
  if (rollout.shares().has(asked)) return { name, version: asked, reason: 'pinned' };
  const version = rollout.versionOf(asked);
  return version === undefined ? undefined : { name, version, reason: 'alias' };
}

async function open(registry: Registry, name: string, parts: ChoiceParts): Promise<Rollout> {
  const { catalogue, glance, prepare, release, isLoaded, onFailure, onSwitch, now, checkMs, maxAgeMs } =
    parts;
  const snapshot = await registry.state(name);
  const isDecided = versionsIn(snapshot).length > 0;
  const highest = isDecided ? undefined : (await registry.versions(name)).at(-1);
  if (!isDecided && highest === undefined) throw await missingModel(registry, name);
  parts.onRead(name, versionsIn(snapshot));
  return openRollout(snapshot, highest, {
    model: name,
    readIfChanged: (generation) => glance((opened) => changeOf(opened, name, { generation, parts })),
    highest: async () => (await catalogue.versions(name)).at(-1),
    isLoaded: (version) => isLoaded({ name, version }),
    prepare: (version, beside) =>
      prepare(
        { name, version },
        [...beside].map((other) => ({ name, version: other })),
      ),
    release: (version) => release({ name, version }),
    onFailure: (error) => onFailure(`state of ${name}`, error),
    onSwitch,
    now,
    checkMs,
    maxAgeMs,
  });
}

/** The versions that a state gives traffic to. */
function versionsIn({ state }: StateSnapshot): readonly string[] {
  return [...sharesOf(routingOf(state)).keys()];
}

/** A state that changed may tell of a version that was published or removed. */
async function changeOf(
  registry: Registry,
  name: string,
  { generation, parts }: { generation: StateSnapshot['generation']; parts: ChoiceParts },
): Promise<StateSnapshot | undefined> {
  const snapshot = await registry.stateIfChanged(name, generation);
  if (snapshot === undefined) return undefined;
  parts.catalogue.forget(name);
  parts.onRead(name, versionsIn(snapshot));
  return snapshot;
}

/** @throws {ServingError} `model-not-found` for a name that the registry has not */
async function known(
  catalogue: Catalogue,
  name: string,
  mayLearnOf: ModelRef['mayLearnOf'] = () => true,
): Promise<string> {
  const names = await catalogue.names();
  if (MODEL_NAME.test(name) && names.includes(name)) return name;
  const models = names.filter((each) => mayLearnOf(each));
  throw notFound(`there is no model ${JSON.stringify(name.slice(0, 64))}`, { models });
}

async function unknown(
  catalogue: Catalogue,
  name: string,
  { version, rollout }: { version: string; rollout: Rollout },
): Promise<never> {
  throw notFound(`model "${name}" has no version or alias ${JSON.stringify(version.slice(0, 64))}`, {
    versions: await catalogue.versions(name),
    aliases: Object.keys(rollout.routing().aliases),
  });
}

function notFound(detail: string, members: Readonly<Record<string, readonly string[]>>): ServingError {
  const listed = Object.entries(members).map(([what, names]) => `${what}: ${names.join(', ') || 'none'}`);
  return new ServingError('model-not-found', `${detail}; ${listed.join('; ')}`, { members });
}
