import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ImageSpec, resolveImageSpec } from '../../shared/core/image-spec';
import { createImageDecoder } from '../../shared/runtime/image/decoder';
import { toTensor } from '../../shared/runtime/image/tensor';

const IMAGES = join(__dirname, '..', 'images');

/** The recipe of the ImageNet models of torchvision. */
const IMAGENET: ImageSpec = {
  input: 'x',
  resize: { shorter_side: 256 },
  crop: { width: 224, height: 224 },
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** Every which pixel `reference.py` keeps. */
const STEP = 9;

const decoder = createImageDecoder({
  maxPixels: 20_000_000,
  maxFrames: 10,
  timeoutMs: 10_000,
  concurrency: 2,
});

/** Mean and largest absolute difference between our tensor and torchvision's, where it was kept. */
async function differ(name: string): Promise<{ mean: number; max: number }> {
  const spec = resolveImageSpec(IMAGENET);
  const pixels = await decoder.decode(readFileSync(join(IMAGES, name)), spec);
  const { data } = toTensor([pixels], spec);
  const reference = readFileSync(join(IMAGES, 'reference', `${name}.bin`));
  const side = Math.ceil(224 / STEP);
  let [sum, max] = [0, 0];
  reference.forEach((byte, index) => {
    const [channel, x, y] = [index % 3, Math.floor(index / 3) % side, Math.floor(index / 3 / side)];
    const expected = (byte / 255 - (spec.mean[channel] ?? 0)) / (spec.std[channel] ?? 1);
    const difference = Math.abs(Number(data[(channel * 224 + y * STEP) * 224 + x * STEP]) - expected);
    sum += difference;
    max = Math.max(max, difference);
  });
  return { mean: sum / reference.length, max };
}

const NAMES = readdirSync(join(IMAGES, 'reference')).map((name) => name.replace(/\.bin$/, ''));

test('the reference holds pictures of every kind that Pillow reads', () => {
  expect(NAMES).toHaveLength(16);
});

// Decoding is the same to the bit. What is left comes from shrinking: libvips rounds its weights more coarsely and
// works down the columns before it works along the rows, which is one step of 255 here and there; from four times
// smaller on it takes the means of whole blocks first, and from eight times on the JPEG decoder does a part of it.
test.each(NAMES)(
  'the tensor of %s differs from that of torchvision by 0.02 at most in the mean',
  async (name) => {
    const { mean, max } = await differ(name);
    if (process.env['SHOW'] !== undefined)
      process.stdout.write(`${name} ${mean.toFixed(5)} ${max.toFixed(3)}\n`);

    expect(mean).toBeLessThanOrEqual(0.02);
  },
);

test.each(['cmyk.jpg', 'grey.png', 'sixteen-bit.png', 'small.gif', 'small.tiff', 'tiny.jpg'])(
  'the tensor of %s, which is enlarged, is that of torchvision',
  async (name) => {
    const { max } = await differ(name);

    // Two roundings to float32 where torchvision has four.
    expect(max).toBeLessThan(1e-6);
  },
);
