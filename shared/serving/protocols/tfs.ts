import { ServingError } from '../../core/errors';
import type { HttpResponse } from '../../core/http';
import { parseTensorJson } from '../../core/tensor-body';
import { encodeTfs } from '../../protocol/tfs/answer';
import { tfsMetadata, tfsStatus } from '../../protocol/tfs/metadata';
import { decodeTfs } from '../../protocol/tfs/request';
import { answerJson, answerText } from '../answer';
import type { Exchange } from '../exchange';
import { type InferenceParts, runTensors } from '../inference';
import type { ModelRef } from '../models/model-choice';
import { loadFor } from '../request-model';
import { noteStep } from '../steps';

/** Answers a `:predict` call of TensorFlow Serving, by rows or by columns. */
export async function answerTfs(
  parts: InferenceParts,
  exchange: Exchange,
  body: Buffer,
  ref?: ModelRef,
): Promise<HttpResponse> {
  const value = parseTensorJson(body);
  const served = await loadFor(parts, exchange, ref);
  const { signature } = served;
  const startedAt = parts.now();
  const { form, inputs } = decodeTfs(value, signature);
  noteStep(exchange, { name: 'validateMs', startedAt, endedAt: parts.now() });
  const outputs = await runTensors(parts, exchange, served, inputs);
  return answerText(encodeTfs(form, orderedOutputs(signature.outputs, outputs)));
}

/** The outputs of a run in the order of the model. */
export function orderedOutputs<T>(
  specs: readonly { readonly name: string }[],
  outputs: Readonly<Record<string, T>>,
): [name: string, output: T][] {
  return specs.flatMap(({ name }) => {
    const output = outputs[name];
    return output === undefined ? [] : [[name, output]];
  });
}

/** Answers `POST /v1/models/{model}:predict`. */
export async function tfsPredict(
  parts: InferenceParts,
  exchange: Exchange,
  ref: ModelRef,
): Promise<HttpResponse> {
  return answerTfs(parts, exchange, await exchange.request.body(), ref);
}

/**
 * Answers `GET /v1/models/{model}` once the model is loaded: KServe's clients ask it whether the model is ready.
 *
 * @throws {ServingError} `model-not-found`, `model-unavailable`
 */
export async function tfsModel(
  parts: InferenceParts,
  exchange: Exchange,
  ref: ModelRef,
): Promise<HttpResponse> {
  const { models } = parts;
  const { manifest } = await loadFor(parts, exchange, ref);
  const { name } = manifest;
  const all = ref.version === undefined ? await models.versions(name) : [manifest.version];
  const versions = all.map((version) => ({
    version,
    state: models.peek({ name, version }) === undefined ? ('START' as const) : ('AVAILABLE' as const),
  }));
  return answerJson(tfsStatus({ name, versions, ready: true }));
}

/** Answers `GET /v1/models/{model}/metadata`. @throws {ServingError} `model-not-found`, `model-unavailable` */
export async function tfsModelMetadata(
  parts: InferenceParts,
  exchange: Exchange,
  ref: ModelRef,
): Promise<HttpResponse> {
  const { manifest, signature } = await loadFor(parts, exchange, ref);
  return answerJson(tfsMetadata({ name: manifest.name, version: manifest.version, signature }));
}

/** Answers `:classify` and `:regress`, which take TensorFlow's own examples. */
export function tfsMissing(): never {
  throw new ServingError('not-implemented', 'classify and regress are not part of this server: use :predict');
}
