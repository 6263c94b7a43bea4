import { openKeySource } from '../../shared/access/key-source';
import { writeKeySet } from '../key-sets';

const setOf = (...names: readonly string[]) => writeKeySet(names.map((name) => ({ name, key: name })));

/** A file whose text and whose clock are the test's. */
function openFile(text: string) {
  const world = { text: text as string | Error, time: 0, reads: 0, failures: [] as string[] };
  const source = openKeySource(
    { file: '/secrets/keys.json', refreshMs: 1_000 },
    {
      now: () => world.time,
      onFailure: (what, error) => world.failures.push(`${what}: ${(error as Error).message}`),
      read: async () => {
        world.reads++;
        if (world.text instanceof Error) throw world.text;
        return world.text;
      },
    },
  );
  const names = async () => (await source()).map(({ name }) => name);
  return { world, names };
}

test('a file is read once for all who ask while it is new', async () => {
  const { world, names } = openFile(setOf('ada'));

  await Promise.all([names(), names(), names()]);
  world.time = 999;
  await names();

  expect(world.reads).toBe(1);
});

test('whoever comes when it is too old waits for what it says now', async () => {
  const { world, names } = openFile(setOf('ada', 'bob'));
  await names();

  world.text = setOf('ada');
  world.time = 1_000;

  expect(await Promise.all([names(), names()])).toEqual([['ada'], ['ada']]);
  expect(world.reads).toBe(2);
});

test.each([
  ['cannot be read', new Error('EACCES')],
  ['makes no sense', '{"keys": 5}'],
])('a file that %s changes nothing, and is told of once', async (_, text) => {
  const { world, names } = openFile(setOf('ada'));
  await names();

  world.text = text;
  const seen: string[][] = [];
  for (world.time = 1_000; world.time <= 3_000; world.time += 1_000) seen.push(await names());

  expect(seen).toEqual([['ada'], ['ada'], ['ada']]);
  expect(world.failures).toEqual([
    expect.stringMatching(/^reading the API keys from \/secrets\/keys.json: /),
  ]);
});

test('a file that was broken and is whole again is used, and is told of when it breaks again', async () => {
  const { world, names } = openFile(setOf('ada'));
  await names();
  for (const text of ['{', setOf('bob'), '{']) {
    world.text = text;
    world.time += 1_000;
    await names();
  }

  expect(await names()).toEqual(['bob']);
  expect(world.failures).toHaveLength(2);
});

test('nobody can be let in before there was a file', async () => {
  const { world, names } = openFile('');
  world.text = new Error('ENOENT');

  await expect(names()).rejects.toMatchObject({ code: 'access-unavailable' });
  world.text = setOf('ada');

  expect(await names()).toEqual(['ada']);
});
