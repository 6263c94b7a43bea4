import fc from 'fast-check';
import { shortestFloat32 } from '../../shared/core/float32';

test.each([
  [5.099999904632568, 5.1],
  [0.20000000298023224, 0.2],
  [0.9765728116035461, 0.9765728],
  [0, 0],
  [1, 1],
  [-3.5, -3.5],
  [7, 7],
])('%p is written as %p', (value, expected) => {
  expect(shortestFloat32(value)).toBe(expected);
});

test('what is written is the same float32', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Math.fround(shortestFloat32(value))).toBe(value);
    }),
    { numRuns: 10_000 },
  );
});

test('what is no float32 is left as it is', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      fc.pre(Math.fround(value) !== value);
      expect(shortestFloat32(value)).toBe(value);
    }),
  );
});

test('a probability takes half the digits', () => {
  fc.assert(
    fc.property(fc.float({ min: Math.fround(0.001), max: 1, noNaN: true }), (value) => {
      expect(String(shortestFloat32(value)).length).toBeLessThanOrEqual(13);
    }),
  );
});
