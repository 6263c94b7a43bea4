import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findGarbage, type Garbage, type Removed, removeGarbage } from '../../shared/registry/garbage';
import { createGcsStore } from '../../shared/registry/gcs-store';
import { createLocalStore } from '../../shared/registry/local-store';
import { publish } from '../../shared/registry/publish';
import { createRegistry } from '../../shared/registry/registry';
import { promote, rollback } from '../../shared/registry/state-changes';
import { changeState } from '../../shared/registry/state-editor';
import type { Store } from '../../shared/registry/store';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';
import { type InterferingProxy, startInterferingProxy } from '../interfering-proxy';
import { NOTE, publishTexts, textVersion } from './published-registry';

const HOUR_MS = 3_600_000;

let store: Store;

const versions = () => createRegistry(store).versions('iris');
const change = (made: Parameters<typeof changeState>[2]) => changeState(store, 'iris', made, { note: NOTE });
const remove = (garbage: Garbage) => removeGarbage(store, 'iris', garbage, NOTE);
const find = (options: Partial<Parameters<typeof findGarbage>[2]> = {}) =>
  findGarbage(store, 'iris', { keep: 0, unfinishedMs: HOUR_MS, now: Date.now(), ...options });

/** What a publisher leaves behind that is killed before it has written the manifest. */
const leaveUnfinished = (version: string) =>
  store.write(`iris/${version}/model.onnx`, Buffer.from(version), 'absent');

describe('garbage of a registry in a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'garbage-'));
    store = createLocalStore(folder);
  });
  afterEach(() => rm(folder, { recursive: true }));

  describeGarbage();
});

describeWithEmulator('garbage of a registry in a bucket', () => {
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
  beforeEach(() => {
    store = createGcsStore({ bucket: 'models', prefix: `garbage-${++stores}`, endpoint: proxy.endpoint });
  });

  describeGarbage();

  test('stays where somebody is about to finish it', async () => {
    await leaveUnfinished('1.0.0');
    const found = await find({ now: Date.now() + 2 * HOUR_MS });
    const bucket = store;
    let removed: Removed | undefined;
    store = {
      ...bucket,
      async write(key, bytes, ifGeneration) {
        if (key.endsWith('manifest.json')) removed = await remove(found);
        return bucket.write(key, bytes, ifGeneration);
      },
    };

    await publish(store, textVersion('1.0.0'), { note: NOTE });

    expect(removed?.unfinished).toEqual([]);
    const manifest = await createRegistry(store).manifest('iris', '1.0.0');
    expect(String(await createRegistry(store).artifact(manifest))).toBe('1.0.0');
  });
});

function describeGarbage(): void {
  test('is what nothing is routed to, and neither the newest nor what a rollback would need', async () => {
    await publishTexts(store, '1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0');
    await change(promote('1.2.0'));

    expect((await find()).versions).toEqual(['1.1.0', '1.3.0', '1.4.0']);
    expect((await find({ keep: 2 })).versions).toEqual(['1.1.0']);
  });

  test('is not what answers where nothing was ever decided', async () => {
    await publishTexts(store, '1.0.0', '1.1.0');
    const { generation } = (await store.stat('iris/model.json')) ?? {};
    await store.remove('iris/model.json', generation ?? '');

    expect((await find()).versions).toEqual(['1.0.0']);
  });

  test('is removed whole, and its number is not given away again', async () => {
    await publishTexts(store, '1.0.0', '1.1.0');

    await remove(await find());

    expect(await versions()).toEqual(['1.0.0']);
    expect(await store.list('iris/')).toEqual(['1.0.0/', 'model.json']);
    await expect(publishTexts(store, '1.1.0')).rejects.toMatchObject({ code: 'conflict' });
  });

  test('leaves what can be rolled back to', async () => {
    await publishTexts(store, '1.0.0', '1.1.0');
    await change(promote('1.1.0'));

    await remove(await find());
    await change(rollback());

    expect(await versions()).toEqual(['1.0.0', '1.1.0']);
  });

  test('is not removed when the model was changed since it was found', async () => {
    await publishTexts(store, '1.0.0', '1.1.0');
    const found = await find();
    await change(promote('1.1.0'));

    await expect(remove(found)).rejects.toMatchObject({
      code: 'conflict',
      members: { state: { aliases: { production: '1.1.0' } } },
    });
    expect(await versions()).toEqual(['1.0.0', '1.1.0']);
  });

  test('cannot be promoted once it is being removed', async () => {
    await publishTexts(store, '1.0.0', '1.1.0');
    const seen = await createRegistry(store).state('iris');
    const found = await find();

    const outcomes = await Promise.allSettled([
      remove(found),
      changeState(store, 'iris', promote('1.1.0'), { note: NOTE, seen }),
    ]);

    const { state } = await createRegistry(store).state('iris');
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await versions()).toContain(state.aliases['production']);
  });

  test('is what was never finished, when it is old', async () => {
    await publishTexts(store, '1.0.0');
    await leaveUnfinished('1.1.0');
    const young = await find();

    const old = await find({ now: Date.now() + 2 * HOUR_MS });
    await remove(old);

    expect(young.unfinished).toEqual([]);
    expect(old.unfinished.map(({ version }) => version)).toEqual(['1.1.0']);
    expect(await store.list('iris/')).toEqual(['1.0.0/', 'model.json']);
  });

  test('is nothing that has been finished since it was found', async () => {
    await leaveUnfinished('1.0.0');
    const found = await find({ now: Date.now() + 2 * HOUR_MS });
    await publishTexts(store, '1.0.0');

    expect((await remove(found)).unfinished).toEqual([]);
    expect(await store.list('iris/1.0.0/')).toEqual(['manifest.json', 'model.onnx']);
  });

  test('is the rest of a removal that was broken off', async () => {
    await publishTexts(store, '1.0.0', '1.1.0');
    const whole = store;
    store = {
      ...whole,
      async remove(key, generation) {
        if (key.endsWith('model.onnx')) throw new Error('the process was killed');
        return whole.remove(key, generation);
      },
    };
    await expect(remove(await find())).rejects.toThrow('the process was killed');
    store = whole;

    await remove(await find({ now: Date.now() + 2 * HOUR_MS }));

    expect(await store.list('iris/')).toEqual(['1.0.0/', 'model.json']);
  });
}
