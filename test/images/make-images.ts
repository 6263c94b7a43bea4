/**
 * Makes the images of this folder: node build/run.mjs test/images/make-images.ts
 *
 * The pictures are drawn from noise of a fixed seed, so nobody owns them. Encoders change with the versions of sharp,
 * so after making them anew, their references have to be made anew too (`reference.py`).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

const FOLDER = join('test', 'images');

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Noise of several sizes laid over each other, which has about the spectrum of a photograph, and hard edges on it. */
async function picture(width: number, height: number, seed: number): Promise<Sharp> {
  const random = createRandom(seed);
  const sum = new Float32Array(width * height * 3);
  for (const cells of [3, 7, 17, 41, 97]) {
    const small = Buffer.from(Array.from({ length: cells * cells * 3 }, () => random() * 255));
    const layer = await sharp(small, { raw: { width: cells, height: cells, channels: 3 } })
      .resize(width, height, { fit: 'fill', kernel: 'cubic' })
      .raw()
      .toBuffer();
    layer.forEach((value, index) => {
      sum[index] = (sum[index] ?? 0) + (value - 128) / Math.sqrt(cells / 3);
    });
  }
  const data = Uint8ClampedArray.from(sum, (value) => 128 + value * 0.8);
  return sharp(data, { raw: { width, height, channels: 3 } }).composite([{ input: edges(width, height) }]);
}

function edges(width: number, height: number): Buffer {
  const lines = Array.from(
    { length: 9 },
    (_, i) => `<line x1="${(i * width) / 9}" y1="0" x2="${width / 2}" y2="${height}"/>`,
  );
  const [x, y, r] = [width * 0.55, height * 0.45, Math.min(width, height) / 6];
  return Buffer.from(
    `<svg width="${width}" height="${height}"><g stroke="white" stroke-width="1.5">${lines.join('')}</g><circle cx="${x}" cy="${y}" r="${r}" fill="#d22" stroke="black"/></svg>`,
  );
}

/** An image as raw pixels, so that what is done to it next is not one pipeline with how it was drawn. */
async function drawn(width: number, height: number, seed: number): Promise<Sharp> {
  const image = await picture(width, height, seed);
  const data = await image.removeAlpha().raw().toBuffer();
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function write(name: string, bytes: Uint8Array): void {
  writeFileSync(join(FOLDER, name), bytes);
}

async function writePhotographs(): Promise<void> {
  const landscape = await drawn(500, 375, 1);
  write('landscape.jpg', await landscape.clone().jpeg({ quality: 70 }).toBuffer());
  write(
    'landscape-progressive.jpg',
    await landscape.clone().jpeg({ quality: 40, progressive: true }).toBuffer(),
  );
  write('grey.jpg', await landscape.clone().greyscale().jpeg({ quality: 40 }).toBuffer());
  const portrait = await drawn(281, 420, 2);
  const whole = { quality: 35, chromaSubsampling: '4:4:4' };
  write('portrait-444.jpg', await portrait.clone().jpeg(whole).toBuffer());
  const ink = (await drawn(120, 170, 11)).toColourspace('cmyk');
  write('cmyk.jpg', await ink.jpeg({ quality: 30 }).toBuffer());
  write('portrait.webp', await portrait.clone().webp({ quality: 40 }).toBuffer());
  write('landscape.avif', await landscape.clone().avif({ quality: 25, effort: 2 }).toBuffer());
  write('large.jpg', await (await drawn(1283, 961, 3)).jpeg({ quality: 10 }).toBuffer());
  write('huge.jpg', await (await drawn(2200, 2060, 4)).jpeg({ quality: 4 }).toBuffer());
  write('tiny.jpg', await (await drawn(90, 71, 5)).jpeg({ quality: 80 }).toBuffer());
}

async function writeLossless(): Promise<void> {
  const small = await drawn(64, 48, 6);
  write('small.png', await small.clone().png().toBuffer());
  write(
    'palette.png',
    await (await drawn(290, 260, 7)).png({ palette: true, colours: 8, dither: 0 }).toBuffer(),
  );
  write('small.gif', await small.clone().gif({ colours: 32 }).toBuffer());
  write('small.tiff', await small.clone().tiff({ compression: 'deflate' }).toBuffer());
  write('sixteen-bit.png', await gradient(32, 24, 3).toColourspace('rgb16').png().toBuffer());
  write('sixteen-bit-grey.png', await gradient(32, 24, 1).toColourspace('grey16').png().toBuffer());
  write('grey.png', await small.clone().greyscale().png().toBuffer());
  write('alpha.png', await fading(96, 72).png().toBuffer());
}

function gradient(width: number, height: number, channels: 1 | 3): Sharp {
  const data = Uint16Array.from({ length: width * height * channels }, (_, i) => (i * 977) & 0xffff);
  return sharp(data, { raw: { width, height, channels } });
}

/** Red that is opaque on the left and gone on the right. */
function fading(width: number, height: number): Sharp {
  const alpha = (i: number) => Math.round(((i % width) * 255) / (width - 1));
  const data = Uint8Array.from(
    { length: width * height * 4 },
    (_, i) => [200, 30, 30, 255 - alpha(i >> 2)][i & 3] ?? 0,
  );
  return sharp(data, { raw: { width, height, channels: 4 } });
}

/** Quarters of four colours, stored in each of the eight ways so that all are upright again; mirroring comes first. */
async function writeOrientations(): Promise<void> {
  const [width, height] = [48, 32];
  const quarters = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 0],
  ] as const;
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return quarters[(x < width / 2 ? 0 : 1) + (y < height / 2 ? 0 : 2)]?.[i % 3] ?? 0;
  });
  const undo: readonly ((image: Sharp) => Sharp)[] = [
    (image) => image,
    (image) => image.flop(),
    (image) => image.rotate(180),
    (image) => image.flip(),
    (image) => image.rotate(270).flop(),
    (image) => image.rotate(270),
    (image) => image.rotate(90).flop(),
    (image) => image.rotate(90),
  ];
  for (const [index, store] of undo.entries()) {
    const stored = store(sharp(data, { raw: { width, height, channels: 3 } }));
    const jpeg = stored
      .jpeg({ quality: 90, chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation: index + 1 });
    write(`orientation-${index + 1}.jpg`, await jpeg.toBuffer());
  }
}

async function writeAnimations(): Promise<void> {
  const frames = ['red', 'lime', 'blue'].map((background) => ({
    create: { width: 16, height: 12, channels: 3 as const, background },
  }));
  const pages = await Promise.all(frames.map((create) => sharp(create).png().toBuffer()));
  const animation = sharp(pages, { join: { animated: true } });
  write('animated.gif', await animation.clone().gif().toBuffer());
  write('animated.webp', await animation.clone().webp({ lossless: true }).toBuffer());
}

/** What nobody should send: cut off, damaged, and small files that claim to be enormous. */
async function writeBroken(): Promise<void> {
  const jpeg = await (await drawn(160, 120, 8)).jpeg({ quality: 70 }).toBuffer();
  write('truncated.jpg', jpeg.subarray(0, jpeg.length >> 1));
  write('header-only.jpg', jpeg.subarray(0, 200));
  const png = await (await drawn(40, 30, 9)).png().toBuffer();
  write('truncated.png', png.subarray(0, png.length >> 1));
  write('corrupt.png', Buffer.from(png).fill(0x55, png.length >> 2, png.length >> 1));
  write('bomb.png', sized(png, 16));
  const gif = await (await drawn(8, 8, 10)).gif().toBuffer();
  const frame = gif.indexOf(Buffer.from([0x2c, 0, 0, 0, 0])) + 5;
  for (const at of [6, 8, frame, frame + 2]) gif.writeUInt16LE(30_000, at);
  write('bomb.gif', gif);
  const sof = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.writeUInt16BE(30_000, sof + 5);
  jpeg.writeUInt16BE(30_000, sof + 7);
  write('bomb.jpg', jpeg);
}

/** A PNG that says it has 30000x30000 pixels, with the checksum of that (its IHDR starts at byte 12). */
function sized(png: Buffer, offset: number): Buffer {
  const bomb = Buffer.from(png);
  bomb.writeUInt32BE(30_000, offset);
  bomb.writeUInt32BE(30_000, offset + 4);
  bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
  return bomb;
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

async function main(): Promise<void> {
  await writePhotographs();
  await writeLossless();
  await writeOrientations();
  await writeAnimations();
  await writeBroken();
}

void main();
