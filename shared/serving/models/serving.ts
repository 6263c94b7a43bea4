import type { Models } from './models';

/** What answers where no model and no version is named. */
export interface Serving {
  readonly model: string;
  /** Percent by version. */
  readonly answering: Readonly<Record<string, number>>;
}

/**
 * Waits until requests that name neither can be answered.
 *
 * @param pinned the version that the deployment is pinned to, if any.
 * @param isLoaded whether answers need a session, and not the manifest alone.
 * @throws {ServingError} `model-unavailable`
 */
export async function waitForServing(
  models: Models,
  { pinned, isLoaded }: { readonly pinned: string | undefined; readonly isLoaded: boolean },
): Promise<Serving> {
  const { name } = isLoaded ? (await models.get()).manifest : await models.manifest();
  if (pinned !== undefined) return { model: name, answering: { [pinned]: 100 } };
  return { model: name, answering: Object.fromEntries((await models.rollout()).shares()) };
}
