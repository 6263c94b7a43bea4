import type { Metadata, Sharp, SharpOptions } from 'sharp';
import { ServingError } from '../../core/errors';
import { isCutOff } from '../../core/image-end';
import type { Size } from '../../core/image-geometry';
import type { ResolvedImageSpec } from '../../core/image-spec';
import {
  declaredImage,
  describeBytes,
  IMAGE_TYPE_NAMES,
  type ImageType,
  sniffImage,
} from '../../core/image-type';
import { imageTooLarge, invalidImage } from '../../core/invalid-image';
import { shorten } from '../../core/schema-error';
import { finishImage, fromCmyk, type ImagePlan, planImage } from './plan';
import type { Pixels } from './resample';
import { createSlots } from './slots';

/** What one image may cost. */
export interface ImageLimits {
  /** Width times height, of the image as it is and of what it is resized to. */
  readonly maxPixels: number;
  /** Frames of an animation, or pages: all but the first are left out, but finding them costs time. */
  readonly maxFrames: number;
  /** Milliseconds that decoding may take, once its turn has come. */
  readonly timeoutMs: number;
  /**
   * Images that are decoded at the same time; others wait. It bounds the memory, and leaves threads of libuv's pool
   * (4) to whatever else needs them: files, host names.
   */
  readonly concurrency: number;
  /** Images that may wait for that; one more is refused. @default any number */
  readonly maxWaiting?: number;
}

/** Decodes images for models. */
export interface ImageDecoder {
  /**
   * Decodes an image, its first frame, upright as its EXIF data says, resized and cropped as a model wants it. Colours
   * are 8 bits of red, green and blue whatever the file had; a colour profile is ignored, as it is in training.
   *
   * @throws {ServingError} `unsupported-media-type` for what is no image; `invalid-image` for one that is corrupt,
   *   truncated or not what it is declared to be; `payload-too-large` for one of too many pixels or frames, or that
   *   takes too long; `overloaded` when too many wait, `caller-left` when `hasLeft` says so as its turn comes.
   */
  decode(bytes: Uint8Array, spec: ResolvedImageSpec, options?: DecodeOptions): Promise<Pixels>;
}

export interface DecodeOptions {
  /** Media type that the caller gave; where it names another kind than the bytes are, they are refused. */
  readonly declaredType?: string | undefined;
  /** Says whether whoever asked has gone. Asked when the image's turn comes. */
  readonly hasLeft?: (() => boolean) | undefined;
  /** Told when its turn has come: until then it has only waited for others. */
  readonly onTurn?: () => void;
}

/** Makes a decoder. It holds nothing that needs to be freed. */
export function createImageDecoder(limits: ImageLimits): ImageDecoder {
  const slots = createSlots(limits.concurrency, limits.maxWaiting);
  return {
    async decode(bytes, spec, { declaredType = '', hasLeft, onTurn } = {}) {
      const type = checkType(bytes, declaredType);
      const giveBack = await slots.take(hasLeft);
      onTurn?.();
      const sharp = await loadSharp().catch((error: unknown) => {
        giveBack();
        throw error;
      });
      const open = (maxPixels?: number) => sharp(bytes, optionsOf(type, maxPixels));
      // The place stays taken until the work has ended, which may be after the answer was given.
      const work = decodeAs(type, { bytes, spec, limits, open }).finally(giveBack);
      return withinTime(work, limits.timeoutMs);
    },
  };
}

type SharpModule = typeof import('sharp')['default'];

let loading: Promise<SharpModule> | undefined;

/** Loads the native library, which takes longer than decoding an image; only models of images need it. */
function loadSharp(): Promise<SharpModule> {
  loading ??= openSharp().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function openSharp(): Promise<SharpModule> {
  const { default: sharp } = await import('sharp');
  // No operation is ever repeated on the same bytes, so a cache of them would only hold memory.
  sharp.cache(false);
  // A second thread makes a 500x375 JPEG no faster (3.0 ms), and would take the CPU from the model.
  sharp.concurrency(1);
  return sharp;
}

function checkType(bytes: Uint8Array, declaredType: string): ImageType {
  const type = sniffImage(bytes);
  if (type === undefined) {
    const kinds = 'a JPEG, PNG, WebP, GIF, AVIF or TIFF image';
    throw new ServingError('unsupported-media-type', `expected ${kinds}, got ${describeBytes(bytes)}`);
  }
  const declared = declaredImage(declaredType);
  if (declared === undefined || declared === type) return type;
  throw invalidImage(`expected ${declaredType} as declared, got bytes that are ${IMAGE_TYPE_NAMES[type]}`);
}

/** Rejects when time is up. The native work cannot be cut short from here: its own time limit ends it. */
async function withinTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tookTooLong(timeoutMs)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tookTooLong(timeoutMs: number): ServingError {
  return imageTooLarge(`expected an image that decodes in ${timeoutMs} ms, this one takes longer`, {
    max_decode_ms: timeoutMs,
  });
}

function optionsOf(type: ImageType, maxPixels: number | undefined): SharpOptions {
  return {
    // Below a warning a damaged JPEG is decoded, and classified by its noise; of others, warnings are about metadata.
    failOn: type === 'jpeg' ? 'warning' : 'error',
    limitInputPixels: maxPixels ?? false,
    sequentialRead: true,
    pages: 1,
    ignoreIcc: true,
    autoOrient: true,
  };
}

interface Job {
  readonly bytes: Uint8Array;
  readonly spec: ResolvedImageSpec;
  readonly limits: ImageLimits;
  /** Without a limit only the header may be read. */
  readonly open: (maxPixels?: number) => Sharp;
}

async function decodeAs(type: ImageType, { bytes, spec, limits, open }: Job): Promise<Pixels> {
  try {
    const header = await open().metadata();
    checkHeader(header, type, limits);
    const plan = planImage(header.autoOrient, spec);
    checkPixels(plan.window, limits, 'become');
    return await run(open(limits.maxPixels), header, { plan, spec, limits });
  } catch (error) {
    throw explain(error, { bytes, type, limits });
  }
}

function checkHeader(header: Metadata, type: ImageType, limits: ImageLimits): void {
  const { format, pages = 1 } = header;
  // Both go by the first bytes; what the library takes for another kind is not decoded as that.
  if (format !== (type === 'avif' ? 'heif' : type)) {
    throw invalidImage(`expected ${IMAGE_TYPE_NAMES[type]}, got ${format}`);
  }
  checkPixels(header, limits, 'have');
  checkInterlaced(header, limits);
  if (pages <= limits.maxFrames) return;
  const detail = `expected at most ${limits.maxFrames} frames, got ${pages}`;
  throw imageTooLarge(detail, { max_frames: limits.maxFrames });
}

function checkPixels({ width, height }: Size, { maxPixels }: ImageLimits, verb: 'have' | 'become'): void {
  if (width * height <= maxPixels) return;
  const detail = `expected at most ${maxPixels} pixels, this image would ${verb} ${width}x${height} = ${width * height}`;
  throw imageTooLarge(detail, { max_pixels: maxPixels });
}

/**
 * An interlaced image cannot be decoded row by row: all of it is in memory at once, with every channel and bit that it
 * has. It gets what the limit allows for plain colours.
 */
function checkInterlaced(header: Metadata, { maxPixels }: ImageLimits): void {
  if (!header.isProgressive) return;
  const { width, height, channels, depth } = header;
  // Of what can be interlaced, PNG alone has samples of more than 8 bits.
  const pixelBytes = channels * (depth === 'ushort' ? 2 : 1);
  const bytes = width * height * pixelBytes;
  const maxBytes = maxPixels * 3;
  if (bytes <= maxBytes) return;
  const size = `${width}x${height} pixels of ${pixelBytes} bytes = ${bytes}`;
  const detail = `expected at most ${maxBytes} bytes of an interlaced image, this one would have ${size}: send it not interlaced, or smaller`;
  throw imageTooLarge(detail, { max_interlaced_bytes: maxBytes });
}

/** The library's kernels are those of Pillow under other names. */
const KERNELS = { bilinear: 'linear', bicubic: 'cubic', nearest: 'nearest', lanczos: 'lanczos3' } as const;

/**
 * A JPEG that shrinks this much is shrunk in part while it is decoded, which takes half the CPU for 12 megapixels and
 * is closer to Pillow than without; below, it would be further from it than we promise.
 */
const SHRINK_ON_LOAD_FROM = 8;

async function run(
  image: Sharp,
  { space, format }: Metadata,
  { plan, spec, limits }: { plan: ImagePlan; spec: ResolvedImageSpec; limits: ImageLimits },
): Promise<Pixels> {
  const isCmyk = space === 'cmyk';
  const [r, g, b] = spec.background;
  image.timeout({ seconds: Math.ceil(limits.timeoutMs / 1000) });
  if (isCmyk) image.pipelineColourspace('cmyk').toColourspace('cmyk');
  else image.toColourspace('srgb').flatten({ background: { r, g, b } });
  const mayShrinkOnLoad = plan.shrink >= SHRINK_ON_LOAD_FROM && spec.interpolation !== 'nearest';
  // Naming the colour space to work in is how shrinking on load is switched off.
  if (!isCmyk && !(format === 'jpeg' && mayShrinkOnLoad)) image.pipelineColourspace('srgb');
  const { shrunk, part } = plan;
  if (shrunk)
    image.resize({ ...shrunk, fit: 'fill', kernel: KERNELS[spec.interpolation], fastShrinkOnLoad: false });
  if (part) image.extract(part);
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (!isCmyk && channels !== 3) throw invalidImage(`expected 3 channels of colour, got ${channels}`);
  return finishImage({ data: isCmyk ? fromCmyk(data, channels) : data, width, height }, plan, spec);
}

/** Says in the words of this package what the library found wrong. */
function explain(
  error: unknown,
  { bytes, type, limits }: { bytes: Uint8Array; type: ImageType; limits: ImageLimits },
): unknown {
  if (error instanceof ServingError || !(error instanceof Error) || error instanceof TypeError) return error;
  if (error.message.startsWith('timeout')) return tookTooLong(limits.timeoutMs);
  const name = IMAGE_TYPE_NAMES[type];
  if (isCutOff(bytes, type)) return invalidImage(`the ${name} image is truncated: its end is missing`, error);
  const [first = ''] = error.message.replace(PREFIX, '').split('\n', 1);
  const reason = shorten(first || 'its header is corrupt', 120);
  return invalidImage(`the ${name} image cannot be decoded: ${reason}`, error);
}

/** Names of the library's own parts before what it says. */
const PREFIX = /^(Input buffer has corrupt header:\s*)?((\w*vips\w*|\w+load_buffer|source): )?/i;
