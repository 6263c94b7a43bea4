import type { FieldError } from './errors';
import { fixedSize } from './image-geometry';
import { channelCount, checkImageSpec, type ImageSpec } from './image-spec';
import type { ImageManifest } from './manifest';
import { formatSpec, type TensorSpec } from './signature';

/** Checks that the parts of an image model's manifest agree with each other. */
export function checkImageManifest(manifest: ImageManifest): FieldError[] {
  const resize = checkResize(manifest.image);
  return [
    ...resize,
    ...checkImageSpec(manifest.image),
    ...checkInput(manifest, { isSizeKnown: resize.length === 0 }),
    ...checkScores(manifest),
  ];
}

/** The schema allows all three members, so that its errors name one that is wrong and not each way to write it. */
function checkResize({ resize }: ImageSpec): FieldError[] {
  const names = Object.keys(resize ?? {})
    .sort()
    .join(' and ');
  if (resize === undefined || names === 'shorter_side' || names === 'height and width') return [];
  const got = names === '' ? 'neither' : names;
  return [{ pointer: '/image/resize', detail: `expected shorter_side, or width and height, got ${got}` }];
}

/** Element types that images are written in. */
const ELEMENTS: readonly string[] = ['float32', 'float16', 'uint8'];

function checkInput(
  { image, signature: { inputs } }: ImageManifest,
  { isSizeKnown }: { isSizeKnown: boolean },
): FieldError[] {
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0) {
    const detail = `expected one input, which takes the images, got ${inputs.length}`;
    return [{ pointer: '/signature/inputs', detail }];
  }
  if (input.name !== image.input) {
    return [{ pointer: '/image/input', detail: `expected "${input.name}", got "${image.input}"` }];
  }
  const { type, shape } = input;
  if (!ELEMENTS.includes(type) || shape.length !== 4 || typeof shape[0] !== 'string') {
    const expected = `${ELEMENTS.join(', ')} of four dimensions, with a name for the first (the number of images)`;
    return [{ pointer: '/signature/inputs/0', detail: `expected ${expected}, got ${formatSpec(input)}` }];
  }
  return isSizeKnown ? checkSizes(image, input) : [];
}

/** What the images become must be what the input takes; a name takes any size. */
function checkSizes(image: ImageSpec, input: TensorSpec): FieldError[] {
  const { width, height } = fixedSize(image) ?? {};
  const channels = channelCount(image);
  const made = image.layout === 'nhwc' ? [height, width, channels] : [channels, height, width];
  const takes = input.shape.slice(1);
  const fits = made.every((size, axis) => typeof takes[axis] === 'string' || takes[axis] === size);
  if (fits) return [];
  const got = made.map((size) => size ?? 'any').join(',');
  return [
    { pointer: '/image', detail: `expected images that fit ${formatSpec(input)}, got [N,${got}] of them` },
  ];
}

function checkScores({ output, classes, signature: { outputs } }: ImageManifest): FieldError[] {
  const pointer = '/output/scores';
  if (output.scores === undefined) {
    return [
      { pointer: '/output', detail: 'expected "scores" to name the output of an image-classification' },
    ];
  }
  const scores = outputs.find(({ name }) => name === output.scores);
  if (scores === undefined) {
    const names = outputs.map(({ name }) => name).join(', ');
    return [{ pointer, detail: `expected one of ${names}, got "${output.scores}"` }];
  }
  const [images, width, ...rest] = scores.shape;
  const isFloat = ['float32', 'float64', 'float16'].includes(scores.type);
  if (!isFloat || typeof images !== 'string' || width === undefined || rest.length > 0) {
    const expected = 'an output of floating point numbers, a row for each image';
    return [{ pointer, detail: `expected ${expected}, got ${formatSpec(scores)}` }];
  }
  if (typeof width === 'string' || width === classes.length) return [];
  const detail = `expected ${width}, the width of output "${scores.name}", got ${classes.length}`;
  return [{ pointer: '/classes', detail }];
}
