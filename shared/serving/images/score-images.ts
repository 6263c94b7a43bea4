import { type FieldError, ServingError } from '../../core/errors';
import type { NamedTensors } from '../../core/tensor';
import { type ImagePrediction, readImagePredictions } from '../../protocol/image/answer';
import type { ImageSource, SentImage } from '../../protocol/image/request';
import { type ImageElement, toTensor } from '../../runtime/image/tensor';
import type { Exchange } from '../exchange';
import { type InferenceParts, noteRun } from '../inference';
import type { ImageModel } from '../models/served-model';
import { callOptions, noteStep } from '../steps';

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
  if (exchange.admission !== undefined) await exchange.admission.spend(images.length);
  const predictions: ImagePrediction[][] = [];
  for (let start = 0; start < images.length; start += model.maxImages) {
    const sources = images.slice(start, start + model.maxImages);
    const nameOf = (index: number) => (images.length === 1 ? undefined : start + index + 1);
    const part = { model, sources, nameOf, isPatient: start > 0 };
    const outputs = await runImages(parts, exchange, part, await fetchImages(parts, exchange, part));
    const { manifest, spec } = model;
    const options = { images: sources.length, topK };
    predictions.push(...readImagePredictions({ ...manifest, softmax: spec.softmax }, outputs, options));
  }
  return predictions;
}

/** Images of a request that are run together. */
interface Part {
  readonly model: ImageModel;
  readonly sources: readonly ImageSource[];
  /** The number by which an error calls an image; undefined where there is only one. */
  readonly nameOf: (index: number) => number | undefined;
  /** Whether others of the same request were run already. */
  readonly isPatient: boolean;
}

async function fetchImages(
  { images, now }: InferenceParts,
  exchange: Exchange,
  part: Part,
): Promise<SentImage[]> {
  const { hasLeft } = callOptions(exchange);
  const startedAt = now();
  const sent = await forEach(part, part.sources, (source) => images.fetch(source, hasLeft));
  if (part.sources.some((source) => 'url' in source))
    noteStep(exchange, { name: 'fetchMs', startedAt, endedAt: now() });
  return sent;
}

/** Does the same for each image; an error says which it is about. */
function forEach<T, R>(
  { sources, nameOf }: Part,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  return Promise.all(
    items.map((item, index) =>
      work(item).catch((error: unknown) => {
        throw locate(error, sources[index]?.pointer ?? '', nameOf(index));
      }),
    ),
  );
}

/** Says which of several images it is that an error is about. */
function locate(error: unknown, pointer: string, number: number | undefined): unknown {
  if (!(error instanceof ServingError) || (pointer === '' && number === undefined)) return error;
  const { code, message, members, headers, cause } = error;
  const errors: FieldError[] = [{ pointer, detail: message }];
  const where = pointer === '' ? `image ${number}` : pointer;
  return new ServingError(code, `${where}: ${message}`, { errors, members, headers, cause });
}

/** Has images decoded and run when their turn comes; what they wait until then is queue time, for either. */
async function runImages(
  { images, now }: InferenceParts,
  exchange: Exchange,
  part: Part,
  sent: readonly SentImage[],
): Promise<NamedTensors> {
  const { spec, manifest, run } = part.model;
  const [input] = manifest.signature.inputs;
  const { hasLeft } = callOptions(exchange);
  let preprocessMs = 0;
  let inputs: NamedTensors = {};
  const calledAt = now();

  async function prepare(): Promise<NamedTensors> {
    let beganAt: number | undefined;
    const onTurn = () => {
      beganAt ??= now();
    };
    try {
      const pixels = await forEach(part, sent, (image) => images.decode(image, spec, { hasLeft, onTurn }));
      inputs = { [spec.input]: toTensor(pixels, spec, (input?.type ?? 'float32') as ImageElement) };
      return inputs;
    } finally {
      const endedAt = now();
      const startedAt = beganAt ?? endedAt;
      preprocessMs = endedAt - startedAt;
      exchange.steps?.push({ name: 'queueMs', startedAt: calledAt, endedAt: startedAt });
      noteStep(exchange, { name: 'preprocessMs', startedAt, endedAt });
    }
  }

  const options = { ...callOptions(exchange), isPatient: part.isPatient };
  const done = await run(prepare, sent.length, options);
  noteRun(exchange, { inputs, rows: sent.length }, { ...done, queueMs: done.queueMs - preprocessMs });
  return done.outputs;
}
