import { cropWindow, resizedSize } from '../../shared/core/image-geometry';
import { checkImageSpec, type ImageSpec, resolveImageSpec } from '../../shared/core/image-spec';

test('a spec of nothing but its input takes every default', () => {
  expect(resolveImageSpec({ input: 'x' })).toEqual({
    input: 'x',
    resize: undefined,
    crop: undefined,
    interpolation: 'bilinear',
    channels: 'rgb',
    background: [255, 255, 255],
    invert: false,
    scale: 1 / 255,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    layout: 'nchw',
    softmax: false,
  });
});

test('one number stands for every channel', () => {
  const spec = resolveImageSpec({ input: 'x', mean: [5], std: [6], background: [7] });

  expect([spec.mean, spec.std, spec.background]).toEqual([
    [5, 5, 5],
    [6, 6, 6],
    [7, 7, 7],
  ]);
});

test('grey has one channel', () => {
  expect(resolveImageSpec({ input: 'x', channels: 'grey' }).mean).toEqual([0]);
});

test.each([
  [{ mean: [1, 2] }, '/image/mean', 'expected 1 number or 3, got 2'],
  [{ std: [] }, '/image/std', 'expected 1 number or 3, got 0'],
  [{ std: [1, 0, 1] }, '/image/std/1', 'expected a number other than 0'],
  [{ channels: 'grey', mean: [1, 2, 3] }, '/image/mean', 'expected 1 number, got 3'],
  [{ background: [1, 2, 3, 4] }, '/image/background', 'expected 1 number or 3, got 4'],
] satisfies [Partial<ImageSpec>, string, string][])('the defect of %j is found', (spec, pointer, detail) => {
  expect(checkImageSpec({ input: 'x', ...spec })).toEqual([{ pointer, detail }]);
});

test('a spec of lists that fit has no defect', () => {
  expect(checkImageSpec({ input: 'x', mean: [1, 2, 3], std: [1], background: [0, 0, 0] })).toEqual([]);
});

// torchvision 0.14.1: transforms.Resize(256) of an image of this size
test.each([
  [
    { width: 500, height: 375 },
    { width: 341, height: 256 },
  ],
  [
    { width: 333, height: 251 },
    { width: 339, height: 256 },
  ],
  [
    { width: 375, height: 500 },
    { width: 256, height: 341 },
  ],
  [
    { width: 90, height: 71 },
    { width: 324, height: 256 },
  ],
  [
    { width: 7, height: 7 },
    { width: 256, height: 256 },
  ],
])('%j has the size %j when its shorter side is 256', (size, expected) => {
  expect(resizedSize({ resize: { shorter_side: 256 } }, size)).toEqual(expected);
});

test('a resize to width and height does not keep the aspect ratio', () => {
  expect(resizedSize({ resize: { width: 3, height: 4 } }, { width: 100, height: 9 })).toEqual({
    width: 3,
    height: 4,
  });
});

// torchvision 0.14.1: where transforms.CenterCrop(224) begins in an image of this width
test.each([
  [341, 58],
  [339, 58],
  [337, 56],
  [256, 16],
  [225, 0],
  [224, 0],
  [223, 0],
  [221, -1],
  [220, -2],
])('a crop of 224 from %i pixels begins at %i', (width, left) => {
  const { left: found } = cropWindow({ crop: { width: 224, height: 224 } }, { width, height: 224 });

  expect(found + 0).toBe(left);
});
