import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { resolveImageSpec } from '../../shared/core/image-spec';
import type { ImageManifest } from '../../shared/core/manifest';
import { createImageDecoder } from '../../shared/runtime/image/decoder';
import { toTensor } from '../../shared/runtime/image/tensor';
import { createSession, type Session } from '../../shared/runtime/session';
import { varyDigit } from '../../training/digit-variation';
import { readDigits } from '../../training/digits';

import { createRandom } from '../../training/random';
import { DRAWN_DIGITS, drawingOf } from './drawn-digits';

const root = join(__dirname, '../..');
const folder = join(root, 'model-artifacts/digits/1.0.0');
const { train, test: tests } = readDigits();

let manifest: ImageManifest;
let artifact: Buffer;
let session: Session;

beforeAll(async () => {
  manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as ImageManifest;
  artifact = await readFile(join(folder, manifest.artifact.file));
  session = await createSession(artifact, { threads: 1 });
});

afterAll(() => session.release());

describe('the data of the digits', () => {
  test('is divided into 1437 rows to learn from and 360 others', () => {
    const rows = [...train.rows, ...tests.rows].map((row) => row.join());

    expect([train.rows.length, tests.rows.length, rows.length]).toEqual([1437, 360, 1797]);
    // No two of the 1797 drawings are the same, so none that is tested was learned from.
    expect(new Set(rows).size).toBe(1797);
  });

  test('has every digit about as often among those that are tested', () => {
    const counts = Array.from(
      { length: 10 },
      (_, digit) => tests.labels.filter((label) => label === digit).length,
    );

    // numpy 2.4.6: bincount(digits.target[test_rows]).
    expect(counts).toEqual([36, 36, 35, 37, 36, 37, 36, 36, 35, 36]);
  });
});

describe('the digits manifest', () => {
  test('tells the size and the hash of the artifact and of the data', async () => {
    const data = manifest.training?.data;

    expect(manifest.artifact).toMatchObject({ bytes: artifact.byteLength, sha256: sha256Of(artifact) });
    expect(sha256Of(await readFile(join(root, data?.file ?? '')))).toBe(data?.sha256);
    expect(data).toMatchObject({ rows: 1437, test_rows: 360 });
  });

  test('tells the signature of the artifact', () => {
    expect(session.signature).toEqual(manifest.signature);
  });

  test('tells the accuracy that ONNX Runtime has on the test rows, which is above 0.98', async () => {
    const found = await classify(Float32Array.from(tests.rows.flat()));

    const accuracy = shareOfHits(found, tests.labels);
    expect(manifest.training?.metrics?.['test_accuracy']).toBe(Number(accuracy.toPrecision(9)));
    expect(accuracy).toBeGreaterThan(0.98);
  });
});

describe('varyDigit()', () => {
  test('gives ink between none and all of it', () => {
    const random = createRandom(1);
    const values = train.rows.slice(0, 200).flatMap((row) => Array.from(varyDigit(row, random)));

    expect(values).toHaveLength(200 * 64);
    expect(Math.min(...values)).toBe(0);
    expect(Math.max(...values)).toBe(1);
  });

  test('leaves an empty canvas empty', () => {
    expect(Array.from(varyDigit(new Array(64).fill(0), createRandom(2)))).toEqual(new Array(64).fill(0));
  });
});

describe('the digits model, asked about pictures', () => {
  test('reads test digits that were drawn up 35 times, smoothly and dark on light', async () => {
    const pictures = await Promise.all(tests.rows.map(drawUp));

    expect(shareOfHits(await classifyPictures(pictures), tests.labels)).toBeGreaterThan(0.98);
  });

  // What docs/images.md promises.
  test.each([
    [26, 60],
    [26, 90],
    [33, 75],
    [40, 60],
    [40, 90],
  ])(
    'reads ten digits drawn with a pen of %i pixels of 280, %i % of the canvas high',
    async (pen, height) => {
      const pictures = DRAWN_DIGITS.map((_paths, digit) =>
        Buffer.from(drawingOf(digit, { pen, height: height / 100 })),
      );

      // As the browser sends a canvas.
      const sent = await Promise.all(pictures.map((picture) => sharp(picture).png().toBuffer()));
      expect(await classifyPictures(sent)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    },
  );

  test('reads a drawing on a transparent canvas', async () => {
    const picture = Buffer.from(drawingOf(3, { pen: 28, height: 0.7, ground: 'none' }));

    expect(await classifyPictures([await sharp(picture).png().toBuffer()])).toEqual([3]);
  });
});

const decoder = createImageDecoder({ maxPixels: 1e6, maxFrames: 1, timeoutMs: 30_000, concurrency: 2 });

async function classifyPictures(pictures: readonly Uint8Array[]): Promise<number[]> {
  const spec = resolveImageSpec(manifest.image);
  const decoded = await Promise.all(pictures.map((picture) => decoder.decode(picture, spec)));
  const { type, data } = toTensor(decoded, spec);
  if (type !== 'float32') throw new Error('expected float32');
  return classify(data);
}

/** The most probable digit of each image of 64 values. */
async function classify(data: Float32Array): Promise<number[]> {
  const dims = [data.length / 64, 1, 8, 8];
  const outputs = await session.run({ [manifest.image.input]: { type: 'float32', dims, data } });
  const scores = Array.from(outputs[manifest.output.scores]?.data ?? [], Number);
  return Array.from({ length: data.length / 64 }, (_, image) => {
    const ofImage = scores.slice(image * 10, image * 10 + 10);
    return ofImage.indexOf(Math.max(...ofImage));
  });
}

/** A PNG of 280x280 pixels. */
function drawUp(row: readonly number[]): Promise<Buffer> {
  const pixels = Uint8Array.from(row, (ink) => 255 - Math.round(255 * ink));
  return sharp(pixels, { raw: { width: 8, height: 8, channels: 1 } })
    .resize(280, 280, { kernel: 'cubic' })
    .png({ compressionLevel: 1 })
    .toBuffer();
}

function shareOfHits(found: readonly number[], labels: readonly number[]): number {
  return found.filter((digit, index) => digit === labels[index]).length / labels.length;
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
