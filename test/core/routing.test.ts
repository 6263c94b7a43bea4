import fc from 'fast-check';
import {
  chooseByShare,
  isShadowed,
  largestShare,
  type Routing,
  sharesOf,
  versionsOf,
} from '../../shared/core/routing';

const KEYS = Array.from({ length: 20_000 }, (_, index) => `user-${index}`);

/** How many of the keys go to each version. */
function countBy(shares: Record<string, number>, model = 'iris'): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of KEYS) {
    const version = chooseByShare(model, new Map(Object.entries(shares)), key);
    counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  return counts;
}

/** Pearson's statistic of what was counted against what the shares promise. */
function chiSquared(counts: ReadonlyMap<string, number>, shares: Record<string, number>): number {
  const total = Object.values(shares).reduce((sum, share) => sum + share, 0);
  return Object.entries(shares).reduce((sum, [version, share]) => {
    const expected = (KEYS.length * share) / total;
    return sum + ((counts.get(version) ?? 0) - expected) ** 2 / expected;
  }, 0);
}

describe('chooseByShare()', () => {
  // 99.9 % quantiles of chi-squared: R, qchisq(0.999, df).
  test.each([
    [{ '1.0.0': 50, '2.0.0': 50 }, 10.828],
    [{ '1.0.0': 90, '2.0.0': 10 }, 10.828],
    [{ '1.0.0': 99, '2.0.0': 1 }, 10.828],
    [{ '1.0.0': 70, '2.0.0': 20, '3.0.0': 10 }, 13.816],
    [{ '1.0.0': 25, '2.0.0': 25, '3.0.0': 25, '4.0.0': 25 }, 16.266],
  ])('splits 20 000 keys as %j says', (shares, limit) => {
    expect(chiSquared(countBy(shares), shares)).toBeLessThan(limit);
  });

  test('gives a key the same version every time, in whatever order the versions are named', () => {
    const shares = new Map([
      ['1.0.0', 60],
      ['2.0.0', 40],
    ]);
    const reversed = new Map([...shares].reverse());

    const chosen = KEYS.map((key) => chooseByShare('iris', shares, key));

    expect(KEYS.map((key) => chooseByShare('iris', shares, key))).toEqual(chosen);
    expect(KEYS.map((key) => chooseByShare('iris', reversed, key))).toEqual(chosen);
  });

  test('is the same in every version of this package', () => {
    const shares = new Map([
      ['1.0.0', 50],
      ['2.0.0', 50],
    ]);

    const chosen = ['a', 'b', 'c', 'd', 'e', 'f', ''].map((key) => chooseByShare('iris', shares, key));

    // By Python's hashlib and math, from the formula in the documentation of the function.
    expect(chosen).toEqual(['1.0.0', '1.0.0', '2.0.0', '1.0.0', '2.0.0', '1.0.0', '1.0.0']);
  });

  test('moves keys only towards the version whose share grew', () => {
    const before = new Map([
      ['1.0.0', 90],
      ['2.0.0', 10],
    ]);
    const after = new Map([
      ['1.0.0', 80],
      ['2.0.0', 20],
    ]);

    const moved = KEYS.filter(
      (key) =>
        chooseByShare('iris', before, key) === '2.0.0' && chooseByShare('iris', after, key) !== '2.0.0',
    );

    expect(moved).toEqual([]);
  });

  test('splits each model in its own way', () => {
    const shares = new Map([
      ['1.0.0', 50],
      ['2.0.0', 50],
    ]);

    const same = KEYS.filter(
      (key) => chooseByShare('iris', shares, key) === chooseByShare('wine', shares, key),
    );

    expect(Math.abs(same.length / KEYS.length - 0.5)).toBeLessThan(0.02);
  });

  test('chooses one of the versions, whatever the key', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 99 }), (key, share) => {
        const shares = new Map([
          ['1.0.0', share],
          ['2.0.0', 100 - share],
        ]);
        expect([...shares.keys()]).toContain(chooseByShare('iris', shares, key));
      }),
    );
  });
});

describe('sharesOf()', () => {
  test.each<[what: string, Routing, string | undefined, [string, number][]]>([
    [
      'traffic that is split',
      { aliases: { production: '1.0.0' }, traffic: { '1.0.0': 90, '1.1.0': 10 } },
      '2.0.0',
      [
        ['1.0.0', 90],
        ['1.1.0', 10],
      ],
    ],
    [
      'traffic with a share of nothing',
      { aliases: {}, traffic: { '1.0.0': 100, '1.1.0': 0 } },
      '2.0.0',
      [['1.0.0', 100]],
    ],
    ['a production alias', { aliases: { production: '1.0.0', staging: '1.1.0' } }, '2.0.0', [['1.0.0', 100]]],
    ['nothing decided', { aliases: { staging: '1.1.0' } }, '2.0.0', [['2.0.0', 100]]],
    ['nothing there', { aliases: {} }, undefined, []],
  ])('is, of %s, who answers how much', (_, routing, highest, shares) => {
    expect([...sharesOf(routing, highest)]).toEqual(shares);
  });
});

test('versionsOf() names every version that a routing speaks of', () => {
  const routing = {
    aliases: { production: '1.0.0', staging: '1.1.0' },
    traffic: { '1.0.0': 50, '1.2.0': 50 },
    shadow: { version: '2.0.0', percent: 10 },
  };

  expect([...versionsOf(routing)].sort()).toEqual(['1.0.0', '1.1.0', '1.2.0', '2.0.0']);
});

test('largestShare() is what those are answered by who cannot be split', () => {
  expect(
    largestShare(
      new Map([
        ['1.0.0', 30],
        ['2.0.0', 70],
      ]),
    ),
  ).toBe('2.0.0');
  expect(largestShare(new Map())).toBeUndefined();
});

test('isShadowed() takes its share of the keys, the same ones every time', () => {
  const shadow = { version: '2.0.0', percent: 20 };

  const share = KEYS.filter((key) => isShadowed(shadow, key)).length / KEYS.length;

  expect(Math.abs(share - 0.2)).toBeLessThan(0.01);
  expect(KEYS.every((key) => isShadowed({ ...shadow, percent: 100 }, key))).toBe(true);
  expect(KEYS.some((key) => isShadowed({ ...shadow, percent: 0 }, key))).toBe(false);
});
