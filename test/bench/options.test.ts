import { readOptions, roundsOf, USUAL_PARTS } from '../../bench/options';

test('without arguments every usual part runs, and its results are kept', () => {
  expect(readOptions([])).toEqual({ parts: USUAL_PARTS, quick: false, node: 24, out: 'bench/results' });
});

test('parts and options are read in any order', () => {
  expect(readOptions(['--rounds', '3', 'warm', '--node', '20', 'cold', '--out', 'x'])).toEqual({
    parts: ['warm', 'warm-optional', 'cold', 'cold-optional'],
    quick: false,
    rounds: 3,
    node: 20,
    out: 'x',
  });
});

test('what belongs to a part runs with it once, and by itself', () => {
  expect(readOptions(['warm-optional']).parts).toEqual(['warm-optional']);
  expect(readOptions(['cold-optional', 'cold']).parts).toEqual(['cold-optional', 'cold']);
});

test.each(['image', 'compare'] as const)(
  'the part %s is run when it is asked for, and not otherwise',
  (part) => {
    expect(readOptions([part]).parts).toEqual([part]);
    expect(USUAL_PARTS).not.toContain(part);
  },
);

test('a quick run makes one round and leaves the kept results alone', () => {
  const options = readOptions(['--quick']);

  expect(roundsOf(options, 15)).toBe(1);
  expect(options.out).not.toBe('bench/results');
});

test.each([[['hot']], [['col']], [['--rounds', '0']], [['--rounds', 'many']], [['--unknown']]])(
  'what cannot be understood is answered with the usage: %j',
  (args) => {
    expect(() => readOptions(args)).toThrow('Usage: npm run bench');
  },
);
