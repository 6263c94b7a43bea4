import { ServingError } from '../../core/errors';
import { fromFloat16 } from '../../core/float16';
import { shortestFloat32 } from '../../core/float32';
import type { NamedTensors, Tensor } from '../../core/tensor';
import type { AnswerFrame } from '../native/answer';

/** One class that an image may show. */
export interface ImagePrediction {
  /** Index among the model's classes. */
  readonly class_id: number;
  readonly label: string;
  /** Null where the model gave what is no number. */
  readonly confidence: number | null;
}

/** What of a model's manifest its answers are made with. */
export interface ImageClasses {
  readonly classes: readonly string[];
  readonly output: { readonly scores: string };
  /** Whether scores are logits, so that confidences are their softmax. */
  readonly softmax: boolean;
}

/**
 * Reads the outputs of a run: the `topK` likeliest classes of each image, the likeliest first, and of two that are as
 * likely the one with the lower index.
 *
 * @throws {ServingError} `inference-failed` when the scores are not as many as images times classes.
 */
export function readImagePredictions(
  model: ImageClasses,
  outputs: NamedTensors,
  { images, topK }: { images: number; topK: number },
): ImagePrediction[][] {
  const { classes, output, softmax } = model;
  const scores = scoresOf(outputs[output.scores], output.scores, images * classes.length);
  return Array.from({ length: images }, (_, image) => {
    const row = scores.subarray(image * classes.length, (image + 1) * classes.length);
    const confidences = softmax ? toSoftmax(row) : row;
    return highest(confidences, topK).map((index) => ({
      class_id: index,
      label: classes[index] ?? '',
      confidence: toConfidence(confidences[index] ?? Number.NaN),
    }));
  });
}

function scoresOf(tensor: Tensor | undefined, name: string, length: number): Float64Array {
  const numbers = tensor === undefined ? undefined : toDoubles(tensor);
  if (numbers?.length === length) return numbers;
  const got = tensor === undefined ? 'nothing' : `${tensor.data.length} of type ${tensor.type}`;
  throw new ServingError('inference-failed', `expected ${length} scores from output "${name}", got ${got}`);
}

function toDoubles({ type, data }: Tensor): Float64Array | undefined {
  if (type === 'float32' || type === 'float64') return Float64Array.from(data);
  return type === 'float16' ? Float64Array.from(data, fromFloat16) : undefined;
}

/** Softmax that cannot overflow: the greatest score is taken from all of them first, which changes nothing else. */
function toSoftmax(scores: Float64Array): Float64Array {
  const greatest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
  const powers = scores.map((score) => Math.exp(score - greatest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** The indices of the `count` highest scores. Few are wanted of many, so they are put in their place one by one. */
function highest(scores: Float64Array, count: number): number[] {
  const best: number[] = [];
  for (let index = 0; index < scores.length; index++) {
    let at = best.length;
    while (at > 0 && isHigher(scores, index, best[at - 1] as number)) at--;
    if (at >= count) continue;
    best.splice(at, 0, index);
    if (best.length > count) best.pop();
  }
  return best;
}

/** What is no number is lower than all that is one. */
function isHigher(scores: Float64Array, a: number, b: number): boolean {
  const [x, y] = [scores[a] as number, scores[b] as number];
  return x > y || (Number.isNaN(y) && !Number.isNaN(x));
}

/** As many digits as a float32 has; JSON has no NaN and no infinities (RFC 8259, section 6). */
function toConfidence(value: number): number | null {
  return Number.isFinite(value) ? shortestFloat32(Math.fround(value)) : null;
}

/** How long the parts of an answer took, in milliseconds. */
export interface ImageTimings {
  readonly inferenceMs: number;
  /** Decoding, resizing and making the tensor. */
  readonly preprocessingMs: number;
}

/** What every answer ends with. */
interface ImageAnswerEnd {
  readonly frame: AnswerFrame;
  readonly requestId: string;
  readonly timings: ImageTimings;
}

/** Writes the answer of `predict`: the classes of the one image. */
export function writeImagePredict(predictions: readonly ImagePrediction[], end: ImageAnswerEnd): string {
  return JSON.stringify({ predictions, ...endOf(end) });
}

/** Writes the answer of `predictBatch`: a list of classes for each image, in the order of the images. */
export function writeImagePredictBatch(
  predictions: readonly (readonly ImagePrediction[])[],
  end: ImageAnswerEnd,
): string {
  return JSON.stringify({ predictions, ...endOf(end) });
}

function endOf({ frame, requestId, timings }: ImageAnswerEnd) {
  return {
    inference_time_ms: toMicroseconds(timings.inferenceMs),
    preprocessing_time_ms: toMicroseconds(timings.preprocessingMs),
    model_name: frame.modelName,
    model_version: frame.modelVersion,
    deployment_type: frame.deploymentType,
    request_id: requestId,
  };
}

/** Clocks give more digits than they mean. */
function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
