import type { ImageSpec } from '../shared/core/image-spec';
import { formatSpec, type Signature } from '../shared/core/signature';

/** An image model, as far as its images go. */
export interface ImageModel {
  readonly image: ImageSpec;
  readonly signature?: Signature;
}

/** Longest side, in pixels, of what a pen can draw: more detail than that comes from a camera. */
const MAX_DRAWN_SIDE = 64;

/** Says whether images of a model can be drawn by hand: small and grey. */
export function isDrawable({ image }: Pick<ImageModel, 'image'>): boolean {
  const size = sizeOf(image);
  return image.channels === 'grey' && size !== undefined && Math.max(...size) <= MAX_DRAWN_SIDE;
}

/** Says what the model sees of an image. */
export function describeImage({ image, signature }: ImageModel): string {
  const spec = signature?.inputs.find(({ name }) => name === image.input);
  const size = sizeOf(image)?.join(' × ');
  const colour = image.channels === 'grey' ? 'in grey' : 'in colour';
  if (size !== undefined) return `${size} pixels ${colour}`;
  return spec === undefined ? colour : `${formatSpec(spec)} ${colour}`;
}

/** Width and height; undefined where they depend on the image. */
function sizeOf({ resize, crop }: ImageSpec): readonly [width: number, height: number] | undefined {
  const size = crop ?? (resize !== undefined && 'width' in resize ? resize : undefined);
  return size && [size.width, size.height];
}
