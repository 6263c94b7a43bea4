import sharp from 'sharp';
import { ServingError } from '../../shared/core/errors';
import { decode, IMAGENET, pixelAt, readImage } from './decode-image';

test.each([
  ['image/jpeg'],
  ['image/jpg'],
  ['IMAGE/JPEG; q=1'],
  ['application/octet-stream'],
  ['image/*'],
  [''],
])('a JPEG may be declared as "%s"', async (type) => {
  const image = await decode('tiny.jpg', { type });

  expect([image.width, image.height]).toEqual([90, 71]);
});

test.each([
  ['tiny.jpg', 'image/png', 'expected image/png as declared, got bytes that are JPEG'],
  ['small.png', 'image/jpeg', 'expected image/jpeg as declared, got bytes that are PNG'],
  ['small.gif', 'image/bmp', 'expected image/bmp as declared, got bytes that are GIF'],
  ['small.png', 'text/plain', 'expected text/plain as declared, got bytes that are PNG'],
])('%s declared as %s is refused', async (name, type, message) => {
  await expect(decode(name, { type })).rejects.toMatchObject({ status: 422, message });
});

const KINDS = 'expected a JPEG, PNG, WebP, GIF, AVIF or TIFF image, got';

test.each([
  ['%PDF-1.7\n', 'a PDF'],
  ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'an SVG drawing'],
  ['<?xml version="1.0"?>\n<svg>', 'an SVG drawing'],
  ['<!DOCTYPE html>', 'an HTML page'],
  ['{"a":1}', 'JSON'],
  ['BM123456789012', 'a BMP image'],
  ['\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'a HEIC image'],
  ['\0\0\0\x18ftypmp42\0\0\0\0mp42isom', 'a video'],
  ['hello', 'bytes that start with 68656c6c6f'],
  ['', 'no bytes'],
])('%j is refused by what it is', async (text, what) => {
  const answer = decode(Buffer.from(text, 'latin1'));

  await expect(answer).rejects.toMatchObject({ status: 415, message: `${KINDS} ${what}` });
});

test.each([
  ['landscape.jpg', 'JPEG'],
  ['landscape-progressive.jpg', 'JPEG'],
  ['small.png', 'PNG'],
  ['small.gif', 'GIF'],
  ['portrait.webp', 'WebP'],
  ['landscape.avif', 'AVIF'],
])('%s without its second half is refused as truncated', async (name, kind) => {
  const whole = readImage(name);
  const answer = decode(whole.subarray(0, whole.length >> 1));

  const message = `the ${kind} image is truncated: its end is missing`;
  await expect(answer).rejects.toMatchObject({ status: 422, message });
});

test.each([
  ['truncated.jpg', 'the JPEG image is truncated: its end is missing'],
  ['header-only.jpg', 'the JPEG image is truncated: its end is missing'],
  ['truncated.png', 'the PNG image is truncated: its end is missing'],
  ['corrupt.png', 'the PNG image cannot be decoded: libpng read error'],
])('%s is refused', async (name, message) => {
  await expect(decode(name)).rejects.toMatchObject({ status: 422, message });
});

test('a JPEG with one wrong byte in its middle is refused', async () => {
  const bytes = readImage('landscape.jpg');
  bytes.writeUInt8((bytes[bytes.length >> 1] ?? 0) ^ 0xff, bytes.length >> 1);

  await expect(decode(bytes)).rejects.toMatchObject({
    status: 422,
    message: 'the JPEG image cannot be decoded: Corrupt JPEG data: premature end of data segment',
  });
});

test('bytes after the end of an image are no matter', async () => {
  const image = await decode(Buffer.concat([readImage('tiny.jpg'), Buffer.alloc(100, 'x')]));

  expect([image.width, image.height]).toEqual([90, 71]);
});

test('a TIFF without its second half is refused', async () => {
  const whole = readImage('small.tiff');
  const answer = decode(whole.subarray(0, whole.length >> 1));

  await expect(answer).rejects.toMatchObject({
    status: 422,
    message: expect.stringMatching(/^the TIFF image cannot be decoded: /),
  });
});

test.each(['bomb.png', 'bomb.gif', 'bomb.jpg'])(
  '%s, of 30000x30000 pixels, is refused unread',
  async (name) => {
    const before = process.memoryUsage().rss;
    const message = 'expected at most 20000000 pixels, this image would have 30000x30000 = 900000000';

    await expect(decode(name)).rejects.toMatchObject({
      status: 413,
      message,
      members: { max_pixels: 20_000_000 },
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 2 ** 20);
  },
);

describe('a picture that is decoded whole', () => {
  const create = { width: 100, height: 100, channels: 4, background: 'red' } as const;
  const deep = (progressive: boolean) =>
    sharp({ create }).toColourspace('rgb16').png({ progressive }).toBuffer();

  test('is refused for its bytes, however few its pixels are, and the answer says what to do', async () => {
    await expect(decode(await deep(true), { limits: { maxPixels: 26_666 } })).rejects.toMatchObject({
      status: 413,
      message:
        'expected at most 79998 bytes of an interlaced image, this one would have 100x100 pixels of 8 bytes = 80000: ' +
        'send it not interlaced, or smaller',
      members: { max_interlaced_bytes: 79_998 },
    });
  });

  test('is decoded where it has no more bytes than plain colours may have', async () => {
    const image = await decode(await deep(true), { limits: { maxPixels: 26_667 } });

    expect([image.width, image.height, ...pixelAt(image, 50, 50)]).toEqual([100, 100, 255, 0, 0]);
  });

  test('is decoded at the limit of pixels when it is plain, or not interlaced', async () => {
    const limits = { maxPixels: 10_000 };
    const plain = await sharp({ create }).removeAlpha().png({ progressive: true }).toBuffer();

    expect((await decode(plain, { limits })).width).toBe(100);
    expect((await decode(await deep(false), { limits })).width).toBe(100);
  });
});

test('a strip that would become enormous by its resize is refused', async () => {
  const strip = await sharp({ create: { width: 16_000, height: 1, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  const spec = { input: 'x', resize: { shorter_side: 256 } };

  await expect(decode(strip, { spec })).rejects.toMatchObject({
    status: 413,
    message: 'expected at most 20000000 pixels, this image would become 4096000x256 = 1048576000',
  });
});

test('of such a strip the middle alone is computed', async () => {
  const strip = await sharp({ create: { width: 16_000, height: 1, channels: 3, background: 'red' } })
    .png()
    .toBuffer();

  const image = await decode(strip, { spec: IMAGENET });

  expect([image.width, image.height, ...pixelAt(image, 111, 111)]).toEqual([224, 224, 255, 0, 0]);
});

test('an animation of too many frames is refused', async () => {
  await expect(decode('animated.gif', { limits: { maxFrames: 2 } })).rejects.toMatchObject({
    status: 413,
    message: 'expected at most 2 frames, got 3',
    members: { max_frames: 2 },
  });
});

test('an image that takes longer than its time is refused', async () => {
  const large = await sharp({ create: { width: 4000, height: 4000, channels: 3, background: 'red' } })
    .webp({ effort: 0 })
    .toBuffer();

  await expect(decode(large, { limits: { timeoutMs: 5 } })).rejects.toMatchObject({
    status: 413,
    message: 'expected an image that decodes in 5 ms, this one takes longer',
    members: { max_decode_ms: 5 },
  });
});

/** Numbers that are the same in every run (a linear congruential generator). */
function createNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
}

test.each(['orientation-6.jpg', 'small.png', 'small.gif', 'animated.webp', 'small.tiff', 'landscape.avif'])(
  'however %s is damaged, it is decoded or refused by name',
  async (name) => {
    const next = createNumbers(7);
    for (let round = 0; round < 40; round++) {
      const bytes = readImage(name);
      for (let change = 0; change < 4; change++) bytes[(next() >>> 8) % bytes.length] = next() >>> 24;

      const outcome = await decode(bytes, { spec: IMAGENET }).catch((error: unknown) => error);

      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ServingError);
      else expect(outcome).toMatchObject({ width: 224, height: 224, data: { length: 224 * 224 * 3 } });
    }
  },
);
