import fc from 'fast-check';
import { MAX_JSON_DEPTH, parseJson } from '../../shared/core/json';

const parse = (text: string) => parseJson(Buffer.from(text));

describe('parseJson()', () => {
  test('gives what JSON.parse gives for any JSON', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), (text) => {
        fc.pre(!text.includes('__proto__'));
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('never throws anything but an error of ours, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          parseJson(Buffer.from(bytes));
        } catch (error) {
          expect(error).toMatchObject({
            name: 'ServingError',
            code: expect.stringMatching(/^invalid-(json|encoding)$/),
          });
        }
      }),
    );
  });

  test.each([
    ['{"a":1,}', 'property name expected at line 1, column 8'],
    ['{"a":\n NaN}', 'invalid symbol at line 2, column 2'],
    ["{'a':1}", 'invalid symbol at line 1, column 2'],
    ['[1 2]', 'comma expected at line 1, column 4'],
    ['{"a":1', 'close brace expected at its end'],
    ['{"secret":1} x', 'invalid symbol at line 1, column 14'],
  ])('says where %j stops being JSON, and not what it held', (text, place) => {
    const attempt = () => parse(text);

    expect(attempt).toThrow(place);
    expect(attempt).not.toThrow('secret');
  });

  test(`accepts nesting of ${MAX_JSON_DEPTH} levels and refuses one more`, () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

    expect(() => parse(nested(MAX_JSON_DEPTH))).not.toThrow();
    expect(() => parse(nested(MAX_JSON_DEPTH + 1))).toThrow('deeper than 64 levels');
  });

  test('counts no brackets inside strings', () => {
    const text = JSON.stringify({ text: `${'['.repeat(1_000)}"${'{'.repeat(1_000)}\\` });

    expect(parse(text)).toEqual(JSON.parse(text));
  });
});
