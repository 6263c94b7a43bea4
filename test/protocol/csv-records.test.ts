import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { readCsvRecords } from '../../shared/protocol/lines/csv-records';
import { readLines } from '../../shared/protocol/lines/text-lines';
import { chunksOf, gather } from './chunks';

const recordsOf = (text: string, maxLength?: number) =>
  gather(readCsvRecords(readLines(chunksOf(text)), maxLength === undefined ? {} : { maxLength }));

const QUOTE_DEFECT =
  'cell 2 has a quote in the wrong place: expected the whole cell in quotes, and those within doubled';

// RFC 4180, section 2, rules 1 to 7.
test.each([
  [
    'plain cells',
    'aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n',
    [
      ['aaa', 'bbb', 'ccc'],
      ['zzz', 'yyy', 'xxx'],
    ],
  ],
  [
    'no line break at the end',
    'aaa,bbb\r\nzzz,yyy',
    [
      ['aaa', 'bbb'],
      ['zzz', 'yyy'],
    ],
  ],
  [
    'quoted cells',
    '"aaa","bbb","ccc"\r\nzzz,yyy,xxx',
    [
      ['aaa', 'bbb', 'ccc'],
      ['zzz', 'yyy', 'xxx'],
    ],
  ],
  [
    'line breaks in quotes',
    '"aaa","b\r\nbb","ccc"\r\nzzz,yyy,xxx',
    [
      ['aaa', 'b\r\nbb', 'ccc'],
      ['zzz', 'yyy', 'xxx'],
    ],
  ],
  ['commas in quotes', '"a,b",c', [['a,b', 'c']]],
  ['doubled quotes', '"aaa","b""bb","ccc"', [['aaa', 'b"bb', 'ccc']]],
  ['quotes alone', '"""",""', [['"', '']]],
  [
    'empty cells',
    ',\n"",\n',
    [
      ['', ''],
      ['', ''],
    ],
  ],
  [
    'empty lines',
    '\n\na,b\n\r\nc,d\n\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
])('reads %s', async (_, text, cells) => {
  expect((await recordsOf(text)).map((record) => record.cells)).toEqual(cells);
});

test('a record has the number of its first line', async () => {
  expect((await recordsOf('a\n"b\n\nb"\n\nc')).map(({ line, text }) => [line, text])).toEqual([
    [1, 'a'],
    [2, '"b\n\nb"'],
    [6, 'c'],
  ]);
});

test.each([
  ['text after a quote', '1,"2"x', QUOTE_DEFECT],
  ['a quote within a cell', '1,2"x"', QUOTE_DEFECT],
  ['a single quote within a cell', '1,5"', 'a quote is not closed before the end'],
  ['a quote that is not closed', '"1,2', 'a quote is not closed before the end'],
])('%s costs its line and no other', async (_, line, defect) => {
  expect(await recordsOf(`a,b\n${line}\n3,4\n5,6\n`)).toEqual([
    { line: 1, text: 'a,b', cells: ['a', 'b'] },
    { line: 2, text: line, cells: [], defect },
    { line: 3, text: '3,4', cells: ['3', '4'] },
    { line: 4, text: '5,6', cells: ['5', '6'] },
  ]);
});

test('a quote that the next line seems to close costs only its line', async () => {
  expect((await recordsOf('1,5" nail\n2,6" nail\n3,"7"" nail"\n')).map(({ cells }) => cells)).toEqual([
    [],
    [],
    ['3', '7" nail'],
  ]);
});

test('a quote that is not closed for long costs only its line', async () => {
  const rows = '1,2\n'.repeat(20);

  const records = await recordsOf(`"x,y\n${rows}`, 40);

  expect(records).toHaveLength(21);
  expect(records[0]).toEqual({
    line: 1,
    text: '"x,y',
    cells: [],
    defect: 'a quote is not closed within 40 characters',
  });
  expect(records.slice(1).every(({ defect }) => defect === undefined)).toBe(true);
});

test('reads what other programs write as csv-parse reads it', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '1', '.', ',', '"', '\n', ' ', 'é'), maxLength: 6 });
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  await fc.assert(
    fc.asyncProperty(table, fc.constantFrom('\n', '\r\n'), async (rows, newline) => {
      const text = rows.map((row) => row.map(quoted).join(',')).join(newline);

      const cells = (await recordsOf(text)).map((record) => record.cells);

      expect(cells).toEqual(parse(text, { relax_column_count: true, skip_empty_lines: true }));
    }),
  );
});
