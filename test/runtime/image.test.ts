import sharp from 'sharp';
import { type ImageSpec, resolveImageSpec } from '../../shared/core/image-spec';
import { createImageDecoder } from '../../shared/runtime/image/decoder';
import { decode, IMAGENET, LIMITS, pixelAt, readImage } from './decode-image';

/** An image of one colour after another, each one pixel. */
function png(colours: readonly (readonly number[])[], width: number): Promise<Buffer> {
  const channels = (colours[0]?.length ?? 3) as 1 | 3 | 4;
  const raw = { width, height: colours.length / width, channels };
  return sharp(Buffer.from(colours.flat()), { raw }).png().toBuffer();
}

const RED = [255, 0, 0];
const GREEN = [0, 255, 0];
const BLUE = [0, 0, 255];
const YELLOW = [255, 255, 0];

test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i of EXIF is turned upright', async (orientation) => {
  const image = await decode(`orientation-${orientation}.jpg`);

  expect([image.width, image.height]).toEqual([48, 32]);
  const corners = [
    pixelAt(image, 3, 3),
    pixelAt(image, 44, 3),
    pixelAt(image, 3, 28),
    pixelAt(image, 44, 28),
  ];
  const near = corners.map((corner) => corner.map((value) => (value > 250 ? 255 : value < 5 ? 0 : value)));
  expect(near).toEqual([RED, GREEN, BLUE, YELLOW]);
});

test.each([
  ['resize and crop', { input: 'x', resize: { shorter_side: 16 }, crop: { width: 20, height: 16 } }, 20, 16],
  ['a crop alone', { input: 'x', crop: { width: 40, height: 20 } }, 40, 20],
  ['a resize that enlarges', { input: 'x', resize: { width: 90, height: 60 } }, 90, 60],
  ['a resize that does both', { input: 'x', resize: { width: 24, height: 60 } }, 24, 60],
  ['a crop beyond the edges', { input: 'x', crop: { width: 60, height: 33 } }, 60, 33],
] satisfies [string, ImageSpec, number, number][])(
  '%s sees the image upright',
  async (_, spec, width, height) => {
    const turned = await decode('orientation-6.jpg', { spec });
    const plain = await decode('orientation-1.jpg', { spec });

    expect([turned.width, turned.height]).toEqual([width, height]);
    const differences = turned.data.map((value, index) => Math.abs(value - (plain.data[index] ?? 0)));
    expect(Math.max(...differences)).toBeLessThan(90);
    expect(differences.reduce((sum, value) => sum + value, 0) / differences.length).toBeLessThan(1);
  },
);

test('a grey image has its value in all three channels', async () => {
  const image = await decode(await png([[7], [200]], 2));

  expect([...image.data]).toEqual([7, 7, 7, 200, 200, 200]);
});

test.each([
  [undefined, [255, 255, 255]],
  [
    [0, 0, 0],
    [0, 0, 0],
  ],
  [
    [10, 20, 30],
    [10, 20, 30],
  ],
])('what is transparent shows the background %j', async (background, expected) => {
  const spec = { input: 'x', ...(background && { background }) };
  const image = await decode(
    await png(
      [
        [9, 9, 9, 0],
        [9, 8, 7, 255],
      ],
      2,
    ),
    { spec },
  );

  expect([...image.data]).toEqual([...expected, 9, 8, 7]);
});

test('what is half transparent is mixed with the background', async () => {
  const image = await decode(await png([[200, 100, 0, 51]], 1));

  expect([...image.data]).toEqual([244, 224, 204]);
});

test.each([
  ['sixteen-bit.png', 3],
  ['sixteen-bit-grey.png', 1],
])('%s keeps the upper eight bits', async (name, channels) => {
  const image = await decode(name);

  // The numbers that make-images.ts wrote; the grey ones are three times here.
  const expected = Array.from({ length: 32 * 24 * 3 }, (_, i) => {
    const index = channels === 3 ? i : Math.floor(i / 3);
    return ((index * 977) & 0xffff) >> 8;
  });
  expect([...image.data]).toEqual(expected);
});

test.each(['animated.gif', 'animated.webp'])('of %s the first frame is taken', async (name) => {
  const image = await decode(name);

  expect([image.width, image.height, ...pixelAt(image, 8, 6)]).toEqual([16, 12, ...RED]);
});

test('AVIF shows the same picture as JPEG', async () => {
  const avif = await decode('landscape.avif', { spec: IMAGENET });
  const jpeg = await decode('landscape.jpg', { spec: IMAGENET });

  const sum = avif.data.reduce((total, value, index) => total + Math.abs(value - (jpeg.data[index] ?? 0)), 0);
  expect(sum / avif.data.length).toBeLessThan(8);
});

test('a crop larger than the image puts black around it, more of it right and below', async () => {
  const spec = { input: 'x', crop: { width: 4, height: 2 } };
  const image = await decode(await png([[50]], 1), { spec });

  const reds = Array.from(image.data).filter((_, index) => index % 3 === 0);
  expect(reds).toEqual([0, 50, 0, 0, 0, 0, 0, 0]);
});

test('black around an image that is inverted later is white now', async () => {
  const spec = { input: 'x', crop: { width: 3, height: 1 }, invert: true };
  const image = await decode(await png([[50]], 1), { spec });

  expect([...image.data]).toEqual([255, 255, 255, 50, 50, 50, 255, 255, 255]);
});

test('images that wait for their turn are decoded all the same', async () => {
  const decoder = createImageDecoder({ ...LIMITS, concurrency: 1 });
  const spec = resolveImageSpec(IMAGENET);
  const names = ['landscape.jpg', 'truncated.jpg', 'small.png', 'portrait.webp'];

  const settled = await Promise.allSettled(names.map((name) => decoder.decode(readImage(name), spec)));

  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
});
