import { createGcsStore } from '../../shared/registry/gcs-store';
import type { Store } from '../../shared/registry/store';
import { type FaultServer, reset, startFaultServer, status, whole } from '../fault-server';

const LIMITS = { headersMs: 500, idleMs: 500, requestMs: 500, firstDelayMs: 5, maxDelayMs: 20 };

let server: FaultServer;
let store: Store;
let generation: string;

beforeAll(async () => {
  server = await startFaultServer();
  store = createGcsStore({ bucket: 'models', endpoint: server.endpoint, limits: LIMITS });
});

afterAll(() => server.close());

beforeEach(async () => {
  server.heal();
  server.put('model.json', Buffer.from('{}'));
  generation = (await store.read('model.json')).generation;
});

describe('readIfChanged() of a bucket', () => {
  test('is one request, which the store answers with 304 and nothing else', async () => {
    const before = server.requests.length;

    expect(await store.readIfChanged('model.json', generation)).toBeUndefined();

    const [request, ...others] = server.requests.slice(before);
    expect(request?.query.get('ifGenerationNotMatch')).toBe(generation);
    expect(others).toEqual([]);
  });

  test('brings the new bytes in the same request', async () => {
    server.put('model.json', Buffer.from('{"new":true}'));
    const before = server.requests.length;

    const object = await store.readIfChanged('model.json', generation);

    expect(Buffer.from(object?.bytes ?? []).toString()).toBe('{"new":true}');
    expect(server.requests.length - before).toBe(1);
  });

  test('survives a store that takes no notice of the condition', async () => {
    server.always('model.json', whole);

    expect(await store.readIfChanged('model.json', generation)).toBeUndefined();
  });

  test('survives a lost connection', async () => {
    server.put('model.json', Buffer.from('{"new":true}'));
    server.script('model.json', reset, status(503));

    expect(await store.readIfChanged('model.json', generation)).toBeDefined();
    expect(server.unused('model.json')).toBe(0);
  });
});

describe('remove() from a bucket', () => {
  test('removes the generation it was given', async () => {
    await store.remove('model.json', generation);

    expect(server.has('model.json')).toBe(false);
  });

  test('leaves alone what somebody else wrote meanwhile', async () => {
    server.put('model.json', Buffer.from('{"theirs":true}'));

    await expect(store.remove('model.json', generation)).rejects.toMatchObject({ code: 'conflict' });
    expect(server.has('model.json')).toBe(true);
  });

  test.each([
    ['the answer is lost', reset],
    ['the store is unwell', status(503)],
  ])('asks again when %s, and is content that nothing is there', async (_, answer) => {
    server.script('model.json', answer);

    await store.remove('model.json', generation);

    expect(server.has('model.json')).toBe(false);
  });
});
