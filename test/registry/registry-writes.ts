import { routingOf } from '../../shared/registry/model-state';
import { publish, unfinishedVersions } from '../../shared/registry/publish';
import { createRegistry } from '../../shared/registry/registry';
import { promote, retire, setShadow, splitTraffic } from '../../shared/registry/state-changes';
import { changeState } from '../../shared/registry/state-editor';
import type { Store } from '../../shared/registry/store';
import { NOTE, publishTexts, textVersion } from './published-registry';

/** What writing to a registry must keep, in whatever store. Each test gets a fresh, empty store. */
export function describeRegistryWrites(openEmptyStore: () => Promise<Store>): void {
  let store: Store;

  beforeEach(async () => {
    store = await openEmptyStore();
  });

  const versions = () => createRegistry(store).versions('iris');
  const state = () => createRegistry(store).state('iris');

  describe('publish()', () => {
    test('puts a version there whole, and makes the first one the production version', async () => {
      await publishTexts(store, '1.0.0', '1.1.0');

      expect(await versions()).toEqual(['1.0.0', '1.1.0']);
      expect(routingOf((await state()).state)).toEqual({ aliases: { production: '1.0.0' } });
    });

    test('never changes a version that is there', async () => {
      await publishTexts(store, '1.0.0');

      const publishing = publish(store, textVersion('1.0.0', 'other bytes'), { note: NOTE });

      await expect(publishing).rejects.toMatchObject({
        code: 'conflict',
        message: 'iris/1.0.0 is published already, and a version never changes: publish under a new one',
      });
      const manifest = await createRegistry(store).manifest('iris', '1.0.0');
      expect(String(await createRegistry(store).artifact(manifest))).toBe('1.0.0');
    });

    test('leaves nothing to be served when it is broken off, and goes on where it stopped', async () => {
      const version = textVersion('1.0.0');
      const isBroken = {
        ...store,
        async write(key: string, bytes: Uint8Array, ifGeneration: string) {
          if (key.endsWith('manifest.json')) throw new Error('the writer was killed');
          return store.write(key, bytes, ifGeneration);
        },
      };

      await expect(publish(isBroken, version, { note: NOTE })).rejects.toThrow('the writer was killed');
      const meanwhile = [await versions(), await unfinishedVersions(store, 'iris')];
      await publish(store, version, { note: NOTE });

      expect(meanwhile).toEqual([[], ['1.0.0']]);
      expect(await versions()).toEqual(['1.0.0']);
      expect(await unfinishedVersions(store, 'iris')).toEqual([]);
    });

    test('goes on where it stopped when it was broken off before the state said so', async () => {
      const version = textVersion('1.0.0');
      const isBroken = {
        ...store,
        async write(key: string, bytes: Uint8Array, ifGeneration: string) {
          if (key.endsWith('model.json')) throw new Error('the writer was killed');
          return store.write(key, bytes, ifGeneration);
        },
      };

      await expect(publish(isBroken, version, { note: NOTE })).rejects.toThrow('the writer was killed');
      const outcome = await publish(store, version, { note: NOTE });

      expect(outcome).toBe('unchanged');
      expect((await state()).state.aliases).toEqual({ production: '1.0.0' });
    });

    test('changes nothing when the same is published again', async () => {
      await publishTexts(store, '1.0.0');
      const before = await state();

      expect(await publish(store, textVersion('1.0.0'), { note: NOTE })).toBe('unchanged');
      expect(await state()).toEqual(before);
    });

    test('takes no file that is not what the manifest says', async () => {
      const version = { ...textVersion('1.0.0'), read: async () => Buffer.from('2.0.0') };

      const publishing = publish(store, version, { note: NOTE });

      await expect(publishing).rejects.toMatchObject({ code: 'corrupt-artifact' });
      expect(await store.list('')).toEqual([]);
    });

    test('does not give the number of a version that was removed to another one', async () => {
      await publishTexts(store, '1.0.0', '2.0.0');
      await changeState(store, 'iris', retire(['2.0.0']), { note: NOTE });

      await expect(publish(store, textVersion('2.0.0', 'another'), { note: NOTE })).rejects.toMatchObject({
        code: 'conflict',
        message:
          'iris/2.0.0 was there and has been removed, and a version never changes: publish under a new one',
      });
    });

    test('does not mix its files with those of another one that was broken off', async () => {
      await store.write('iris/1.0.0/model.onnx', Buffer.from('left behind'), 'absent');

      const publishing = publish(store, textVersion('1.0.0'), { note: NOTE });

      await expect(publishing).rejects.toMatchObject({ code: 'conflict' });
      expect(await versions()).toEqual([]);
    });

    test('lets one of 8 win who publish different models as the same version, whole', async () => {
      const writers = Array.from({ length: 8 }, (_, index) => textVersion('1.0.0', `writer ${index}`));

      const outcomes = await Promise.allSettled(
        writers.map((version) => publish(store, version, { note: NOTE })),
      );

      const winners = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
      const failures = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason.code] : [],
      );
      const manifest = await createRegistry(store).manifest('iris', '1.0.0');
      expect(winners).toHaveLength(1);
      expect(failures).toEqual(Array(7).fill('conflict'));
      expect(String(await createRegistry(store).artifact(manifest))).toBe(`writer ${winners[0]}`);
    });

    test('does no harm to 8 who publish the same, and notes it once', async () => {
      await Promise.all(
        Array.from({ length: 8 }, () => publish(store, textVersion('1.0.0'), { note: NOTE })),
      );

      expect((await state()).state.history).toHaveLength(1);
    });

    test('notes all of 8 who publish different versions at the same time', async () => {
      const numbers = Array.from({ length: 8 }, (_, index) => `1.0.${index}`);

      await Promise.all(numbers.map((number) => publishTexts(store, number)));

      expect(await versions()).toEqual(numbers);
      const noted = (await state()).state.history?.flatMap(({ versions: published = [] }) => published);
      expect(noted?.sort()).toEqual(numbers);
    });
  });

  describe('changeState()', () => {
    test('lets one of 8 win who promote at the same time, and tells the others what is there now', async () => {
      const numbers = Array.from({ length: 8 }, (_, index) => `1.0.${index}`);
      await publishTexts(store, ...numbers);
      const seen = await state();

      const outcomes = await Promise.allSettled(
        numbers.map((number) => changeState(store, 'iris', promote(number, 'staging'), { note: NOTE, seen })),
      );

      const winner = numbers.filter((_, index) => outcomes[index]?.status === 'fulfilled');
      const now = routingOf((await state()).state);
      expect(winner).toHaveLength(1);
      expect(now.aliases['staging']).toBe(winner[0]);
      const losers = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(losers).toHaveLength(7);
      for (const loser of losers) {
        expect(loser).toMatchObject({ code: 'conflict', members: { state: { aliases: expect.anything() } } });
        expect(loser.message).toContain('look at its state and decide again');
      }
    });

    test('loses no change of 8 who each look again after losing', async () => {
      await publishTexts(store, '1.0.0');
      const aliases = Array.from({ length: 8 }, (_, index) => `team-${index}`);
      async function insist(alias: string): Promise<void> {
        try {
          await changeState(store, 'iris', promote('1.0.0', alias), { note: NOTE });
        } catch (error) {
          if ((error as { code?: string }).code !== 'conflict') throw error;
          return insist(alias);
        }
      }

      await Promise.all(aliases.map(insist));

      const { state: now } = await state();
      expect(Object.keys(now.aliases).sort()).toEqual(['production', ...aliases].sort());
      expect(now.history?.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    test('does not care what the clocks of those say who change it', async () => {
      await publishTexts(store, '1.0.0', '1.1.0');
      const future = { by: 'ann', at: '2099-01-01T00:00:00.000Z' };
      const past = { by: 'bob', at: '1999-01-01T00:00:00.000Z' };

      await changeState(store, 'iris', promote('1.1.0'), { note: future });
      const { state: now } = await changeState(store, 'iris', promote('1.0.0'), { note: past });

      expect(routingOf(now).aliases).toEqual({ production: '1.0.0' });
      expect(now.history?.map(({ sequence, by }) => [sequence, by])).toEqual([
        [1, 'ann'],
        [2, 'ann'],
        [3, 'ann'],
        [4, 'bob'],
      ]);
    });

    test('refuses a version that is not there, naming those that are', async () => {
      await publishTexts(store, '1.0.0');

      const changing = changeState(store, 'iris', splitTraffic({ '1.0.0': 50, '2.0.0': 50 }), { note: NOTE });

      await expect(changing).rejects.toMatchObject({
        code: 'object-not-found',
        message: 'model "iris" has no complete version 2.0.0; versions: 1.0.0',
      });
    });

    test('refuses a model that is not there, and leaves nothing of it behind', async () => {
      const changing = changeState(store, 'nope', setShadow(undefined), { note: NOTE });

      await expect(changing).rejects.toMatchObject({
        code: 'object-not-found',
        message: `there is no model "nope" in ${store.uri}`,
      });
      expect(await store.list('')).toEqual([]);
    });

    test('does not touch a state that it cannot read', async () => {
      await publishTexts(store, '1.0.0');
      const { generation } = await store.read('iris/model.json');
      await store.write('iris/model.json', Buffer.from('{"schema_version": 1, "ali'), generation);

      const changing = changeState(store, 'iris', promote('1.0.0'), { note: NOTE });

      await expect(changing).rejects.toMatchObject({ code: 'invalid-manifest' });
      expect(String((await store.read('iris/model.json')).bytes)).toBe('{"schema_version": 1, "ali');
    });
  });
}
