import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGcsStore } from '../../shared/registry/gcs-store';
import { createLocalStore } from '../../shared/registry/local-store';
import { promote } from '../../shared/registry/state-changes';
import { changeState } from '../../shared/registry/state-editor';
import { describeWithEmulator, type GcsEmulator, startGcsEmulator } from '../gcs-emulator';
import { type InterferingProxy, startInterferingProxy } from '../interfering-proxy';
import { NOTE, publishTexts } from './published-registry';
import { describeRegistryWrites } from './registry-writes';

describe('a registry in a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'registry-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  describeRegistryWrites(async () => createLocalStore(folder));
});

describeWithEmulator('a registry in a bucket', () => {
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

  const openStore = (endpoint: string) =>
    createGcsStore({
      bucket: 'models',
      prefix: `registry-${++stores}`,
      endpoint,
      limits: { requestMs: 2_000, firstDelayMs: 5, maxDelayMs: 20 },
    });

  describeRegistryWrites(async () => openStore(emulator.endpoint));

  test('settles a change whose answer was lost by what is there', async () => {
    const store = openStore(proxy.endpoint);
    await publishTexts(store, '1.0.0');
    proxy.script('POST', 'lose-answer');

    const { state } = await changeState(store, 'iris', promote('1.0.0', 'staging'), { note: NOTE });

    expect(state.history?.map(({ action }) => action)).toEqual(['publish', 'alias']);
  });
});
