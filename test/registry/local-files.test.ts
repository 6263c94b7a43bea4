import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalFiles } from '../../shared/registry/local-files';
import { allOf, piecesOf, readAll, testFiles } from './files-contract';

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

describe('files in folders', () => {
  testFiles({ open: openLocalFiles, newBucket: async () => newFolder(), partBytes: 256 * 1024 });

  test('hidden files are nobody’s, and writing leaves none behind', async () => {
    const bucket = newFolder();
    writeFileSync(join(bucket, '.hidden'), 'x');
    await openLocalFiles().write({ bucket, name: 'a' }, piecesOf(Buffer.from('a')));

    expect((await allOf(openLocalFiles().list({ bucket, prefix: '' }))).map(({ name }) => name)).toEqual([
      'a',
    ]);
    expect(readdirSync(bucket).sort()).toEqual(['.hidden', 'a']);
  });

  test('a file that grows while it is read is not the one that was asked for', async () => {
    const bucket = newFolder();
    const address = { bucket, name: 'log' };
    const generation = (await openLocalFiles().write(address, piecesOf(Buffer.alloc(200_000)))) ?? '';
    const chunks = openLocalFiles().openRead(address, generation)[Symbol.asyncIterator]();

    await chunks.next();
    appendFileSync(join(bucket, 'log'), 'x');

    const rest = readAll({ [Symbol.asyncIterator]: () => chunks });
    await expect(rest).rejects.toMatchObject({ code: 'object-not-found' });
  });

  test.each(['../outside', '/etc/passwd', 'a//b', '.hidden'])('there is nothing called %s', async (name) => {
    await expect(
      openLocalFiles().write({ bucket: newFolder(), name }, piecesOf(Buffer.from('x'))),
    ).rejects.toMatchObject({ code: 'object-not-found' });
  });
});
