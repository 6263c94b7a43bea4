import { randomBytes } from 'node:crypto';
import type { ObjectFiles } from '../../shared/registry/object-files';

export interface FilesUnderTest {
  readonly open: () => ObjectFiles;
  /** Makes an empty bucket and gives its name. */
  readonly newBucket: () => Promise<string>;
  /** Size of the parts in which objects are written. */
  readonly partBytes: number;
}

/** What holds of files wherever they are. */
export function testFiles({ open, newBucket, partBytes }: FilesUnderTest): void {
  let files: ObjectFiles;
  let bucket: string;
  beforeEach(async () => {
    files = open();
    bucket = await newBucket();
  });

  const put = (name: string, text = name) => files.write({ bucket, name }, piecesOf(Buffer.from(text)));

  test.each([
    ['nothing', 0],
    ['less than a part', 1000],
    ['a part', partBytes],
    ['two parts and a byte', 2 * partBytes + 1],
  ])('what is written, be it %s, is what is read', async (name, size) => {
    const bytes = randomBytes(size);
    const address = { bucket, name: `a folder/${name}?` };

    const generation = (await files.write(address, piecesOf(bytes))) ?? '';

    expect(await files.stat(address)).toBe(generation);
    expect((await readAll(files.openRead(address, generation))).equals(bytes)).toBe(true);
  });

  test('an object is written only if the generation is the one that was asked for', async () => {
    const address = { bucket, name: 'guarded' };
    const write = (text: string, ifGeneration: string) =>
      files.write(address, piecesOf(Buffer.from(text)), { ifGeneration });

    const first = await write('one', 'absent');
    expect(await write('two', 'absent')).toBeUndefined();
    await untilLater(first);
    const third = await write('three', String(first));
    expect(await write('four', String(first))).toBeUndefined();

    expect((await readAll(files.openRead(address, String(third)))).toString()).toBe('three');
  });

  test('of many who create an object at once, one does', async () => {
    const address = { bucket, name: 'contested' };
    const write = (text: string) =>
      files.write(address, piecesOf(Buffer.from(text)), { ifGeneration: 'absent' });

    const generations = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(write));

    const won = generations.filter((generation) => generation !== undefined);
    expect(won).toEqual([await files.stat(address)]);
  });

  test('a source that fails leaves no object', async () => {
    const address = { bucket, name: 'unfinished' };
    async function* source() {
      yield randomBytes(partBytes + 1);
      throw new Error('enough');
    }

    await expect(files.write(address, source())).rejects.toThrow('enough');

    expect(await files.stat(address)).toBeUndefined();
    expect(await allOf(files.list({ bucket, prefix: '' }))).toEqual([]);
  });

  test('a generation that has been replaced, or never was, is not found', async () => {
    const first = await put('replaced', 'one');
    await untilLater(first);
    await put('replaced', 'two');

    for (const name of ['replaced', 'never']) {
      await expect(readAll(files.openRead({ bucket, name }, String(first)))).rejects.toMatchObject({
        code: 'object-not-found',
      });
    }
  });

  test('a listing names what begins with its prefix, at any depth, with generations', async () => {
    const names = ['in/a.csv', 'in/b/c.csv', 'in/b.csv', 'in/d/e/f.csv', 'in/g', 'inner/h', 'other'];
    const generations = new Map<string, string | undefined>();
    for (const name of names) generations.set(name, await put(name));

    const listed = await allOf(files.list({ bucket, prefix: 'in/' }));

    expect(listed.map(({ name }) => name)).toEqual(names.slice(0, 5).sort());
    expect(listed.every(({ name, generation }) => generations.get(name) === generation)).toBe(true);
    expect(await allOf(files.list({ bucket, prefix: 'in/b' }))).toHaveLength(2);
    expect(await allOf(files.list({ bucket, prefix: '' }))).toHaveLength(7);
    expect(await allOf(files.list({ bucket, prefix: 'nowhere/' }))).toEqual([]);
  });
}

/** Clocks of file systems tick in milliseconds: what is written later has a later generation only after a tick. */
async function untilLater(generation: string | undefined): Promise<void> {
  while (BigInt(Date.now()) * 1000n < BigInt(generation ?? 0) + 20_000n) await new Promise(setImmediate);
}

export async function readAll(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await allOf(source));
}

export async function allOf<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

export async function* piecesOf(bytes: Uint8Array, size = 10_000) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
