import fc from 'fast-check';
import { fromFloat16, toFloat16 } from '../../shared/core/float16';

// Values from https://en.wikipedia.org/wiki/Half-precision_floating-point_format#Half_precision_examples and numpy.
test.each([
  [0, 0x0000],
  [-0, 0x8000],
  [1, 0x3c00],
  [-2, 0xc000],
  [1.0009765625, 0x3c01],
  [65504, 0x7bff],
  [2 ** -24, 0x0001],
  [1023 * 2 ** -24, 0x03ff],
  [2 ** -14, 0x0400],
  [0.333251953125, 0x3555],
  [Number.POSITIVE_INFINITY, 0x7c00],
  [Number.NEGATIVE_INFINITY, 0xfc00],
])('%p has the bits %p', (value, bits) => {
  expect(toFloat16(value)).toBe(bits);
  expect(fromFloat16(bits)).toBe(value);
});

test.each([
  ['a third', 1 / 3, 0x3555],
  ['a tie to the even below', 1 + 2 ** -11, 0x3c00],
  ['a tie to the even above', 1 + 3 * 2 ** -11, 0x3c02],
  ['a carry into the exponent', 1.9999, 0x4000],
  ['a carry out of the subnormals', 1023.5 * 2 ** -24, 0x0400],
  ['half of the smallest, to zero', 2 ** -25, 0x0000],
  ['just above half of the smallest', 2 ** -25 * 1.0001, 0x0001],
  ['the largest that is still finite', 65519.999, 0x7bff],
  ['the smallest that is not', 65520, 0x7c00],
  ['NaN', Number.NaN, 0x7e00],
])('rounds %s', (_, value, bits) => {
  expect(toFloat16(value)).toBe(bits);
});

test('every half but NaN comes back as it was', () => {
  const changed = Array.from({ length: 0x10000 }, (_, bits) => bits).filter(
    (bits) => !Number.isNaN(fromFloat16(bits)) && toFloat16(fromFloat16(bits)) !== bits,
  );

  expect(changed).toEqual([]);
});

test('no half is nearer than the one that is chosen', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 65000, noNaN: true }), (value) => {
      const bits = toFloat16(value);
      const error = Math.abs(fromFloat16(bits) - value);

      expect(error).toBeLessThanOrEqual(Math.abs(fromFloat16(bits + 1) - value));
      if (bits > 0) expect(error).toBeLessThanOrEqual(Math.abs(fromFloat16(bits - 1) - value));
    }),
  );
});
