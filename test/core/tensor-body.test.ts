import fc from 'fast-check';
import { parseTensorJson } from '../../shared/core/tensor-body';

const parse = (text: string) => parseTensorJson(Buffer.from(text));

describe('parseTensorJson()', () => {
  test.each<[string, unknown]>([
    ['[9007199254740991,-9007199254740991]', [9007199254740991, -9007199254740991]],
    ['[9007199254740992,9007199254740993]', ['9007199254740992', '9007199254740993']],
    ['{"a": -9223372036854775808 }', { a: '-9223372036854775808' }],
    ['18446744073709551615', '18446744073709551615'],
    ['[NaN, Infinity ,-Infinity]', ['NaN', 'Infinity', '-Infinity']],
    [
      '[0.12345678901234567890, 1e400, 12345678901234567890.5]',
      [0.12345678901234568, Infinity, 12345678901234567000],
    ],
    [
      '{"NaN": "NaN 12345678901234567890 \\" Infinity", "é": NaN}',
      { NaN: 'NaN 12345678901234567890 " Infinity', é: 'NaN' },
    ],
    ['[1,true,null,"N"]', [1, true, null, 'N']],
  ])('reads %s', (text, value) => {
    expect(parse(text)).toEqual(value);
  });

  test.each([
    ['{NaN:1}', 'invalid symbol at line 1, column 2'],
    ['{12345678901234567890 : 1}', 'property name expected at line 1, column 2'],
    ['[NaN,\n 012345678901234567890]', 'at line 2, column 3'],
    ['[NaN, Infinity x]', 'invalid symbol at line 1, column 16'],
    ['[NaN NaN]', 'comma expected at line 1, column 6'],
    ['[--Infinity]', 'at line 1, column 2'],
    ['[+Infinity]', 'at line 1, column 2'],
    ['[nan]', 'invalid symbol at line 1, column 2'],
    ['[-NaN]', 'at line 1, column 2'],
    ['[NaN,"open', 'at line 1, column 6'],
  ])('refuses %j', (text, place) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'invalid-json' }));
    expect(() => parse(text)).toThrow(place);
  });

  test('gives what JSON.parse gives for any JSON without long integers', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        fc.pre(!text.includes('__proto__') && !/\d{16}/.test(text));

        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('keeps every integer exact', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n })), (values) => {
        const parsed = parse(`[${values.join(',')}]`) as (number | string)[];

        expect(parsed.map(BigInt)).toEqual(values);
      }),
    );
  });
});
