import { interleave } from '../../bench/measure/interleave';

test('variants take turns, and each keeps its own measurements', async () => {
  const order: string[] = [];
  const variant = (name: string) => async () => order.push(name);

  const measured = await interleave(
    2,
    new Map([
      ['a', variant('a')],
      ['b', variant('b')],
    ]),
  );

  expect(order).toEqual(['a', 'b', 'a', 'b']);
  expect(Object.fromEntries(measured)).toEqual({ a: [1, 3], b: [2, 4] });
});
