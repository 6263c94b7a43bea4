import type { HttpResponse } from '../core/http';
import {
  exampleFeatures,
  type ImageManifest,
  isImage,
  isTabular,
  type TabularManifest,
} from '../core/manifest';
import { answerJson } from './answer';
import type { Config } from './config';
import { createFunctionOf } from './create-function';
import type { Exchange } from './exchange';
import type { Models } from './models/models';
import { queriedVersion } from './request-model';

/**
 * Answers `modelInfo` from the manifest and the state of the model; no session is made for it.
 *
 * @param links what else answers here, by name.
 */
export async function modelInfo(
  { models, config }: { models: Models; config: Config },
  exchange: Exchange,
  links: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  if (exchange.admission !== undefined) exchange.admission.checkModel(await models.usualName(), false);
  const asked = queriedVersion(exchange.request.query);
  const ref = asked === undefined ? {} : { version: asked };
  const [manifest, versions, rollout] = await Promise.all([
    models.manifest(ref),
    models.versions(),
    models.rollout(),
  ]);
  const { name, version, description, artifact, training, signature } = manifest;
  exchange.model = name;
  exchange.version = version;
  return answerJson({
    name,
    version,
    task: manifest.task ?? 'tensors',
    description,
    ...(isTabular(manifest) && describeRows(manifest)),
    ...(isImage(manifest) && describeImages(manifest)),
    signature: signature ?? models.peek({ name, version })?.signature,
    training,
    artifact: { bytes: artifact.bytes, sha256: artifact.sha256 },
    versions,
    routing: { answering: Object.fromEntries(rollout.shares()), ...rollout.routing() },
    loaded: models.peek({ name, version }) !== undefined,
    limits: { max_body_bytes: config.limits.bodyBytes, max_rows: config.limits.rows },
    deployment_type: config.deployment.type,
    links,
    ...(isTabular(manifest) && {
      bigquery: {
        create_function: createFunctionOf(manifest, { exchange, path: links['predict_batch'], config }),
      },
    }),
    request_id: exchange.requestId,
  });
}

function describeRows(manifest: TabularManifest) {
  const { features, classes } = manifest;
  return { features, classes, example: { features: exampleFeatures(manifest) } };
}

function describeImages({ classes, image, top_k }: ImageManifest) {
  return { classes, image, top_k };
}
