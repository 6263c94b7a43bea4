import { parseLabelledRows } from '../../training/labelled-rows';

describe('parseLabelledRows()', () => {
  test('reads the columns as numbers and the last one as the class', () => {
    expect(parseLabelledRows('a,b,kind\n1,-2.5,yes\n3,4e1,no\n', ['no', 'yes'])).toEqual({
      rows: [
        [1, -2.5],
        [3, 40],
      ],
      labels: [1, 0],
    });
  });

  test.each([
    ['a word', 'a,kind\n1,no\nx,no', 'line 3: expected a number, got "x"'],
    ['an empty cell', 'a,kind\n,no', 'line 2: expected a number, got ""'],
    ['an unknown class', 'a,kind\n1,maybe', 'line 2: expected one of no, yes, got "maybe"'],
  ])('names the line that has %s', (_, csv, message) => {
    expect(() => parseLabelledRows(csv, ['no', 'yes'])).toThrow(message);
  });
});
