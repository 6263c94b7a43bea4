import { ServingError } from '../core/errors';
import type { HttpResponse } from '../core/http';
import { answerJson } from './answer';
import type { Config } from './config';
import type { Models } from './models/models';
import { untoldFailure } from './models/untold-failure';

interface HealthParts {
  readonly models: Models;
  readonly config: Config;
}

/** Answers `GET /`: that the service is there, and whether a prediction would have to wait for the model. */
export function status({ models, config }: HealthParts): HttpResponse {
  return answerJson({
    status: 'healthy',
    service: config.deployment.service,
    model_loaded: models.peek() !== undefined,
  });
}

/** Answers the liveness probe: this process can answer. */
export function health(): HttpResponse {
  return answerJson({ status: 'healthy' });
}

/**
 * Answers the readiness probe: 200 once a request need not wait for the model, or for its manifest where that is
 * all that the target needs. A probe has little patience, so this begins the load, or a look at what is promoted by
 * now, but does not wait for it.
 */
export async function ready(parts: HealthParts, needs: 'model' | 'manifest'): Promise<HttpResponse> {
  const { models } = parts;
  const isThere = (needs === 'model' ? models.peek() : models.peekManifest()) !== undefined;
  const found = needs === 'model' ? models.get() : models.manifest();
  // What fails behind a model that answers is logged, and none of the probe's business.
  if (isThere) found.catch(() => {});
  else await Promise.race([tellAnybody(parts, found), stillLoading()]);
  return answerJson({ status: 'ready' });
}

/**
 * Waits for a model on behalf of somebody who need not say who they are. Where all others must, a failure says nothing
 * of what models are called: the log says it.
 */
export async function tellAnybody({ config }: HealthParts, loading: Promise<unknown>): Promise<void> {
  try {
    await loading;
  } catch (error) {
    throw config.access === undefined ? error : untoldFailure(error);
  }
}

/** Rejects after every promise that is settled already had its turn, so that a known failure is named first. */
function stillLoading(): Promise<never> {
  return new Promise((_, reject) => {
    const headers = { 'retry-after': '1' };
    setImmediate(() =>
      reject(new ServingError('model-unavailable', 'the model is still loading', { headers })),
    );
  });
}
