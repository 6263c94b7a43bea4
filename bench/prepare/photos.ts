import sharp from 'sharp';
import { createRandom, type Random } from '../../training/random';

const WIDTH = 500;
const HEIGHT = 375;

/** The finest grid is of cells of 2 pixels: photographs have little below. */
const OCTAVES = [2, 4, 8, 16, 32, 64, 128, 256];

/** What the JPEG file of a photograph of that size usually takes. */
const BYTES = 33_000;

/**
 * Makes JPEG files of 500x375 pixels and about 33 KB each, equal for equal seeds. They look like clouds: as in a
 * photograph, what is larger differs more.
 */
export async function createPhotos(count: number, seed = 42): Promise<Buffer[]> {
  const random = createRandom(seed);
  const photos: Buffer[] = [];
  for (let photo = 0; photo < count; photo++) photos.push(await encode(await createPixels(random)));
  return photos;
}

/** The quality whose file comes closest. */
async function encode(pixels: Buffer): Promise<Buffer> {
  const image = sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
  let larger: Buffer | undefined;
  for (let quality = 96; quality > 50; quality--) {
    const jpeg = await image.clone().jpeg({ quality }).toBuffer();
    if (jpeg.length > BYTES) larger = jpeg;
    else return larger !== undefined && larger.length - BYTES < BYTES - jpeg.length ? larger : jpeg;
  }
  throw new Error(`expected a JPEG of about ${BYTES} bytes`);
}

async function createPixels(random: Random): Promise<Buffer> {
  const sum = new Float64Array(WIDTH * HEIGHT * 3).fill(128);
  for (const cell of OCTAVES) {
    const noise = await createNoise(random, cell);
    // Plain, because there are half a million numbers.
    for (let i = 0; i < sum.length; i++) {
      sum[i] = (sum[i] ?? 0) + ((noise[i] ?? 0) - 128) * (cell ** FALL / OCTAVE_SUM) * CONTRAST;
    }
  }
  return Buffer.from(Uint8ClampedArray.from(sum).buffer);
}

/** How much more a cell differs that is larger: less than in proportion, for photographs have texture. */
const FALL = 0.75;

const OCTAVE_SUM = OCTAVES.reduce((sum, cell) => sum + cell ** FALL, 0);

/** Random cells differ less once they are made smooth. */
const CONTRAST = 1.8;

/** Random colours on a grid, with smooth passages between. */
function createNoise(random: Random, cell: number): Promise<Buffer> {
  const [width, height] = [Math.ceil(WIDTH / cell), Math.ceil(HEIGHT / cell)];
  const colours = Buffer.from(Array.from({ length: width * height * 3 }, () => random.between(0, 255)));
  return sharp(colours, { raw: { width, height, channels: 3 } })
    .resize({ width: WIDTH, height: HEIGHT, fit: 'fill', kernel: 'cubic' })
    .raw()
    .toBuffer();
}
