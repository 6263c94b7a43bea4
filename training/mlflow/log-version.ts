import { hasCode, ServingError } from '../../shared/core/errors';
import type { Manifest } from '../../shared/core/manifest';
import { artifactPath } from '../../shared/mlflow/artifact-path';
import { memberOf, textAt } from '../../shared/mlflow/member';
import type { MlflowClient } from '../../shared/mlflow/mlflow-client';
import { formatJson } from '../manifest';
import type { TrainedVersion } from '../version';
import { describeModel, type LoggedModel, writeModelFile } from './model-file';

export interface LogOptions {
  readonly client: MlflowClient;
  /** Name of the experiment; it is made if there is none. */
  readonly experiment: string;
  /** Name of the registered model that gets a new version; it is made if there is none. */
  readonly registeredModel?: string | undefined;
  readonly now?: () => Date;
}

/** What there is now at the tracking server. */
export interface LoggedVersion {
  readonly runId: string;
  /** How MLflow names the model: `models:/iris/1`, or `runs:/<run>/model` if it was not registered. */
  readonly uri: string;
}

/** Folder of the model below the artifacts of its run; MLflow's own examples use this name. */
const MODEL_PATH = 'model';

/**
 * Logs a version as a run: its hyperparameters, its metrics, and its files as an ONNX model of MLflow's. If something
 * fails, the run is ended as failed.
 *
 * @throws {ServingError} naming the server, and what it was asked for.
 */
export async function logVersion(version: TrainedVersion, options: LogOptions): Promise<LoggedVersion> {
  const { client, experiment, now = () => new Date() } = options;
  const { manifest } = version;
  const startedAt = now();
  const created = await client.post('runs/create', {
    experiment_id: await findExperiment(client, experiment),
    run_name: `${manifest.name} ${manifest.version}`,
    start_time: startedAt.getTime(),
    tags: toPairs({ 'mlflow.source.name': 'training/train.ts', 'mlflow.source.type': 'LOCAL' }),
  });
  const runId = textAt(created, 'run', 'info', 'run_id');
  const end = (status: 'FINISHED' | 'FAILED') =>
    client.post('runs/update', { run_id: runId, status, end_time: now().getTime() });
  try {
    const artifacts = textAt(created, 'run', 'info', 'artifact_uri');
    const model = { runId, path: MODEL_PATH, createdAt: startedAt.toISOString() };
    await client.post('runs/log-batch', { run_id: runId, ...toBatch(manifest, startedAt) });
    await uploadModel(version, { client, model, folder: `${artifactPath(artifacts)}/${MODEL_PATH}` });
    const uri = await register({ ...options, runId, source: `${artifacts}/${MODEL_PATH}` });
    await end('FINISHED');
    return { runId, uri };
  } catch (error) {
    // What went wrong first is what has to be told; the server may be gone.
    await end('FAILED').catch(() => {});
    throw error;
  }
}

async function findExperiment(client: MlflowClient, name: string): Promise<string> {
  try {
    const found = await client.get('experiments/get-by-name', { experiment_name: name });
    if (memberOf(memberOf(found, 'experiment'), 'lifecycle_stage') === 'deleted') {
      throw new ServingError(
        'store-unavailable',
        `${client.uri}: the experiment "${name}" is deleted; restore it`,
      );
    }
    return textAt(found, 'experiment', 'experiment_id');
  } catch (error) {
    if (!hasCode(error, 'object-not-found')) throw error;
    return createExperiment(client, name);
  }
}

async function createExperiment(client: MlflowClient, name: string): Promise<string> {
  try {
    return textAt(await client.post('experiments/create', { name }), 'experiment_id');
  } catch (error) {
    // Somebody else has just made it.
    if (hasCode(error, 'conflict')) return findExperiment(client, name);
    throw error;
  }
}

function toBatch({ version, artifact, training = {} }: Manifest, at: Date) {
  const { algorithm, data, seed, hyperparameters = {}, metrics = {} } = training;
  const params = {
    version,
    algorithm,
    seed,
    data_file: data?.file,
    data_sha256: data?.sha256,
    artifact_sha256: artifact.sha256,
    ...hyperparameters,
  };
  return {
    params: toPairs(params),
    metrics: Object.entries(metrics).map(([key, value]) => ({
      key,
      value,
      timestamp: at.getTime(),
      step: 0,
    })),
  };
}

function toPairs(values: Readonly<Record<string, unknown>>): { key: string; value: string }[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ key, value: String(value) }));
}

interface Upload {
  readonly client: MlflowClient;
  readonly model: LoggedModel;
  /** In the server's store of artifacts. */
  readonly folder: string;
}

async function uploadModel(
  { manifest, artifact }: TrainedVersion,
  { client, model, folder }: Upload,
): Promise<void> {
  await client.upload(`${folder}/${manifest.artifact.file}`, artifact);
  await client.upload(`${folder}/manifest.json`, Buffer.from(formatJson(manifest)));
  // By this file the folder is a model, so it comes last.
  await client.upload(`${folder}/MLmodel`, Buffer.from(writeModelFile(manifest, model)));
  const description = JSON.stringify(describeModel(manifest, model));
  await client.post('runs/log-model', { run_id: model.runId, model_json: description });
}

interface Registration extends LogOptions {
  readonly runId: string;
  /** Address of the model's folder. */
  readonly source: string;
}

async function register({ client, registeredModel: name, runId, source }: Registration): Promise<string> {
  if (name === undefined) return `runs:/${runId}/${MODEL_PATH}`;
  await client.post('registered-models/create', { name }).catch((error: unknown) => {
    if (!hasCode(error, 'conflict')) throw error;
  });
  const created = await client.post('model-versions/create', { name, source, run_id: runId });
  return `models:/${name}/${textAt(created, 'model_version', 'version')}`;
}
