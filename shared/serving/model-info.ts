import type { HttpResponse } from '../core/http';
import { exampleFeatures, isTabular, type TabularManifest } from '../core/manifest';
import { createFunctionSql } from '../protocol/bigquery/sql';
import { answerJson } from './answer';
import type { Config } from './config';
import type { Exchange } from './exchange';
import type { Models } from './models/models';
import { publicUrl } from './public-url';

/**
 * Answers `modelInfo` from the manifest; no session is made for it.
 *
 * @param links what else answers here, by name.
 */
export async function modelInfo(
  { models, config }: { models: Models; config: Config },
  exchange: Exchange,
  links: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  const [manifest, versions] = await Promise.all([models.manifest(), models.versions()]);
  const { name, version, description, artifact, training, signature } = manifest;
  exchange.model = name;
  exchange.version = version;
  return answerJson({
    name,
    version,
    task: manifest.task ?? 'tensors',
    description,
    ...(isTabular(manifest) && describeRows(manifest)),
    signature: signature ?? models.peek()?.signature,
    training,
    artifact: { bytes: artifact.bytes, sha256: artifact.sha256 },
    versions,
    loaded: models.peek() !== undefined,
    limits: { max_body_bytes: config.limits.bodyBytes, max_rows: config.limits.rows },
    deployment_type: config.deployment.type,
    links,
    ...(isTabular(manifest) && { bigquery: describeSql(manifest, { exchange, links, config }) }),
    request_id: exchange.requestId,
  });
}

function describeRows(manifest: TabularManifest) {
  const { features, classes } = manifest;
  return { features, classes, example: { features: exampleFeatures(manifest) } };
}

/** The statement that makes a SQL function of this model, to be run as it is but for the names in capitals. */
function describeSql(
  manifest: TabularManifest,
  {
    exchange,
    links,
    config,
  }: { exchange: Exchange; links: Readonly<Record<string, string>>; config: Config },
): { readonly create_function: string } {
  // Deployed by itself this function cannot know the address of the one that predicts.
  const { predict_batch: path } = links;
  const endpoint = path === undefined ? 'https://ENDPOINT' : `${publicUrl(exchange.request)}${path}`;
  const maxRows = Math.min(1000, config.limits.rows);
  return { create_function: createFunctionSql(manifest, { endpoint, maxRows }) };
}
