import type { Interpolation } from '../../shared/core/image-spec';
import { resample } from '../../shared/runtime/image/resample';

/** Grey pixels as red, green and blue. */
function greys(values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value, value, value]));
}

const VALUES = [10, 200, 30, 255, 0];

// Pillow 9.4.0: im = Image.new('L', (5, 1)); im.putdata(VALUES); list(im.resize((n, 1), k).getdata())
const TABLE: [Interpolation, number[]][] = [
  ['nearest', [10, 10, 200, 200, 30, 255, 255, 0, 0]],
  ['bilinear', [10, 73, 179, 124, 30, 155, 227, 85, 0]],
  ['bicubic', [0, 68, 193, 127, 30, 166, 245, 78, 0]],
  ['lanczos', [0, 76, 194, 123, 30, 171, 245, 87, 0]],
  ['nearest', [200, 255]],
  ['bilinear', [103, 120]],
  ['bicubic', [101, 119]],
  ['lanczos', [104, 120]],
];

test.each(TABLE)('%s makes the row %j that Pillow makes', (interpolation, expected) => {
  const window = { left: 0, top: 0, width: expected.length, height: 1 };
  const row = resample({ data: greys(VALUES), width: 5, height: 1 }, window, { window, interpolation });

  expect(row).toEqual({ data: greys(expected), width: expected.length, height: 1 });
});

test.each(TABLE)('%s makes the column %j that Pillow makes', (interpolation, expected) => {
  const window = { left: 0, top: 0, width: 1, height: expected.length };
  const column = resample({ data: greys(VALUES), width: 1, height: 5 }, window, { window, interpolation });

  expect(column).toEqual({ data: greys(expected), width: 1, height: expected.length });
});

test('a window has the pixels that the whole would have there', () => {
  const window = { left: 2, top: 0, width: 4, height: 1 };
  const part = resample(
    { data: greys(VALUES), width: 5, height: 1 },
    { width: 9, height: 1 },
    { window, interpolation: 'bilinear' },
  );

  expect(part.data).toEqual(greys([179, 124, 30, 155]));
});
