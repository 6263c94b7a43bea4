import { createMlflowClient } from '../../shared/mlflow/mlflow-client';
import { readTrackingServer } from '../../shared/mlflow/tracking-server';
import type { TrainedVersion } from '../version';
import { logVersion } from './log-version';

/** Where the versions that are trained are logged. */
export interface Tracking {
  /** Logs one, and says where it is now. */
  log(version: TrainedVersion): Promise<string>;
}

export interface TrackingOptions {
  /** Names of the models that are about to be trained. */
  readonly models: readonly string[];
  /** The registered model that gets new versions, as the command line names it; it wins over the environment. */
  readonly register?: string | undefined;
}

/** The experiment that every server has. */
const DEFAULT_EXPERIMENT = 'Default';

/**
 * Reads where to log: MLFLOW_TRACKING_URI and its companions, MLFLOW_EXPERIMENT_NAME, MLFLOW_REGISTERED_MODEL.
 *
 * @returns undefined where no tracking server is named.
 * @throws {Error} if something is asked for that cannot be done, before anything is trained.
 */
export function openTracking(
  env: Readonly<Record<string, string | undefined>>,
  { models, register }: TrackingOptions,
): Tracking | undefined {
  const server = readTrackingServer(env);
  const registeredModel = register || env['MLFLOW_REGISTERED_MODEL'] || undefined;
  if (server === undefined) {
    if (register === undefined) return undefined;
    throw new Error('--register: expected MLFLOW_TRACKING_URI to say at which tracking server');
  }
  if (registeredModel !== undefined && models.length > 1) {
    throw new Error(
      `a registered model has versions of one model: expected one of ${models.join(', ')} to be named, to become "${registeredModel}"`,
    );
  }
  const client = createMlflowClient(server);
  const experiment = env['MLFLOW_EXPERIMENT_NAME'] || DEFAULT_EXPERIMENT;
  return {
    async log(version) {
      const { name, version: number } = version.manifest;
      const { uri, runId } = await logVersion(version, { client, experiment, registeredModel });
      return `logged ${name} ${number} as ${uri}, run ${runId} of ${server.uri}`;
    },
  };
}
