import { compare } from '../../bench/report/outcome';
import { targetTable } from '../../bench/report/target-table';

const spread = (median: number) => ({ measured: { median, min: median - 0.1, max: median + 0.1 } });

test('a target is met up to its limit and not beyond', () => {
  const { rows } = targetTable(['cold'], { coldLocal: spread(1), coldBucket: spread(1.36) });

  expect(rows.map((row) => [row[2], row[3], row[5]])).toEqual([
    ['1.00', '0.90-1.10', 'met'],
    ['1.36', '1.26-1.46', 'not met'],
    ['', '', 'not run: its part failed'],
  ]);
});

test('what could not be run says why', () => {
  const outcome = compare(new Map([['a', [1]]]), 'a', 'b', new Map([['b', 'there is no Python']]));
  const { rows } = targetTable(['cold'], { coldPython: outcome });

  expect(rows.at(-1)?.at(-1)).toBe('not run: there is no Python');
});

test('images are held against the session alone and against PyTorch', () => {
  const { rows } = targetTable(['image'], { imageSession: spread(0.95), imageLone: spread(1.2) });

  expect(rows.map((row) => [row[4], row[5]])).toEqual([
    ['>= 0.9', 'met'],
    ['>= 2', 'not run: its part failed'],
    ['<= 0.7', 'not run: its part failed'],
    ['<= 1.1', 'not met'],
    ['<= 0.3', 'not run: its part failed'],
    ['<= 0.8', 'not run: its part failed'],
  ]);
});

test('only the parts that ran are in the table', () => {
  expect(targetTable(['size'], {}).rows).toHaveLength(1);
});
