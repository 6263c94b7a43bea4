import type { FieldError } from './errors';

/** How a model wants its images, exactly as `manifest.json` spells it. */
export interface ImageSpec {
  /** Name of the input tensor. */
  readonly input: string;
  /** Whole pixels. The shorter side keeps the aspect ratio; width and height do not. @default none */
  readonly resize?: { readonly shorter_side: number } | { readonly width: number; readonly height: number };
  /** Cut from the centre after the resize; where the image is smaller, the rest is black. @default none */
  readonly crop?: { readonly width: number; readonly height: number };
  /** Antialiased when shrinking, except `nearest`, as in torchvision on Pillow images. @default bilinear */
  readonly interpolation?: Interpolation;
  /** Channels of the tensor and their order; grey is ITU-R 601 luma, as in Pillow. @default rgb */
  readonly channels?: Channels;
  /** What transparent images are laid over, 0 to 255: red, green and blue, or one for all. @default white */
  readonly background?: readonly number[];
  /** Makes dark on light into light on dark, before scaling. @default false */
  readonly invert?: boolean;
  /** Pixel values, 0 to 255, are multiplied by this. @default 1/255 */
  readonly scale?: number;
  /** Subtracted after scaling: one for each channel of the tensor in its order, or one for all. @default 0 */
  readonly mean?: readonly number[];
  /** Divided by after that; counts as many as `mean`. @default 1 */
  readonly std?: readonly number[];
  /** @default nchw */
  readonly layout?: 'nchw' | 'nhwc';
  /** Whether the scores are logits, so that confidences are their softmax. @default false */
  readonly softmax?: boolean;
}

/** How pixels between pixels are made. */
export type Interpolation = 'bilinear' | 'bicubic' | 'nearest' | 'lanczos';

/** The channels of a tensor, in their order. */
export type Channels = 'rgb' | 'bgr' | 'grey';

/** An {@link ImageSpec} with every default filled in, and every list as long as it has channels. */
export interface ResolvedImageSpec {
  readonly input: string;
  readonly resize: ImageSpec['resize'];
  readonly crop: ImageSpec['crop'];
  readonly interpolation: Interpolation;
  readonly channels: Channels;
  readonly background: readonly [red: number, green: number, blue: number];
  readonly invert: boolean;
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly layout: 'nchw' | 'nhwc';
  readonly softmax: boolean;
}

/** Fills in the defaults. To be called once for each model, on a spec without defects. */
export function resolveImageSpec(spec: ImageSpec): ResolvedImageSpec {
  const { channels = 'rgb', background = [255] } = spec;
  const count = channelCount({ channels });
  const [red = 255, green = red, blue = red] = background;
  return {
    input: spec.input,
    resize: spec.resize,
    crop: spec.crop,
    interpolation: spec.interpolation ?? 'bilinear',
    channels,
    background: [red, green, blue],
    invert: spec.invert ?? false,
    scale: spec.scale ?? 1 / 255,
    mean: perChannel(spec.mean ?? [0], count),
    std: perChannel(spec.std ?? [1], count),
    layout: spec.layout ?? 'nchw',
    softmax: spec.softmax ?? false,
  };
}

/** The number of channels of the tensor. */
export function channelCount({ channels = 'rgb' }: Pick<ImageSpec, 'channels'>): 1 | 3 {
  return channels === 'grey' ? 1 : 3;
}

/**
 * Checks what JSON Schema cannot say: that lists are as long as there are channels, and that nothing is divided by 0.
 *
 * @returns the defects, with pointers below `/image`.
 */
export function checkImageSpec(spec: ImageSpec): FieldError[] {
  const count = channelCount(spec);
  return [
    ...checkLength('mean', spec.mean, count),
    ...checkLength('std', spec.std, count),
    ...checkLength('background', spec.background, 3),
    ...(spec.std ?? []).flatMap((value, index) =>
      value === 0 ? [{ pointer: `/image/std/${index}`, detail: 'expected a number other than 0' }] : [],
    ),
  ];
}

function checkLength(name: string, values: readonly number[] | undefined, count: number): FieldError[] {
  if (values === undefined || values.length === 1 || values.length === count) return [];
  const expected = count === 1 ? '1 number' : `1 number or ${count}`;
  return [{ pointer: `/image/${name}`, detail: `expected ${expected}, got ${values.length}` }];
}

function perChannel(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, channel) => values[channel] ?? values[0] ?? 0);
}
