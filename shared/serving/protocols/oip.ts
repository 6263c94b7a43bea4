import { version } from '../../../package.json';
import { ServingError } from '../../core/errors';
import { type HttpResponse, header } from '../../core/http';
import { invalidAt } from '../../core/invalid';
import { parseJson } from '../../core/json';
import { describeValue } from '../../core/schema-error';
import { encodeOip } from '../../protocol/oip/answer';
import { oipModelMetadata, oipServerMetadata } from '../../protocol/oip/metadata';
import { decodeOip } from '../../protocol/oip/request';
import { answerJson } from '../answer';
import type { Exchange } from '../exchange';
import { tellAnybody } from '../health';
import { type InferenceParts, runTensors } from '../inference';
import type { ModelRef } from '../models/model-choice';
import { loadFor } from '../request-model';
import { noteStep } from '../steps';
import { compress } from './compress';

/** Answers an inference call of the Open Inference Protocol, in JSON, in binary, or in both. */
export async function answerOip(
  parts: InferenceParts,
  exchange: Exchange,
  body: Buffer,
  ref?: ModelRef,
): Promise<HttpResponse> {
  const { request } = exchange;
  const served = await loadFor(parts, exchange, ref);
  const startedAt = parts.now();
  const call = decodeOip(body, header(request, 'inference-header-content-length'), served.signature);
  noteStep(exchange, { name: 'validateMs', startedAt, endedAt: parts.now() });
  const outputs = await runTensors(parts, exchange, served, call.inputs);
  const { name: modelName, version: modelVersion } = served.manifest;
  const classes = served.tabular?.manifest.classes;
  const answer = encodeOip(call, { modelName, modelVersion, outputs, ...(classes && { classes }) });
  return compress(header(request, 'accept-encoding'), { status: 200, ...answer });
}

/** Answers `POST /v2/models/{model}/infer`. */
export async function oipInfer(
  parts: InferenceParts,
  exchange: Exchange,
  ref: ModelRef,
): Promise<HttpResponse> {
  return answerOip(parts, exchange, await exchange.request.body(), ref);
}

/** Answers `GET /v2`. */
export function oipServer(): HttpResponse {
  return answerJson(oipServerMetadata(version));
}

/** Answers `GET /v2/health/live`. */
export function oipLive(): HttpResponse {
  return answerJson({ live: true });
}

/**
 * Answers `GET /v2/health/ready`: both of the members that clients look for.
 *
 * @throws {ServingError} `model-unavailable`
 */
export async function oipReady(parts: InferenceParts): Promise<HttpResponse> {
  await tellAnybody(parts, parts.models.get());
  return answerJson({ live: true, ready: true });
}

/** Answers `GET /v2/models/{model}`. @throws {ServingError} `model-not-found`, `model-unavailable` */
export async function oipModel(
  parts: InferenceParts,
  exchange: Exchange,
  ref: ModelRef,
): Promise<HttpResponse> {
  const { signature, manifest } = await loadFor(parts, exchange, ref);
  const versions = await parts.models.versions(manifest.name);
  return answerJson(oipModelMetadata({ name: manifest.name, versions, signature }));
}

/**
 * Answers `GET /v2/models/{model}/ready`, once the model is loaded: clients ask once and give up, and an instance that
 * was just started for them would always say no.
 *
 * @throws {ServingError} `model-not-found`, `model-unavailable`
 */
export async function oipModelReady(
  parts: InferenceParts,
  exchange: Exchange,
  ref: ModelRef,
): Promise<HttpResponse> {
  const { manifest } = await loadFor(parts, exchange, ref);
  return answerJson({ name: manifest.name, ready: true });
}

/** Answers `GET /v2/models`. */
export async function oipModels({ models }: InferenceParts, exchange: Exchange): Promise<HttpResponse> {
  return answerJson({ models: visibleOf(exchange, await models.names()) });
}

/** Answers `POST /v2/repository/index`: every version there is; those that are loaded are ready. */
export async function oipIndex({ models }: InferenceParts, exchange: Exchange): Promise<HttpResponse> {
  const onlyReady = readsOnlyReady(await exchange.request.body());
  const names = visibleOf(exchange, await models.names());
  const versions = await Promise.all(names.map((name) => models.versions(name)));
  const all = names.flatMap((name, index) =>
    (versions[index] ?? []).map((version) => {
      const isLoaded = models.peek({ name, version }) !== undefined;
      return {
        name,
        version,
        state: isLoaded ? 'READY' : 'UNAVAILABLE',
        reason: isLoaded ? '' : 'not loaded yet: the first request for it loads it',
      };
    }),
  );
  return answerJson(onlyReady ? all.filter(({ state }) => state === 'READY') : all);
}

/** Models that the caller may use; what the others are called is none of its business. */
function visibleOf({ admission }: Exchange, names: readonly string[]): readonly string[] {
  return admission === undefined ? names : names.filter(admission.mayUse);
}

/** tritonclient sends no body at all. @throws {ServingError} `invalid-json`, `validation-failed` */
function readsOnlyReady(body: Buffer): boolean {
  if (body.length === 0) return false;
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidAt('', `expected an object, got ${describeValue(value)}`);
  }
  const ready: unknown = 'ready' in value ? value.ready : undefined;
  if (ready === undefined || typeof ready === 'boolean') return ready === true;
  throw invalidAt('/ready', `expected a boolean, got ${describeValue(ready)}`);
}

/** Answers what is left of Triton's extensions: a model is loaded by its first request, and nothing unloads one. */
export function oipMissing(what: string): never {
  throw new ServingError('not-implemented', `this server has no ${what}`);
}
