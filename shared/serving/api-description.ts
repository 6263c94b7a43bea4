import { version } from '../../package.json';
import type { HttpResponse } from '../core/http';
import type { Manifest } from '../core/manifest';
import { describeOpenApi } from '../protocol/openapi/document';
import { answerText } from './answer';
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
  exchange.model = manifest.name;
  exchange.version = manifest.version;
  let text = descriptions.get(manifest);
  if (text === undefined) {
    const signature = manifest.signature ?? (await models.get()).signature;
    const { vertex } = config;
    text = JSON.stringify(describeOpenApi({ manifest, signature, version, ...(vertex && { vertex }) }));
    descriptions.set(manifest, text);
  }
  return answerText(text);
}

/** Written once for each manifest that is still in use. */
const descriptions = new WeakMap<Manifest, string>();
