import { describeImage, isDrawable } from '../../playground/image-size';
import type { ImageSpec } from '../../shared/core/image-spec';

const input = 'image';
const square = (side: number) => ({ width: side, height: side });
const signature = {
  inputs: [{ name: input, type: 'float32', shape: ['N', 3, 'H', 'W'] }],
  outputs: [],
} as const;

test.each<[text: string, canDraw: boolean, image: Omit<ImageSpec, 'input'>]>([
  ['8 × 8 pixels in grey', true, { channels: 'grey', resize: square(8) }],
  ['28 × 28 pixels in grey', true, { channels: 'grey', resize: { shorter_side: 32 }, crop: square(28) }],
  ['256 × 256 pixels in grey', false, { channels: 'grey', resize: square(256) }],
  ['32 × 32 pixels in colour', false, { resize: square(32) }],
  ['224 × 224 pixels in colour', false, { resize: { shorter_side: 256 }, crop: square(224) }],
  ['float32[N,3,H,W] in colour', false, { channels: 'bgr', resize: { shorter_side: 256 } }],
])('a model that sees %s can be drawn for: %s', (text, canDraw, rest) => {
  const image = { input, ...rest };

  expect(describeImage({ image, signature })).toBe(text);
  expect(isDrawable({ image })).toBe(canDraw);
});
