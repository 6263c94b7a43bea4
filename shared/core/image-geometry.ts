import type { ImageSpec, ResolvedImageSpec } from './image-spec';

/** Whole pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A part of an image; where it reaches beyond the edges, there is nothing. */
export interface Window extends Size {
  readonly left: number;
  readonly top: number;
}

/** The size that every image becomes, whatever it was; undefined where that is up to the image. */
export function fixedSize({ resize, crop }: Pick<ImageSpec, 'resize' | 'crop'>): Size | undefined {
  if (crop !== undefined) return crop;
  return resize === undefined || 'shorter_side' in resize ? undefined : resize;
}

/**
 * The size that an image is resized to. The longer side is cut down to whole pixels and not rounded, as torchvision
 * does it; where that leaves nothing of it (which needs a `resize` of 0), it is one pixel.
 *
 * @see https://github.com/pytorch/vision/blob/v0.14.1/torchvision/transforms/functional.py `_compute_resized_output_size`
 */
export function resizedSize({ resize }: Pick<ResolvedImageSpec, 'resize'>, { width, height }: Size): Size {
  if (resize === undefined) return { width, height };
  if ('width' in resize) return { width: resize.width, height: resize.height };
  const short = resize.shorter_side;
  const long = Math.trunc((short * Math.max(width, height)) / Math.min(width, height));
  return width <= height ? { width: short, height: long } : { width: long, height: short };
}

/**
 * The part of a resized image that the model sees. An odd margin is split as torchvision splits it: half a pixel is
 * rounded to the even side where there is too much, and down where there is too little.
 *
 * @see https://github.com/pytorch/vision/blob/v0.14.1/torchvision/transforms/functional.py `center_crop`
 */
export function cropWindow({ crop }: Pick<ResolvedImageSpec, 'crop'>, { width, height }: Size): Window {
  if (crop === undefined) return { left: 0, top: 0, width, height };
  return { left: margin(width, crop.width), top: margin(height, crop.height), ...crop };
}

function margin(size: number, crop: number): number {
  const half = (size - crop) / 2;
  if (half < 0) return -Math.floor(-half);
  const floor = Math.floor(half);
  return half - floor === 0.5 && floor % 2 === 1 ? floor + 1 : floor;
}
