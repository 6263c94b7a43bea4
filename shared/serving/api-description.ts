import { version } from '../../package.json';
import type { HttpResponse } from '../core/http';
import { isTabular, type Manifest } from '../core/manifest';
import { describeOpenApi } from '../protocol/openapi/document';
import { answerText } from './answer';
import { createFunctionOf } from './create-function';
import type { Exchange } from './exchange';
import type { PagesParts } from './pages';

/**
 * Answers `GET /openapi.json` for the model that is served where a request names none. A session is made only for a
 * model whose manifest does not say what its tensors are.
 *
 * @throws {ServingError} `model-unavailable`
 */
export async function describeApi({ config, models }: PagesParts, exchange: Exchange): Promise<HttpResponse> {
  const manifest = await models.manifest();
  exchange.admission?.checkModel(manifest.name, false);
  exchange.model = manifest.name;
  exchange.version = manifest.version;
  const createFunction = isTabular(manifest)
    ? createFunctionOf(manifest, { exchange, path: '/predict/batch', config })
    : undefined;
  let known = descriptions.get(manifest);
  if (known === undefined || known.createFunction !== createFunction) {
    const signature = manifest.signature ?? (await models.get()).signature;
    const { access, vertex } = config;
    const subject = {
      manifest,
      signature,
      version,
      ...(vertex && { vertex }),
      ...(access && { access: { keys: access.keys !== undefined, tokens: access.tokens !== undefined } }),
      ...(createFunction && { createFunction }),
    };
    known = { createFunction, text: JSON.stringify(describeOpenApi(subject)) };
    descriptions.set(manifest, known);
  }
  return answerText(known.text);
}

/** The last one that was written for each manifest; the address that it was asked at is part of it. */
const descriptions = new WeakMap<
  Manifest,
  { readonly createFunction: string | undefined; readonly text: string }
>();
