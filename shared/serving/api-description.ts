import { version } from '../../package.json';
import { type AccessSettings, isOpen } from '../access/settings';
import type { HttpResponse } from '../core/http';
import { isTabular, type Manifest } from '../core/manifest';
import { describeOpenApi } from '../protocol/openapi/document';
import type { ApiAccess } from '../protocol/openapi/subject';
import { answerText } from './answer';
import { createFunctionOf } from './create-function';
import type { Routes } from './endpoint';
import type { Exchange } from './exchange';
import type { PagesParts } from './pages';

/**
 * Answers `GET /openapi.json` of a service with these routes, for the model that is served where a request names none. A session is made only for a
 * model whose manifest does not say what its tensors are.
 *
 * @throws {ServingError} `model-unavailable`
 */
export async function describeApi(
  { config, models }: PagesParts,
  exchange: Exchange,
  routes: Routes,
): Promise<HttpResponse> {
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
      ...(access && { access: describeAccess(access, routes) }),
      ...(createFunction && { createFunction }),
    };
    known = { createFunction, text: JSON.stringify(describeOpenApi(subject)) };
    descriptions.set(manifest, known);
  }
  return answerText(known.text);
}

function describeAccess(access: AccessSettings, routes: Routes): ApiAccess {
  const open = new Map<string, 'always' | 'sometimes'>();
  for (const [path, { area }] of routes) {
    if (typeof area === 'function') open.set(path, 'sometimes');
    else if (area !== undefined && isOpen(access, area)) open.set(path, 'always');
  }
  return { keys: access.keys !== undefined, tokens: access.tokens !== undefined, open };
}

/** The last one that was written for each manifest; the address that it was asked at is part of it. */
const descriptions = new WeakMap<
  Manifest,
  { readonly createFunction: string | undefined; readonly text: string }
>();
