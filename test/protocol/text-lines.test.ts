import { readLines } from '../../shared/protocol/lines/text-lines';
import { chunksOf, gather } from './chunks';

const linesOf = (text: string | Uint8Array, size?: number, maxLength?: number) =>
  gather(readLines(chunksOf(text, size), maxLength === undefined ? {} : { maxLength }));

test.each([1, 2, 3, 5, 1000])('lines are the same however the bytes are cut (%i at a time)', async (size) => {
  expect(await linesOf('\ufeffa,b\r\n1,é\n\n€,😀', size)).toEqual([
    { number: 1, text: 'a,b\r' },
    { number: 2, text: '1,é' },
    { number: 3, text: '' },
    { number: 4, text: '€,😀' },
  ]);
});

test('a newline at the end begins no further line', async () => {
  expect(await linesOf('a\nb\n')).toEqual([
    { number: 1, text: 'a' },
    { number: 2, text: 'b' },
  ]);
});

test('nothing has no lines', async () => {
  expect(await linesOf('')).toEqual([]);
});

test.each([3, 1000])(
  'a line that is too long is marked, and the next one read as ever (%i at a time)',
  async (size) => {
    const defect = 'expected a line of at most 10 characters, got a longer one';

    expect(await linesOf(`ok\n${'x'.repeat(500)}\nfine\n${'y'.repeat(11)}`, size, 10)).toEqual([
      { number: 1, text: 'ok' },
      { number: 2, text: 'x'.repeat(200), defect },
      { number: 3, text: 'fine' },
      { number: 4, text: 'y'.repeat(11), defect },
    ]);
  },
);

test('a line that is not UTF-8 is marked, and no other', async () => {
  const bytes = Buffer.concat([Buffer.from('a\n'), Buffer.from([0x66, 0xfc, 0x72]), Buffer.from('\nb')]);

  expect(await linesOf(bytes)).toEqual([
    { number: 1, text: 'a' },
    { number: 2, text: 'f\ufffdr', defect: 'the line is not UTF-8' },
    { number: 3, text: 'b' },
  ]);
});
