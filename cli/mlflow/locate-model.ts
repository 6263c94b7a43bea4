import { ServingError } from '../../shared/core/errors';
import type { MlflowSource } from '../../shared/core/manifest';
import { artifactPath, type RemoteFile } from '../../shared/mlflow/artifact-path';
import { memberOf, textAt } from '../../shared/mlflow/member';
import type { MlflowClient } from '../../shared/mlflow/mlflow-client';
import type { ModelUri } from './model-uri';

/** Where the files of a model are. */
export interface LocatedModel {
  readonly source: MlflowSource;
  /** In the tracking server's store of artifacts. */
  readonly folder: string;
  /** What lies directly in it; never empty. */
  readonly files: readonly RemoteFile[];
}

/**
 * Finds the files of a model.
 *
 * @throws {ServingError} `object-not-found`, `store-unavailable`
 */
export async function locateModel(client: MlflowClient, uri: ModelUri): Promise<LocatedModel> {
  switch (uri.kind) {
    case 'version':
      return locateVersion(client, uri.model, uri.version);
    case 'alias':
      return locateVersion(client, uri.model, await versionOf(client, uri));
    case 'run':
      return locateInRun(client, uri.runId, uri.path);
  }
}

async function versionOf(
  client: MlflowClient,
  { model, alias }: { model: string; alias: string },
): Promise<string> {
  const found = await client.get('registered-models/alias', { name: model, alias });
  return textAt(found, 'model_version', 'version');
}

async function locateVersion(client: MlflowClient, model: string, version: string): Promise<LocatedModel> {
  const query = { name: model, version };
  const found = await client.get('model-versions/get', query);
  // Not the version's own `source`: that may name a model by its id, and the server knows where it lies.
  const download = await client.get('model-versions/get-download-uri', query);
  const folder = artifactPath(textAt(download, 'artifact_uri'));
  const runId = memberOf(memberOf(found, 'model_version'), 'run_id');
  const source = {
    ...(typeof runId === 'string' && runId !== '' && { run_id: runId }),
    model,
    version,
    tracking_uri: client.uri,
  };
  return { source, folder, files: await listSome(client, folder, `models:/${model}/${version}`) };
}

async function locateInRun(client: MlflowClient, runId: string, path: string): Promise<LocatedModel> {
  const run = await client.get('runs/get', { run_id: runId });
  const source = { run_id: runId, tracking_uri: client.uri };
  const folder = `${artifactPath(textAt(run, 'run', 'info', 'artifact_uri'))}/${path}`;
  const files = await client.list(folder);
  if (files.length > 0) return { source, folder, files };
  const elsewhere = await findLoggedModel(client, run, path);
  return { source, folder: elsewhere ?? folder, files: await listSome(client, elsewhere ?? folder, path) };
}

/** Since version 3 MLflow keeps a model that a run logs beside the artifacts of the run, under an id of its own. */
async function findLoggedModel(
  client: MlflowClient,
  run: unknown,
  name: string,
): Promise<string | undefined> {
  const outputs = memberOf(memberOf(memberOf(run, 'run'), 'outputs'), 'model_outputs');
  for (const output of Array.isArray(outputs) ? outputs : []) {
    const id = encodeURIComponent(textAt(output, 'model_id'));
    const logged = await client.get(`logged-models/${id}`, {});
    if (textAt(logged, 'model', 'info', 'name') === name) {
      return artifactPath(textAt(logged, 'model', 'info', 'artifact_uri'));
    }
  }
  return undefined;
}

async function listSome(client: MlflowClient, folder: string, what: string): Promise<readonly RemoteFile[]> {
  const files = await client.list(folder);
  if (files.length > 0) return files;
  throw new ServingError('object-not-found', `${client.uri} has no files of ${what}`);
}
