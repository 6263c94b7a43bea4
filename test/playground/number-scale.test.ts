import { roundTo, scaleOf } from '../../playground/number-scale';

test('a slider goes beyond what was seen in training, and shows where that lies', () => {
  const { band, ...scale } = scaleOf([10, 20], false);

  expect(scale).toEqual({ min: 8.5, max: 21.5, step: 0.1 });
  expect(band.map((share) => share * 13)).toEqual([expect.closeTo(1.5), expect.closeTo(11.5)]);
});

test.each<[name: string, range: [number, number], isInteger: boolean, expected: object]>([
  ['what is never negative stays so', [0.1, 2.5], false, { min: 0, max: 2.9, step: 0.1 }],
  ['integers move by 1 at the least', [0, 5], true, { min: 0, max: 6, step: 1 }],
  ['large numbers move by large steps', [0, 50_000], true, { min: 0, max: 58_000, step: 1000 }],
  ['a range of one value has room around it', [4, 4], false, { min: 3.4, max: 4.6, step: 0.1 }],
])('%s', (_, range, isInteger, expected) => {
  expect(scaleOf(range, isInteger)).toMatchObject(expected);
});

test('steps do not add the digits of binary fractions', () => {
  expect(roundTo(0.1 + 0.2, 0.1)).toBe(0.3);
});
