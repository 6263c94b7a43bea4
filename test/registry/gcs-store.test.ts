import { createGcsStore, type GcsLimits } from '../../shared/registry/gcs-store';
import type { Store } from '../../shared/registry/store';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';
import { type InterferingProxy, startInterferingProxy } from '../interfering-proxy';
import { describeStoreContract } from './store-contract';

const ONE = Buffer.from('1');
const QUICK: Partial<GcsLimits> = { requestMs: 1_000, firstDelayMs: 5, maxDelayMs: 20 };

describeWithEmulator('a store in a bucket', () => {
  let emulator: GcsEmulator;
  let proxy: InterferingProxy;
  let stores = 0;

  beforeAll(async () => {
    emulator = await startGcsEmulator();
    proxy = await startInterferingProxy(emulator.endpoint);
    await emulator.createBucket('models');
  });

  afterAll(async () => {
    await proxy?.close();
    await emulator?.stop();
  });

  function openEmptyStore(endpoint: string, limits: Partial<GcsLimits> = {}): Store {
    return createGcsStore({ bucket: 'models', prefix: `team/store-${++stores}`, endpoint, limits });
  }

  describeStoreContract(async () => openEmptyStore(emulator.endpoint));

  test('reads what was uploaded by other means, under its prefix', async () => {
    const store = createGcsStore({ bucket: 'models', prefix: 'uploaded', endpoint: emulator.endpoint });
    await emulator.upload('models', 'uploaded/iris/model.json', Buffer.from('{}'));
    await emulator.upload('models', 'uploaded-too/iris/model.json', Buffer.from('{}'));

    expect(await store.list('')).toEqual(['iris/']);
    expect((await store.read('iris/model.json')).bytes).toHaveLength(2);
    expect(store.uri).toBe('gs://models/uploaded');
  });

  test('may be a whole bucket', async () => {
    await emulator.createBucket('whole');
    const store = createGcsStore({ bucket: 'whole', endpoint: emulator.endpoint });

    await store.write('iris/model.json', ONE, 'absent');

    expect(await store.list('')).toEqual(['iris/']);
    expect(store.uri).toBe('gs://whole');
  });

  test('leaves out the hidden names and the empty object that some tools make for a folder', async () => {
    const store = openEmptyStore(emulator.endpoint);
    for (const name of ['iris/', 'iris/.DS_Store', 'iris/model.json']) {
      await emulator.upload('models', `team/store-${stores}/${name}`, Buffer.from(''));
    }

    expect(await store.list('iris/')).toEqual(['model.json']);
  });

  test('asks once for an object, and never about the bucket', async () => {
    const store = openEmptyStore(proxy.endpoint);
    await store.write('model.json', ONE, 'absent');
    const before = proxy.requests.length;

    await store.read('model.json');

    const asked = proxy.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
    expect(asked).toEqual([`GET /storage/v1/b/models/o/team%2Fstore-${stores}%2Fmodel.json?alt=media`]);
  });

  test('says that the bucket may not exist', async () => {
    const store = createGcsStore({ bucket: 'no-such-bucket', endpoint: emulator.endpoint });

    await expect(store.list('')).rejects.toMatchObject({
      code: 'store-unavailable',
      message: 'the store answered 404: does the bucket exist?',
    });
  });

  test('names every object of a listing with more than one page', async () => {
    const page = (names: readonly string[], nextPageToken?: string) => ({
      status: 200,
      body: JSON.stringify({
        kind: 'storage#objects',
        items: names.map((name) => ({ name })),
        nextPageToken,
      }),
    });
    const store = createGcsStore({ bucket: 'models', endpoint: proxy.endpoint });
    proxy.script('GET', page(['a', 'b'], 'more'), page([], 'yet more'), page(['c']));

    expect(await store.list('')).toEqual(['a', 'b', 'c']);
    expect(
      proxy.requests.slice(-2).map(({ path }) => new URL(path, 'http://x').searchParams.get('pageToken')),
    ).toEqual(['more', 'yet more']);
  });

  describe('when the network fails', () => {
    let store: Store;

    beforeEach(() => {
      store = openEmptyStore(proxy.endpoint, QUICK);
    });

    test.each([
      ['a 503', { status: 503, body: '' }],
      ['a lost request', 'lose-request'],
      ['a lost answer', 'lose-answer'],
      ['silence', 'silence'],
      ['a web page', { status: 200, body: '<html>' }],
    ] as const)('a listing survives %s', async (_, interference) => {
      await store.write('model.json', ONE, 'absent');
      proxy.script('GET', interference);

      expect(await store.list('')).toEqual(['model.json']);
    });

    test.each([
      ['a 503', { status: 503, body: '' }],
      ['a lost request', 'lose-request'],
      ['a lost answer, though it was written', 'lose-answer'],
      ['silence', 'silence'],
      ['a web page', { status: 200, body: '<html>' }],
    ] as const)('a write survives %s', async (_, interference) => {
      proxy.script('POST', interference);

      const generation = await store.write('model.json', ONE, 'absent');

      expect(await store.read('model.json')).toMatchObject({ generation });
    });

    test('a write of which both the answer and the first look were lost is recognised by its writer', async () => {
      proxy.script('POST', 'lose-answer');
      proxy.script('GET', 'lose-request');

      const generation = await store.write('model.json', ONE, 'absent');

      expect(await store.read('model.json')).toMatchObject({ generation });
      expect(proxy.requests.slice(-5, -1).map(({ method }) => method)).toEqual([
        'POST',
        'GET',
        'POST',
        'GET',
      ]);
    });

    test('a write that was lost is a conflict when somebody else wrote meanwhile', async () => {
      await emulator.upload('models', `team/store-${stores}/model.json`, Buffer.from('theirs'));
      proxy.script('POST', 'lose-request');

      await expect(store.write('model.json', ONE, 'absent')).rejects.toMatchObject({ code: 'conflict' });
    });

    test('a failure that stays is a typed error, and the next call after it succeeds', async () => {
      const unwell = Array(5).fill({ status: 503, body: '' });
      proxy.script('GET', ...unwell);

      await expect(store.list('')).rejects.toMatchObject({
        code: 'store-unavailable',
        message: 'the store answered 503, 5 times in a row',
      });
      expect(await store.list('')).toEqual([]);
    });

    test('a refusal is not tried again', async () => {
      proxy.script('POST', { status: 403, body: '{"error":{"code":403}}' });
      const before = proxy.requests.length;

      await expect(store.write('model.json', ONE, 'absent')).rejects.toMatchObject({
        code: 'store-unavailable',
      });
      expect(proxy.requests.length - before).toBe(1);
    });

    test('the deadline holds when the store never answers', async () => {
      const hurried = openEmptyStore(proxy.endpoint, { ...QUICK, listMs: 200, writeMs: 200 });
      proxy.script('GET', 'silence');
      proxy.script('POST', 'silence');

      const late = { code: 'store-unavailable', message: 'the store did not finish within 200 ms' };
      await expect(hurried.list('')).rejects.toMatchObject(late);
      await expect(hurried.write('model.json', ONE, 'absent')).rejects.toMatchObject(late);
    });
  });
});
