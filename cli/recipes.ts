import type { ImageSpec } from '../shared/core/image-spec';

/** How images are prepared, for any input: the name and the layout of that are the file's. */
export type Recipe = Omit<ImageSpec, 'input' | 'layout' | 'softmax'> & {
  readonly crop: { readonly width: number; readonly height: number };
};

/** Means and standard deviations of red, green and blue over ImageNet's pictures, as torchvision has them. */
const IMAGENET: Recipe = {
  resize: { shorter_side: 256 },
  crop: { width: 224, height: 224 },
  interpolation: 'bilinear',
  channels: 'rgb',
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/**
 * The recipes of torchvision's weights, by name: `imagenet` for those called IMAGENET1K_V1, `imagenet-v2` for those of
 * ResNet50 called IMAGENET1K_V2, which is what its `DEFAULT` means.
 * @see https://github.com/pytorch/vision/blob/main/torchvision/models/resnet.py
 */
export const RECIPES: Readonly<Record<string, Recipe>> = {
  imagenet: IMAGENET,
  'imagenet-v2': { ...IMAGENET, resize: { shorter_side: 232 } },
};
