import { openNdjsonRows } from '../../shared/protocol/lines/ndjson-rows';
import { chunksOf, gather } from './chunks';

const read = (text: string) => gather(openNdjsonRows(chunksOf(text)).batches);

test('each line is a row, whatever its form; empty lines count and are skipped', async () => {
  expect(await read('[1,2]\r\n\n  \n{"features":{"a":1}}\n"x"')).toEqual([
    { line: 1, text: '[1,2]', row: [1, 2], kept: [] },
    { line: 4, text: '{"features":{"a":1}}', row: { features: { a: 1 } }, kept: [] },
    { line: 5, text: '"x"', row: 'x', kept: [] },
  ]);
});

test.each([
  ['no JSON', '[1,', 'the line is not JSON: value expected at its end'],
  ['two values', '[1] [2]', 'the line is not JSON: end of file expected at column 5'],
  ['a member that would be inherited', '{"__proto__":1}', 'a member named __proto__ is not accepted'],
  ['too deep', '['.repeat(99), 'the line nests deeper than 64 levels'],
])('a line with %s is bad, and no other', async (_, text, detail) => {
  expect(await read(`1\n${text}\n3`)).toEqual([
    { line: 1, text: '1', row: 1, kept: [] },
    { line: 2, text, defects: [{ pointer: '', detail }] },
    { line: 3, text: '3', row: 3, kept: [] },
  ]);
});
