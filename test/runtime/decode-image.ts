import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ImageSpec, resolveImageSpec } from '../../shared/core/image-spec';
import { createImageDecoder, type ImageLimits } from '../../shared/runtime/image/decoder';
import type { Pixels } from '../../shared/runtime/image/resample';

/** Limits that no picture of test/images exceeds, except those that should. */
export const LIMITS: ImageLimits = {
  maxPixels: 20_000_000,
  maxFrames: 10,
  timeoutMs: 10_000,
  concurrency: 2,
};

const WHOLE: ImageSpec = { input: 'x' };

/** The size of the ImageNet recipe, without its scaling. */
export const IMAGENET: ImageSpec = {
  input: 'x',
  resize: { shorter_side: 256 },
  crop: { width: 224, height: 224 },
};

/** A picture of test/images. */
export function readImage(name: string): Buffer {
  return readFileSync(join(__dirname, '..', 'images', name));
}

interface DecodeOptions {
  /** @default the image as it is */
  readonly spec?: ImageSpec;
  readonly limits?: Partial<ImageLimits>;
  /** Declared media type. */
  readonly type?: string;
}

/** Decodes bytes, or a picture of test/images by its name. */
export function decode(
  image: string | Buffer,
  { spec = WHOLE, limits = {}, type }: DecodeOptions = {},
): Promise<Pixels> {
  const bytes = typeof image === 'string' ? readImage(image) : image;
  const decoder = createImageDecoder({ ...LIMITS, ...limits });
  return decoder.decode(bytes, resolveImageSpec(spec), { declaredType: type });
}

/** Red, green and blue of one pixel. */
export function pixelAt({ data, width }: Pixels, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}
