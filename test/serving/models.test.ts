import { createLocalStore } from '../../shared/registry/local-store';
import { createRegistry } from '../../shared/registry/registry';
import { createSession, type Session } from '../../shared/runtime/session';
import { readConfig } from '../../shared/serving/config';
import { createModels, type LoadReport } from '../../shared/serving/models/models';
import { createTensorRegistry, identityModel, type TensorRegistry } from '../tensor-models';

let registry: TensorRegistry;
beforeAll(() => {
  const model = identityModel('float32', ['N', 2]);
  registry = createTensorRegistry({ a: model, b: model, c: model });
});
afterAll(() => registry.remove());

interface Opened {
  readonly models: ReturnType<typeof createModels>;
  readonly loads: LoadReport[];
  readonly released: string[];
}

/** Sessions are real; what is released is written down. */
function open(env: Record<string, string> = {}): Opened {
  const loads: LoadReport[] = [];
  const released: string[] = [];
  const config = readConfig({ MODEL_REGISTRY: registry.root, MODEL_NAME: 'a', ...env });
  const models = createModels(config, {
    openRegistry: async () => createRegistry(createLocalStore(registry.root)),
    async createSession(bytes, options): Promise<Session> {
      const session = await createSession(bytes, options);
      const name = `session ${loads.length + 1}`;
      return {
        ...session,
        release: async () => {
          released.push(name);
          await session.release();
        },
      };
    },
    threads: 1,
    now: () => performance.now(),
    onFailure: () => {},
    onLoad: (load) => loads.push(load),
    onSwitch: () => {},
  });
  return { models, loads, released };
}

const ROW = { x: { type: 'float32', dims: [1, 2], data: new Float32Array([1, 2]) } } as const;

describe('the models of a process', () => {
  test('are loaded once each, whoever asks', async () => {
    const { models, loads } = open();

    await Promise.all([
      models.get(),
      models.get({ name: 'a' }),
      models.get({ name: 'b' }),
      models.get({ name: 'b' }),
    ]);
    await models.get({ name: 'b', version: '1.0.0' });

    expect(loads.map(({ name, outcome }) => [name, outcome]).sort()).toEqual([
      ['a', 'ok'],
      ['b', 'ok'],
    ]);
    expect(models.peek()?.manifest.name).toBe('a');
    expect(models.peek({ name: 'b', version: '1.0.0' })?.manifest.name).toBe('b');
  });

  test.each([
    ['a model', { name: 'z' }, 'there is no model "z"; models: a, b, c'],
    ['a name that is no name', { name: '../a' }, 'there is no model "../a"; models: a, b, c'],
    [
      'a version',
      { version: '2.0.0' },
      'model "a" has no version or alias "2.0.0"; versions: 1.0.0; aliases: none',
    ],
    [
      'an alias',
      { version: 'toString' },
      'model "a" has no version or alias "toString"; versions: 1.0.0; aliases: none',
    ],
  ])('name what there is when asked for %s that there is not', async (_what, ref, message) => {
    const { models, loads } = open();

    await expect(models.get(ref)).rejects.toMatchObject({ code: 'model-not-found', status: 404, message });
    expect(loads).toEqual([]);
  });

  test('make room: the one asked for longest ago is freed', async () => {
    const { models, released } = open({ MAX_LOADED_MODELS: '2' });

    await models.get({ name: 'a' });
    await models.get({ name: 'b' });
    await models.get({ name: 'a' });
    await models.get({ name: 'c' });
    await new Promise(setImmediate);

    expect(released).toEqual(['session 2']);
    expect(models.peek({ name: 'b', version: '1.0.0' })).toBeUndefined();
    expect(models.peek({ name: 'a' })?.manifest.name).toBe('a');
  });

  test('are not freed while they run or are held', async () => {
    const { models, released } = open({ MAX_LOADED_MODELS: '1' });
    const served = await models.get({ name: 'a' });
    const letGo = served.hold();
    const running = served.runTensors(ROW);

    await models.get({ name: 'b' });
    const { outputs } = await running;
    const beforeLettingGo = [...released];
    letGo();
    letGo();
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

    expect(outputs['y']?.data).toEqual(new Float32Array([1, 2]));
    expect(beforeLettingGo).toEqual([]);
    expect(released).toEqual(['session 1']);
  });

  test('are asked for by more callers than there is room for, and all are answered', async () => {
    const { models } = open({ MAX_LOADED_MODELS: '1' });
    const ask = async (name: string) => (await models.get({ name })).runTensors(ROW);

    const answers = await Promise.all(Array.from({ length: 90 }, (_, index) => ask('abc'.charAt(index % 3))));

    expect(answers.map(({ outputs }) => outputs['y']?.data)).toEqual(
      answers.map(() => new Float32Array([1, 2])),
    );
  });

  test('take the signature of the ONNX file where the manifest has none', async () => {
    const { models } = open();

    const { signature, tabular } = await models.get();

    expect(tabular).toBeUndefined();
    expect(signature.inputs).toEqual([{ name: 'x', type: 'float32', shape: ['N', 2] }]);
  });
});
