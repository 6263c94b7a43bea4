import { gzipSync } from 'node:zlib';
import { readLogValues } from '../../../cli/prediction-log/log-values';

/** Everything in a file that comes in pieces of so many bytes. */
async function read(content: string | Uint8Array, pieceBytes = 7) {
  const bytes = Buffer.from(content);
  const values: unknown[] = [];
  let unreadable = 0;
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  for await (const some of readLogValues(pieces())) {
    values.push(...some.values);
    unreadable += some.unreadable;
  }
  return { values, unreadable };
}

describe('readLogValues()', () => {
  test.each<[what: string, content: string | Uint8Array]>([
    ['one on each line', '{"a":1}\n{"a":"é"}\n'],
    ['a last line without an end', '{"a":1}\r\n\n{"a":"é"}'],
    ['a byte order mark', '\ufeff{"a":1}\n{"a":"é"}'],
    ['an array on one line', '[{"a":1},{"a":"é"}]'],
    ['an array that is laid out for people', `\n${JSON.stringify([{ a: 1 }, { a: 'é' }], null, 2)}\n`],
    ['gzip', gzipSync('{"a":1}\n{"a":"é"}\n')],
    ['an array in gzip', gzipSync('[{"a":1},{"a":"é"}]')],
  ])('reads %s', async (_what, content) => {
    expect(await read(content)).toEqual({ values: [{ a: 1 }, { a: 'é' }], unreadable: 0 });
  });

  test('counts lines that are no JSON, and goes on', async () => {
    expect(await read('Listening on 8080\n{"a":1}\n{"a":\n')).toEqual({ values: [{ a: 1 }], unreadable: 2 });
  });

  test('reads nothing of nothing', async () => {
    expect(await read('')).toEqual({ values: [], unreadable: 0 });
  });

  test('refuses an array that is broken', async () => {
    await expect(read('[{"a":1},{"a"]')).rejects.toThrow();
  });

  test('refuses an array that ends too early', async () => {
    await expect(read('[{"a":1},{"a":2}')).rejects.toThrow('ends');
  });

  test('refuses gzip that is cut off', async () => {
    await expect(read(gzipSync('{"a":1}\n').subarray(0, 20))).rejects.toMatchObject({
      code: 'invalid-encoding',
    });
  });
});
