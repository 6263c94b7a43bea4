import type { HttpResponse } from '../../core/http';
import { invalidAt } from '../../core/invalid';
import { type ImagePrediction, writeImagePredict, writeImagePredictBatch } from '../../protocol/image/answer';
import {
  type ImageRequest,
  readImageJson,
  readImageRequest,
  readVertexImages,
} from '../../protocol/image/request';
import { readTopK } from '../../protocol/image/top-k';
import { answerText } from '../answer';
import type { Exchange } from '../exchange';
import type { InferenceParts } from '../inference';
import type { ImageModel, ServedModel } from '../models/served-model';
import type { Json, Picture } from '../predict-body';
import { loadFor, takesImages } from '../request-model';
import { scoreImages } from './score-images';

/** A model, and its side of images. */
export interface ServedImages {
  readonly served: ServedModel;
  readonly model: ImageModel;
}

/** Answers `predict` for a model of images: one image in, its likeliest classes out. */
export async function predictImage(
  parts: InferenceParts,
  exchange: Exchange,
  chosen: ServedImages,
  body: Json | Picture,
): Promise<HttpResponse> {
  const { served, predictions } = await answer(parts, exchange, chosen, { body, maxImages: 1 });
  const [classes = []] = predictions;
  const [best] = classes;
  if (best !== undefined) {
    exchange.prediction = best.label;
    if (best.confidence !== null) exchange.confidence = best.confidence;
  }
  return answerText(writeImagePredict(classes, endOf(served, exchange)));
}

/** Answers `predictBatch` for a model of images: many in, the classes of each out in the same order. */
export async function predictImages(
  parts: InferenceParts,
  exchange: Exchange,
  chosen: ServedImages,
  body: Json | Picture,
): Promise<HttpResponse> {
  const maxImages = parts.config.limits.images;
  const { served, predictions } = await answer(parts, exchange, chosen, { body, maxImages });
  exchange.prediction = exchange.classes;
  return answerText(writeImagePredictBatch(predictions, endOf(served, exchange)));
}

/**
 * Answers instances of Vertex AI that are images: a list of classes for each.
 *
 * @returns undefined where they are tensors.
 */
export async function predictInstances(
  parts: InferenceParts,
  exchange: Exchange,
  { served, model }: ServedImages,
  body: unknown,
): Promise<HttpResponse | undefined> {
  const request = readVertexImages(body, parts.config.limits.images);
  if (request === undefined) return undefined;
  const predictions = await held(served, () => score(parts, exchange, model, request));
  exchange.prediction = exchange.classes;
  return answerText(JSON.stringify({ predictions }));
}

/** Reads a body and scores its images; a form may ask for another version than the one that is chosen so far. */
async function answer(
  parts: InferenceParts,
  exchange: Exchange,
  { served, model }: ServedImages,
  { body, maxImages }: { body: Json | Picture; maxImages: number },
): Promise<{ served: ServedModel; predictions: ImagePrediction[][] }> {
  const request = await held(served, () => readRequest(model, body, maxImages));
  const chosen =
    request.version === undefined ? { served, model } : await imagesOf(parts, exchange, request.version);
  const predictions = await held(chosen.served, () => score(parts, exchange, chosen.model, request));
  return { served: chosen.served, predictions };
}

async function imagesOf(parts: InferenceParts, exchange: Exchange, version: string): Promise<ServedImages> {
  const served = await loadFor(parts, exchange, { version });
  if (served.image !== undefined) return { served, model: served.image };
  const { name, version: found } = served.manifest;
  throw invalidAt('', `version ${found} of "${name}" takes no images`);
}

/** Between loading a model and its last run bodies are read and images fetched: meanwhile it must not be freed. */
async function held<T>(served: ServedModel, work: () => Promise<T>): Promise<T> {
  const end = served.hold();
  try {
    return await work();
  } finally {
    end();
  }
}

async function readRequest(
  { manifest: { name } }: ImageModel,
  body: Json | Picture,
  maxImages: number,
): Promise<ImageRequest> {
  if ('read' in body)
    return readImageRequest(await body.read(), { contentType: body.contentType, maxImages });
  const { value } = body;
  const isKnown =
    typeof value === 'object' &&
    value !== null &&
    ['image', 'url', 'instances'].some((member) => member in value);
  if (!isKnown) throw takesImages(name);
  // Many where one is expected are told where many go.
  if (maxImages > 1 && !('instances' in value)) {
    throw invalidAt(
      '',
      'expected "instances", each {"image": {"b64": "..."}} or {"url": "..."}; one goes to predict',
    );
  }
  return readImageJson(value, maxImages);
}

async function score(
  parts: InferenceParts,
  exchange: Exchange,
  model: ImageModel,
  { images, topK }: ImageRequest,
): Promise<ImagePrediction[][]> {
  const asked = topK ?? queriedTopK(exchange);
  const predictions = await scoreImages(parts, exchange, model, {
    images,
    topK: asked ?? model.manifest.top_k ?? USUAL_TOP_K,
  });
  exchange.classes = countClasses(predictions);
  return predictions;
}

/** As many as people look at. */
const USUAL_TOP_K = 5;

function queriedTopK({ request: { query } }: Exchange): number | undefined {
  if (query === '') return undefined;
  return readTopK(new URLSearchParams(query).get('top_k') ?? undefined, 'the query parameter "top_k"');
}

/** How often each class was the likeliest; those that never were are left out, of which there may be a thousand. */
function countClasses(predictions: readonly (readonly ImagePrediction[])[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const [best] of predictions) {
    if (best !== undefined) counts.set(best.label, (counts.get(best.label) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

function endOf({ frame }: ServedModel, { requestId, timings }: Exchange) {
  const { runMs = 0, preprocessMs = 0 } = timings;
  return { frame, requestId, timings: { inferenceMs: runMs, preprocessingMs: preprocessMs } };
}
