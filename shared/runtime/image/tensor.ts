import { ServingError } from '../../core/errors';
import { toFloat16 } from '../../core/float16';
import { channelCount, type ResolvedImageSpec } from '../../core/image-spec';
import { allocateData, type Tensor } from '../../core/tensor';
import type { Pixels } from './resample';

/** Element types that a model can take images in. */
export type ImageElement = 'float32' | 'float16' | 'uint8';

type Elements = Float32Array | Uint16Array | Uint8Array;

/**
 * Makes one tensor of decoded images: `[n, channels, height, width]`, or `[n, height, width, channels]` for `nhwc`.
 * Values are `(pixel * scale - mean) / std`; for `uint8` they are rounded, and cut to what fits.
 *
 * @throws {ServingError} `validation-failed` when the images differ in size, which only happens without a crop.
 */
export function toTensor(
  images: readonly Pixels[],
  spec: ResolvedImageSpec,
  type: ImageElement = 'float32',
): Tensor {
  const [{ width, height }] = checkSizes(images);
  const channels = channelCount(spec);
  const length = width * height * channels;
  // Each of the three types is held in one of these arrays.
  const data = allocateData(type, images.length * length) as Elements;
  const tables = tablesOf(spec, type);
  images.forEach((image, index) => {
    const target = data.subarray(index * length, (index + 1) * length);
    if (channels === 1) fillGrey(target, image.data, tables);
    else fillColour(target, image.data, { tables, spec });
  });
  const dims = spec.layout === 'nchw' ? [channels, height, width] : [height, width, channels];
  return { type, dims: [images.length, ...dims], data } as Tensor;
}

function checkSizes(images: readonly Pixels[]): readonly [Pixels] {
  const [first] = images;
  if (first === undefined) throw new TypeError('expected at least one image');
  const other = images.find(({ width, height }) => width !== first.width || height !== first.height);
  if (other === undefined) return [first];
  const detail = `expected images of one size together, got ${first.width}x${first.height} and ${other.width}x${other.height}`;
  throw new ServingError('validation-failed', detail);
}

/** A byte has 256 values, so what each becomes is worked out once for each channel, and not for each pixel. */
function tablesOf(spec: ResolvedImageSpec, type: ImageElement): Elements[] {
  return spec.mean.map((mean, channel) => {
    const table = allocateData(type, 256) as Elements;
    for (let pixel = 0; pixel < 256; pixel++) {
      const value = ((spec.invert ? 255 - pixel : pixel) * spec.scale - mean) / (spec.std[channel] ?? 1);
      table[pixel] = toElement(value, type);
    }
    return table;
  });
}

function toElement(value: number, type: ImageElement): number {
  if (type === 'float32') return value;
  return type === 'float16' ? toFloat16(value) : Math.min(255, Math.max(0, Math.round(value)));
}

/** The tight loop: one pass over the pixels, three look-ups each. */
function fillColour(
  target: Elements,
  pixels: Uint8Array,
  { tables, spec }: { tables: readonly Elements[]; spec: ResolvedImageSpec },
): void {
  const count = target.length / 3;
  const isPlanar = spec.layout === 'nchw';
  const step = isPlanar ? 1 : 3;
  const channel = isPlanar ? count : 1;
  const [red, green, blue] = spec.channels === 'bgr' ? [2, 1, 0] : [0, 1, 2];
  const [reds, greens, blues] = [tables[red], tables[green], tables[blue]] as [Elements, Elements, Elements];
  let [atRed, atGreen, atBlue] = [red * channel, green * channel, blue * channel];
  for (let i = 0; i < count * 3; i += 3) {
    target[atRed] = reds[pixels[i] as number] as number;
    target[atGreen] = greens[pixels[i + 1] as number] as number;
    target[atBlue] = blues[pixels[i + 2] as number] as number;
    atRed += step;
    atGreen += step;
    atBlue += step;
  }
}

/** The same for one channel; the weights of ITU-R 601-2 in 16 bits are Pillow's (`convert('L')`). */
function fillGrey(target: Elements, pixels: Uint8Array, [table]: readonly Elements[]): void {
  if (table === undefined) return;
  for (let i = 0, at = 0; at < target.length; i += 3, at++) {
    const weighted =
      (pixels[i] as number) * 19595 + (pixels[i + 1] as number) * 38470 + (pixels[i + 2] as number) * 7471;
    target[at] = table[(weighted + 0x8000) >> 16] as number;
  }
}
