import { createRandom, shuffledIndices } from '../../training/random';

describe('createRandom()', () => {
  test.each([
    [0, [1144304738, 1416247, 958946056]],
    [42, [2581720956, 1925393290, 3661312704, 2876485805]],
  ])('gives the numbers of Mulberry32 for the seed %i', (seed, expected) => {
    const random = createRandom(seed);

    // An implementation in Python with integers of any size gives these.
    expect(expected.map(() => random.next() * 2 ** 32)).toEqual(expected);
  });

  test('gives numbers between two, and integers below one', () => {
    const random = createRandom(1);
    const between = Array.from({ length: 1000 }, () => random.between(-2, 3));
    const below = Array.from({ length: 1000 }, () => random.below(4));

    expect(Math.min(...between)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...between)).toBeLessThan(3);
    expect([...new Set(below)].sort()).toEqual([0, 1, 2, 3]);
  });
});

describe('shuffledIndices()', () => {
  test('gives each index once, in an order that the seed decides', () => {
    const order = Array.from(shuffledIndices(100, createRandom(7)));

    expect(order).toEqual(Array.from(shuffledIndices(100, createRandom(7))));
    expect(order).not.toEqual(Array.from(shuffledIndices(100, createRandom(8))));
    expect(order.toSorted((left, right) => left - right)).toEqual(
      Array.from({ length: 100 }, (_, index) => index),
    );
  });
});
