import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { createLocalStore } from '../../shared/registry/local-store';
import { describeStoreContract } from './store-contract';

const run = promisify(execFile);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'local-store-'));
});

afterEach(() => rm(folder, { recursive: true }));

describeStoreContract(async () => createLocalStore(join(folder, 'registry')));

test('does not remove what somebody else wrote meanwhile', async () => {
  const store = createLocalStore(folder);
  const first = await store.write('model.json', Buffer.from('1'), 'absent');
  await store.write('model.json', Buffer.from('2'), first);

  await expect(store.remove('model.json', first)).rejects.toMatchObject({ code: 'conflict' });

  expect(String((await store.read('model.json')).bytes)).toBe('2');
});

test('files that begin with a dot, and folders without an object, are not listed', async () => {
  await mkdir(join(folder, 'iris', '2.0.0', 'empty'), { recursive: true });
  await writeFile(join(folder, 'iris', '.DS_Store'), '');
  await writeFile(join(folder, 'iris', '2.0.0', '.gitkeep'), '');
  await writeFile(join(folder, 'iris', 'model.json'), '{}');

  expect(await createLocalStore(folder).list('iris/')).toEqual(['model.json']);
});

test('a folder that is a symbolic link is read and listed like any other; a broken link is not there', async () => {
  await mkdir(join(folder, 'elsewhere'));
  await writeFile(join(folder, 'elsewhere', 'model.json'), '{}');
  await mkdir(join(folder, 'registry'));
  await symlink(join(folder, 'elsewhere'), join(folder, 'registry', 'iris'));
  await symlink(join(folder, 'nowhere'), join(folder, 'registry', 'broken'));
  const store = createLocalStore(join(folder, 'registry'));

  expect(await store.list('')).toEqual(['iris/']);
  expect((await store.read('iris/model.json')).bytes).toHaveLength(2);
  await expect(store.read('broken')).rejects.toMatchObject({ code: 'object-not-found' });
});

test('nothing but the object is left behind, whoever wins', async () => {
  const store = createLocalStore(folder);
  const generation = await store.write('model.json', Buffer.from('1'), 'absent');

  await Promise.allSettled([
    store.write('model.json', Buffer.from('2'), 'absent'),
    store.write('model.json', Buffer.from('3'), generation),
    store.write('model.json', Buffer.from('4'), generation),
  ]);

  expect(await readdir(folder)).toEqual(['model.json']);
});

test('the lock of a writer that died is removed once it is old, by one of those who wait', async () => {
  const store = createLocalStore(folder, { staleMs: 1_000 });
  const generation = await store.write('model.json', Buffer.from('1'), 'absent');
  await leaveLock('model.json', { ageMs: 5_000 });

  const outcomes = await Promise.allSettled(
    ['2', '3', '4', '5'].map((text) => store.write('model.json', Buffer.from(text), generation)),
  );

  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await readdir(folder)).toEqual(['model.json']);
});

test('a lock that is not old is waited for, and no longer than the limit', async () => {
  const store = createLocalStore(folder, { staleMs: 60_000, waitMs: 50 });
  const generation = await store.write('model.json', Buffer.from('1'), 'absent');
  await leaveLock('model.json', { ageMs: 0 });

  await expect(store.write('model.json', Buffer.from('2'), generation)).rejects.toMatchObject({
    code: 'store-unavailable',
    message: 'another writer has held the object for 50 ms',
  });
});

test('a failure of the disk is the cause, and the path of the machine is not in the message', async () => {
  await writeFile(join(folder, 'file'), '');

  await expect(
    createLocalStore(folder).write('file/model.json', Buffer.from('1'), 'absent'),
  ).rejects.toMatchObject({
    code: 'store-unavailable',
    message: expect.not.stringContaining(folder),
    cause: expect.objectContaining({ path: expect.stringContaining(folder) }),
  });
});

test('processes that update one object lose no update', async () => {
  const program = join(folder, 'counting-writer.js');
  await build({
    entryPoints: [join(__dirname, 'counting-writer.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    logLevel: 'error',
  });
  const store = createLocalStore(folder);
  await store.write('count', Buffer.from('0'), 'absent');

  await Promise.all([1, 2, 3].map(() => run(process.execPath, [program, folder, 'count', '20'])));

  expect(Buffer.from((await store.read('count')).bytes).toString()).toBe('60');
});

async function leaveLock(key: string, { ageMs }: { ageMs: number }): Promise<void> {
  const lock = join(folder, `.${key}.lock`);
  const then = new Date(Date.now() - ageMs);
  await writeFile(lock, '');
  await utimes(lock, then, then);
}
