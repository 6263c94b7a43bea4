import { dealTo, taskOf } from '../../shared/serving/bulk/deal';

const FILES = Array.from({ length: 1000 }, (_, day) => ({ name: `input/2026/day-${day}.csv` }));

const shares = (count: number, attempt = 0) =>
  Array.from({ length: count }, (_, index) => dealTo({ index, count, attempt }, FILES));

describe('dealing files to tasks', () => {
  test.each([1, 2, 8, 100, 999])('among %i tasks each file goes to one', (count) => {
    const dealt = shares(count).flat();

    expect(dealt).toHaveLength(FILES.length);
    expect(new Set(dealt)).toEqual(new Set(FILES));
  });

  test('shares are about even', () => {
    const sizes = shares(8).map(({ length }) => length);

    // 125 on average; five standard deviations of a fair deal are 52.
    expect(Math.min(...sizes)).toBeGreaterThan(125 - 52);
    expect(Math.max(...sizes)).toBeLessThan(125 + 52);
  });

  test('a file stays with its task whatever other files there are, in any version of this program', () => {
    expect(FILES.slice(0, 8).map(({ name }) => taskOf(name, 8))).toEqual([4, 1, 6, 3, 7, 2, 5, 1]);
    expect(dealTo({ index: taskOf('b', 3), count: 3, attempt: 0 }, [{ name: 'b' }])).toEqual([{ name: 'b' }]);
  });

  test('every other attempt takes the same files backwards', () => {
    const [first] = shares(8);
    const [second] = shares(8, 1);
    const [third] = shares(8, 2);

    expect(second).toEqual([...(first ?? [])].reverse());
    expect(third).toEqual(first);
  });

  test('the plan stays as it is', () => {
    const before = [...FILES];

    dealTo({ index: 0, count: 1, attempt: 1 }, FILES);

    expect(FILES).toEqual(before);
  });
});
