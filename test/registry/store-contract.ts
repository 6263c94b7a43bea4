import { createHash, randomBytes } from 'node:crypto';
import type { Store } from '../../shared/registry/store';

/** What every store must do. Each test gets a fresh, empty store. */
export function describeStoreContract(openEmptyStore: () => Promise<Store>): void {
  let store: Store;

  beforeEach(async () => {
    store = await openEmptyStore();
  });

  describe('read()', () => {
    test('gives back the bytes that were written, and their generation', async () => {
      const bytes = randomBytes(100_000);

      const generation = await store.write('iris/1.0.0/model.onnx', bytes, 'absent');

      const object = await store.read('iris/1.0.0/model.onnx');
      expect(bytes.equals(object.bytes)).toBe(true);
      expect(object.generation).toBe(generation);
    });

    test('gives back an empty object', async () => {
      await store.write('empty', Buffer.alloc(0), 'absent');

      expect((await store.read('empty')).bytes).toHaveLength(0);
    });

    test('takes any name that is not hidden', async () => {
      const key = 'a b/ü+%2F?#[1]&=.onnx';
      await store.write(key, Buffer.from('1'), 'absent');

      expect(text(await store.read(key))).toBe('1');
      expect(await store.list('a b/')).toEqual(['ü+%2F?#[1]&=.onnx']);
    });

    test('gives back the bytes that were expected', async () => {
      const bytes = randomBytes(1_000);
      await store.write('model.onnx', bytes, 'absent');

      const object = await store.read('model.onnx', { expected: { bytes: 1_000, sha256: sha256(bytes) } });

      expect(bytes.equals(object.bytes)).toBe(true);
    });

    test('names both sides when the size is not the expected one', async () => {
      await store.write('model.onnx', Buffer.from('12345'), 'absent');

      const reading = store.read('model.onnx', { expected: { bytes: 6, sha256: sha256('123456') } });

      await expect(reading).rejects.toMatchObject({
        code: 'corrupt-artifact',
        message: '"model.onnx" has 5 bytes, expected 6',
      });
    });

    test('names both sides when the digest is not the expected one', async () => {
      await store.write('model.onnx', Buffer.from('12345'), 'absent');

      const reading = store.read('model.onnx', { expected: { bytes: 5, sha256: sha256('54321') } });

      await expect(reading).rejects.toMatchObject({
        code: 'corrupt-artifact',
        message: `"model.onnx" has SHA-256 ${sha256('12345')}, expected ${sha256('54321')}`,
      });
    });

    test('refuses an object of more than 8 MiB unless its size is expected', async () => {
      const bytes = Buffer.alloc(8 * 1024 ** 2 + 1);
      await store.write('large', bytes, 'absent');

      await expect(store.read('large')).rejects.toMatchObject({ code: 'corrupt-artifact' });
      const expected = { bytes: bytes.length, sha256: sha256(bytes) };
      expect((await store.read('large', { expected })).bytes).toHaveLength(bytes.length);
    });

    test.each(['missing', 'iris/1.0.0/missing', 'iris', 'iris/1.0.0/model.onnx/deeper'])(
      'says that there is no object "%s"',
      async (key) => {
        await store.write('iris/1.0.0/model.onnx', Buffer.from('1'), 'absent');

        await expect(store.read(key)).rejects.toMatchObject({
          code: 'object-not-found',
          message: `the store has no object "${key}"`,
        });
      },
    );

    test.each([
      '',
      '/etc/passwd',
      '../secret',
      'iris/../../secret',
      'a//b',
      './a',
      'a/.hidden',
      'a\0b',
      'a\\..\\b',
      'a/',
    ])('knows no object of the name %j', async (key) => {
      await expect(store.read(key)).rejects.toMatchObject({
        code: 'object-not-found',
        message: `${JSON.stringify(key)} is not a name an object can have`,
      });
    });

    test('is cancelled by the signal, with its reason', async () => {
      await store.write('model.onnx', Buffer.from('12345'), 'absent');

      const reading = store.read('model.onnx', { signal: AbortSignal.abort(new Error('the caller left')) });

      await expect(reading).rejects.toThrow('the caller left');
    });
  });

  describe('readIfChanged()', () => {
    test('gives nothing for the generation that is known, and the new bytes after a write', async () => {
      const first = await store.write('model.json', Buffer.from('1'), 'absent');

      expect(await store.readIfChanged('model.json', first)).toBeUndefined();
      const second = await store.write('model.json', Buffer.from('2'), first);
      const changed = await store.readIfChanged('model.json', first);

      expect(changed?.generation).toBe(second);
      expect(Buffer.from(changed?.bytes ?? []).toString()).toBe('2');
    });

    test('says that there is no object', async () => {
      await expect(store.readIfChanged('missing', '1')).rejects.toMatchObject({ code: 'object-not-found' });
    });
  });

  describe('stat()', () => {
    test('tells generation, size and age without the bytes', async () => {
      const generation = await store.write('model.onnx', Buffer.from('12345'), 'absent');

      expect(await store.stat('model.onnx')).toMatchObject({
        generation,
        bytes: 5,
        writtenAt: expect.any(Number),
      });
      expect(Math.abs(((await store.stat('model.onnx'))?.writtenAt ?? 0) - Date.now())).toBeLessThan(60_000);
      expect(await store.stat('missing')).toBeUndefined();
    });
  });

  describe('remove()', () => {
    test('removes the generation it was given, and does not mind that it is gone already', async () => {
      const generation = await store.write('iris/1.0.0/model.onnx', Buffer.from('1'), 'absent');

      await store.remove('iris/1.0.0/model.onnx', generation);
      await store.remove('iris/1.0.0/model.onnx', generation);

      expect(await store.stat('iris/1.0.0/model.onnx')).toBeUndefined();
      expect(await store.list('')).toEqual([]);
    });
  });

  describe('list()', () => {
    test('names objects and folders directly under a prefix, sorted and relative to it', async () => {
      for (const key of [
        'iris/model.json',
        'iris/1.0.0/model.onnx',
        'iris/1.0.0/manifest.json',
        'iris/0.9.0/x',
        'b',
      ]) {
        await store.write(key, Buffer.from(key), 'absent');
      }

      expect(await store.list('')).toEqual(['b', 'iris/']);
      expect(await store.list('iris/')).toEqual(['0.9.0/', '1.0.0/', 'model.json']);
      expect(await store.list('iris/1.0.0/')).toEqual(['manifest.json', 'model.onnx']);
    });

    test('is empty for an empty store and for a prefix that nothing is under', async () => {
      expect(await store.list('')).toEqual([]);
      expect(await store.list('nothing/')).toEqual([]);
    });
  });

  describe('write()', () => {
    test('replaces the generation it was given', async () => {
      const first = await store.write('model.json', Buffer.from('1'), 'absent');

      const second = await store.write('model.json', Buffer.from('2'), first);

      expect(second).not.toBe(first);
      expect(text(await store.read('model.json'))).toBe('2');
    });

    test('does not create what is already there', async () => {
      await store.write('model.json', Buffer.from('1'), 'absent');

      const writing = store.write('model.json', Buffer.from('2'), 'absent');

      await expect(writing).rejects.toMatchObject({
        code: 'conflict',
        message: '"model.json" was written by somebody else in the meantime',
      });
      expect(text(await store.read('model.json'))).toBe('1');
    });

    test('does not replace a generation that is gone', async () => {
      const first = await store.write('model.json', Buffer.from('1'), 'absent');
      await store.write('model.json', Buffer.from('2'), first);

      await expect(store.write('model.json', Buffer.from('3'), first)).rejects.toMatchObject({
        code: 'conflict',
      });
      expect(text(await store.read('model.json'))).toBe('2');
    });

    test('does not replace what was never there', async () => {
      await expect(store.write('model.json', Buffer.from('1'), '12345')).rejects.toMatchObject({
        code: 'conflict',
      });
    });

    test('writes what is large in parts, and tells how far it is', async () => {
      const bytes = randomBytes(20 * 1024 ** 2);
      const progress: number[] = [];

      const options = { onProgress: (sent: number) => progress.push(sent) };
      const generation = await store.write('large.onnx', bytes, 'absent', options);

      const expected = { bytes: bytes.length, sha256: sha256(bytes) };
      expect(await store.read('large.onnx', { expected })).toMatchObject({ generation });
      expect(progress.at(-1)).toBe(bytes.length);
      expect(progress).toEqual([...progress].sort((a, b) => a - b));
      await expect(store.write('large.onnx', bytes, 'absent')).rejects.toMatchObject({ code: 'conflict' });
    });

    test('refuses a name outside of the store', async () => {
      await expect(store.write('../outside', Buffer.from('1'), 'absent')).rejects.toMatchObject({
        code: 'object-not-found',
      });
    });

    test('lets exactly one of 20 racing creators win', async () => {
      await expectOneWinner(store, 'absent');
    });

    test('lets exactly one of 20 racing replacements win', async () => {
      await expectOneWinner(store, await store.write('model.json', Buffer.from('before'), 'absent'));
    });
  });
}

async function expectOneWinner(store: Store, ifGeneration: string): Promise<void> {
  const writers = Array.from({ length: 20 }, (_, index) => Buffer.from(`writer ${index}`));

  const outcomes = await Promise.allSettled(
    writers.map((bytes) => store.write('model.json', bytes, ifGeneration)),
  );

  const winners = writers.filter((_, index) => outcomes[index]?.status === 'fulfilled').map(String);
  const failures = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason.code] : [],
  );
  expect(winners).toEqual([text(await store.read('model.json'))]);
  expect(failures).toEqual(Array(19).fill('conflict'));
}

function text({ bytes }: { readonly bytes: Uint8Array }): string {
  return Buffer.from(bytes).toString();
}

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
