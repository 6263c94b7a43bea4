import { type FieldError, ServingError } from '../../core/errors';
import type { NamedTensors } from '../../core/tensor';
import { type ImagePrediction, readImagePredictions } from '../../protocol/image/answer';
import type { ImageSource } from '../../protocol/image/request';
import type { Pixels } from '../../runtime/image/resample';
import { type ImageElement, toTensor } from '../../runtime/image/tensor';
import type { Exchange } from '../exchange';
import { callOptions, type InferenceParts } from '../inference';
import type { ImageModel } from '../models/served-model';

export interface ImagesToScore {
  readonly images: readonly ImageSource[];
  /** How many classes to answer with. */
  readonly topK: number;
}

/**
 * Scores images: fetches, decodes and runs a few at a time, because thousands may come in one body and each takes
 * a hundred times its own bytes once it is a tensor. Notes for the log what there is to say.
 *
 * @returns the likeliest classes of each, in their order.
 * @throws {ServingError} naming the image that cannot be scored; `inference-failed`, `overloaded`, `caller-left`
 */
export async function scoreImages(
  parts: InferenceParts,
  exchange: Exchange,
  model: ImageModel,
  { images, topK }: ImagesToScore,
): Promise<ImagePrediction[][]> {
  exchange.rows = images.length;
  const predictions: ImagePrediction[][] = [];
  for (let start = 0; start < images.length; start += model.maxImages) {
    const sources = images.slice(start, start + model.maxImages);
    const nameOf = (index: number) => (images.length === 1 ? undefined : start + index + 1);
    const pixels = await readPixels(parts, exchange, { model, sources, nameOf });
    const outputs = await runPixels(parts, exchange, { model, pixels, isPatient: start > 0 });
    const { manifest, spec } = model;
    const options = { images: sources.length, topK };
    predictions.push(...readImagePredictions({ ...manifest, softmax: spec.softmax }, outputs, options));
  }
  return predictions;
}

async function readPixels(
  { images, now }: InferenceParts,
  exchange: Exchange,
  {
    model,
    sources,
    nameOf,
  }: {
    model: ImageModel;
    sources: readonly ImageSource[];
    nameOf: (index: number) => number | undefined;
  },
): Promise<Pixels[]> {
  const { timings } = exchange;
  const each = <T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> =>
    Promise.all(
      items.map((item, index) =>
        work(item).catch((error: unknown) => {
          throw locate(error, sources[index]?.pointer ?? '', nameOf(index));
        }),
      ),
    );

  const fetchAt = now();
  const { hasLeft } = callOptions(exchange);
  const sent = await each(sources, (source) => images.fetch(source, hasLeft));
  const decodeAt = now();
  if (sources.some((source) => 'url' in source))
    timings.fetchMs = (timings.fetchMs ?? 0) + decodeAt - fetchAt;
  const pixels = await each(sent, (image) => images.decode(image, model.spec, hasLeft));
  timings.preprocessMs = (timings.preprocessMs ?? 0) + now() - decodeAt;
  return pixels;
}

/** Says which of several images it is that an error is about. */
function locate(error: unknown, pointer: string, number: number | undefined): unknown {
  if (!(error instanceof ServingError) || (pointer === '' && number === undefined)) return error;
  const { code, message, members, headers, cause } = error;
  const errors: FieldError[] = [{ pointer, detail: message }];
  const where = pointer === '' ? `image ${number}` : pointer;
  return new ServingError(code, `${where}: ${message}`, { errors, members, headers, cause });
}

async function runPixels(
  { now }: InferenceParts,
  exchange: Exchange,
  { model, pixels, isPatient }: { model: ImageModel; pixels: readonly Pixels[]; isPatient: boolean },
): Promise<NamedTensors> {
  const { timings } = exchange;
  const { spec, manifest } = model;
  const [input] = manifest.signature.inputs;
  const startedAt = now();
  const tensor = toTensor(pixels, spec, (input?.type ?? 'float32') as ImageElement);
  timings.preprocessMs = (timings.preprocessMs ?? 0) + now() - startedAt;
  const options = { ...callOptions(exchange), isPatient };
  const { outputs, queueMs, runMs } = await model.run({ [spec.input]: tensor }, pixels.length, options);
  timings.queueMs = (timings.queueMs ?? 0) + queueMs;
  timings.runMs = (timings.runMs ?? 0) + runMs;
  return outputs;
}
