import { interleave } from '../../bench/measure/interleave';

test('variants take turns in both orders, and each keeps its own measurements', async () => {
  const order: string[] = [];
  const variant = (name: string) => async () => order.push(name);

  const measured = await interleave(
    3,
    new Map([
      ['a', variant('a')],
      ['b', variant('b')],
    ]),
  );

  expect(order).toEqual(['a', 'b', 'b', 'a', 'a', 'b']);
  expect(Object.fromEntries(measured)).toEqual({ a: [1, 4, 5], b: [2, 3, 6] });
});
