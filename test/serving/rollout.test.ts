import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry } from '../../shared/registry/registry';
import { promote, rollback, splitTraffic } from '../../shared/registry/state-changes';
import { createSession } from '../../shared/runtime/session';
import { json, openTestApp, predictRequest, type TestApp } from '../test-app';
import { createVersionsRegistry, type VersionsRegistry } from '../versions-registry';

const ROW = predictRequest({ features: [5.1, 3.5, 1.4, 0.2] });
const CHECK_MS = 5_000;
const MAX_AGE_MS = 60_000;

let registry: VersionsRegistry;
/** Milliseconds on the clock of the service, for a test to move. */
let clock: number;
let released: number;
let service: TestApp;

beforeEach(async () => {
  registry = createVersionsRegistry('1.1.0', '2.0.0');
  await registry.change(promote('1.1.0', 'staging'));
  clock = 0;
  released = 0;
  service = open();
});

afterEach(() => registry.remove());

const file = (...names: string[]) => join(registry.root, 'iris', ...names);

function open(env: Record<string, string> = {}): TestApp {
  return openTestApp(
    { MODEL_REGISTRY: registry.root, ...env },
    {
      now: () => clock,
      async createSession(bytes, options) {
        const session = await createSession(bytes, options);
        return {
          ...session,
          release: async () => {
            released += 1;
            await session.release();
          },
        };
      },
    },
  );
}

/** What answers one request, and why. */
async function ask(request: Parameters<TestApp['request']>[0] = ROW): Promise<string> {
  const { status, headers } = await service.request(request);
  return `${status} ${headers['x-model-version']} ${headers['x-version-reason']}`;
}

/** Has the service look at the state, and waits until it has done what that asks for. */
async function look(): Promise<string> {
  clock += MAX_AGE_MS;
  return ask();
}

const errors = () => service.entries.filter(({ severity }) => severity === 'ERROR');

describe('a split over more versions than may be loaded', () => {
  const warnings = () => service.entries.filter(({ severity }) => severity === 'WARNING');
  const WARNING = {
    severity: 'WARNING',
    message:
      'iris is split over 2 versions, of which 1 may be loaded: they push each other out (MAX_LOADED_MODELS)',
    model: 'iris',
    versions: ['1.0.0', '1.1.0'],
    'logging.googleapis.com/labels': { model: 'iris' },
  };

  test('is warned of once, when an instance that starts reads it', async () => {
    await registry.change(splitTraffic({ '1.0.0': 50, '1.1.0': 50 }));
    service = open({ MAX_LOADED_MODELS: '1' });

    for (let i = 0; i < 4; i++) await ask();

    expect(warnings()).toEqual([WARNING]);
  });

  test('is warned of once, when one that runs reads it', async () => {
    service = open({ MAX_LOADED_MODELS: '1' });
    await ask();
    await registry.change(splitTraffic({ '1.0.0': 50, '1.1.0': 50 }));

    await look();
    await look();

    expect(warnings()).toEqual([WARNING]);
  });

  test('is not where all of them may be', async () => {
    await registry.change(splitTraffic({ '1.0.0': 50, '1.1.0': 50 }));
    service = open({ MAX_LOADED_MODELS: '2' });

    for (let i = 0; i < 4; i++) await ask();

    expect(warnings()).toEqual([]);
  });
});

describe('the version of an answer', () => {
  test('is the production version, and the answer, its headers and the log say so', async () => {
    const response = await service.request(ROW);

    expect(json(response)).toMatchObject({ model_version: '1.0.0' });
    expect(response.headers).toMatchObject({ 'x-model-version': '1.0.0', 'x-version-reason': 'default' });
    expect(service.entries.at(-1)).toMatchObject({ version: '1.0.0', versionReason: 'default' });
  });

  test.each([
    ['the query', { ...ROW, path: '/predict?version=1.1.0' }, '200 1.1.0 pinned'],
    ['an alias in the query', { ...ROW, path: '/predict?version=staging' }, '200 1.1.0 alias'],
    [
      'the body',
      predictRequest({ features: [5.1, 3.5, 1.4, 0.2], model_version: '1.1.0' }),
      '200 1.1.0 pinned',
    ],
    [
      'an alias in a body of bare features',
      predictRequest({
        sepal_length: 5.1,
        sepal_width: 3.5,
        petal_length: 1.4,
        petal_width: 0.2,
        model_version: 'staging',
      }),
      '200 1.1.0 alias',
    ],
    [
      'a batch',
      {
        ...predictRequest({ instances: [[5.1, 3.5, 1.4, 0.2]], model_version: '1.1.0' }),
        path: '/predict/batch',
      },
      '200 1.1.0 pinned',
    ],
    [
      'the query of a file of lines',
      {
        method: 'POST',
        path: '/predict/batch?version=1.1.0',
        headers: { 'content-type': 'text/csv' },
        body: 'sepal_length,sepal_width,petal_length,petal_width\n5.1,3.5,1.4,0.2\n',
      },
      '200 1.1.0 pinned',
    ],
    [
      'the path of the Open Inference Protocol',
      {
        ...predictRequest({
          inputs: [{ name: 'X', datatype: 'FP32', shape: [1, 4], data: [5.1, 3.5, 1.4, 0.2] }],
        }),
        path: '/v2/models/iris/versions/1.1.0/infer',
      },
      '200 1.1.0 pinned',
    ],
    [
      'a label of TensorFlow Serving',
      {
        ...predictRequest({ instances: [[5.1, 3.5, 1.4, 0.2]] }),
        path: '/v1/models/iris/labels/staging:predict',
      },
      '200 1.1.0 alias',
    ],
    [
      'the parameters of Vertex AI',
      predictRequest({ instances: [[5.1, 3.5, 1.4, 0.2]], parameters: { model_version: '1.1.0' } }),
      '200 1.1.0 pinned',
    ],
  ])('is the one that is asked for in %s', async (_, request, answer) => {
    expect(await ask(request)).toBe(answer);
  });

  test('is described by modelInfo, with how the model is routed', async () => {
    await registry.change(splitTraffic({ '1.0.0': 75, '1.1.0': 25 }));

    const info = json(await service.request({ path: '/model-info?version=staging' }));

    expect(info).toMatchObject({
      version: '1.1.0',
      versions: ['1.0.0', '1.1.0', '2.0.0'],
      routing: {
        answering: { '1.0.0': 75, '1.1.0': 25 },
        aliases: { production: '1.0.0', staging: '1.1.0' },
        traffic: { '1.0.0': 75, '1.1.0': 25 },
      },
    });
  });

  test('is a 404 that names what there is for one that is not there', async () => {
    const response = await service.request({ ...ROW, path: '/predict?version=3.0.0' });

    expect(response.status).toBe(404);
    expect(json(response)).toMatchObject({
      detail:
        'model "iris" has no version or alias "3.0.0"; versions: 1.0.0, 1.1.0, 2.0.0; aliases: production, staging',
      versions: ['1.0.0', '1.1.0', '2.0.0'],
      aliases: ['production', 'staging'],
    });
  });

  test('is named by a text', async () => {
    const response = await service.request(
      predictRequest({ features: [5.1, 3.5, 1.4, 0.2], model_version: 1 }),
    );

    expect(json(response)).toMatchObject({
      status: 422,
      errors: [{ pointer: '/model_version', detail: 'expected a version or an alias, got the number 1' }],
    });
  });

  test('is pinned by the deployment, whatever is promoted', async () => {
    service = open({ MODEL_VERSION: '1.1.0' });
    await registry.change(promote('2.0.0'));

    expect([await ask(), await look()]).toEqual(['200 1.1.0 pinned', '200 1.1.0 pinned']);
  });
});

describe('traffic that is split', () => {
  beforeEach(() => registry.change(splitTraffic({ '1.0.0': 50, '1.1.0': 50 })));

  test('goes to every version, and a routing key always to the same', async () => {
    const answers = new Map<string, Set<string>>();
    for (let i = 0; i < 60; i++) {
      const key = `user-${i % 20}`;
      const answer = await ask({ ...ROW, headers: { ...ROW.headers, 'x-routing-key': key } });
      answers.set(key, (answers.get(key) ?? new Set()).add(answer));
    }

    expect([...answers.values()].map(({ size }) => size)).toEqual(Array(20).fill(1));
    expect(new Set([...answers.values()].flatMap((seen) => [...seen]))).toEqual(
      new Set(['200 1.0.0 split', '200 1.1.0 split']),
    );
  });

  test('is split by the request id where there is no routing key', async () => {
    const ask40 = Array.from({ length: 40 }, () => ask());

    expect(new Set(await Promise.all(ask40))).toEqual(new Set(['200 1.0.0 split', '200 1.1.0 split']));
  });

  test('is answered by the versions that work', async () => {
    registry.damage('1.1.0');

    const answers = new Set(await Promise.all(Array.from({ length: 40 }, () => ask())));

    for (const answer of answers) expect(answer).toMatch(/^200 1\.0\.0 /);
    expect(errors()).toHaveLength(1);
    expect(errors()[0]).toMatchObject({ code: 'corrupt-artifact' });
  });

  test('may be told to go to one version all the same', async () => {
    expect(await ask({ ...ROW, path: '/predict?version=1.1.0' })).toBe('200 1.1.0 pinned');
  });
});

describe('a running instance', () => {
  test('answers with the new production version once it has looked, and frees the old one', async () => {
    const before = await ask();
    await registry.change(promote('2.0.0'));
    const soon = await ask();

    clock += CHECK_MS;
    const asked = await ask();
    await untilAnsweredBy('2.0.0');

    expect([before, soon, asked]).toEqual(Array(3).fill('200 1.0.0 default'));
    expect(released).toBe(1);
    expect(service.entries).toContainEqual(
      expect.objectContaining({ severity: 'INFO', message: 'iris is answered by 2.0.0, before by 1.0.0' }),
    );
  });

  test('looks before it answers when it was idle for long', async () => {
    await ask();
    await registry.change(promote('2.0.0'));

    expect(await look()).toBe('200 2.0.0 default');
  });

  test('does not look again before its time', async () => {
    let looks = 0;
    service = openTestApp(
      { MODEL_REGISTRY: registry.root },
      {
        now: () => clock,
        openRegistry: async () => {
          const opened = createRegistry(registry.store);
          return {
            ...opened,
            stateIfChanged: (...args) => {
              looks += 1;
              return opened.stateIfChanged(...args);
            },
          };
        },
      },
    );
    for (let request = 0; request < 50; request++) await ask();
    clock += CHECK_MS;
    for (let request = 0; request < 50; request++) await ask();

    expect(looks).toBe(1);
  });

  test('follows an alias without loading what nobody asks for', async () => {
    await ask();
    await registry.change(promote('2.0.0', 'staging'));
    await look();

    expect(await ask({ ...ROW, path: '/predict?version=staging' })).toBe('200 2.0.0 alias');
    expect(await ask()).toBe('200 1.0.0 default');
  });

  test.each([
    ['cannot be loaded', () => registry.damage('2.0.0'), 'corrupt-artifact'],
    ['cannot answer its example', () => breakExample('2.0.0'), 'internal'],
    ['has a broken manifest', () => writeFileSync(file('2.0.0/manifest.json'), '{'), 'invalid-manifest'],
  ])('keeps answering with the old version when the new one %s, and says so once', async (_, harm, code) => {
    await ask();
    harm();
    await registry.change(promote('2.0.0'));

    const answers = [await look(), await ask(), await ask()];

    expect(answers).toEqual(Array(3).fill('200 1.0.0 default'));
    expect(errors()).toEqual([expect.objectContaining({ code })]);
  });

  test('does not switch to a version that was loaded by name and cannot answer its example', async () => {
    await ask();
    breakExample('2.0.0');
    const byName = await ask({ ...ROW, path: '/predict?version=2.0.0' });
    await registry.change(promote('2.0.0'));

    expect([byName, await look(), await ask()]).toEqual([
      '200 2.0.0 pinned',
      '200 1.0.0 default',
      '200 1.0.0 default',
    ]);
    expect(errors()).toHaveLength(1);
  });

  test('knows an alias and a version that are new, at once', async () => {
    await ask();
    registry.add('2.1.0');
    await registry.change(promote('2.1.0', 'canary'));
    clock += 1_000;

    expect(await ask({ ...ROW, path: '/predict?version=canary' })).toBe('200 2.1.0 alias');
    expect(await ask({ ...ROW, path: '/predict?version=2.1.0' })).toBe('200 2.1.0 pinned');
  });

  test('keeps an alias on the version that it led to until the new one can answer', async () => {
    const staging = { ...ROW, path: '/predict?version=staging' };
    const production = { ...ROW, path: '/predict?version=production' };
    const before = [await ask(staging), await ask(production)];
    registry.damage('2.0.0');
    await registry.change(promote('2.0.0', 'staging'));
    await registry.change(promote('2.0.0'));
    await look();
    const broken = [await ask(staging), await ask(production)];
    await registry.change(promote('1.0.0', 'staging'));
    await look();

    expect(before).toEqual(['200 1.1.0 alias', '200 1.0.0 alias']);
    expect(broken).toEqual(before);
    expect(await ask(staging)).toBe('200 1.0.0 alias');
  });

  test('answers by a version that is loaded, whatever the store does', async () => {
    const pinned = { ...ROW, path: '/predict?version=1.1.0' };
    await ask();
    await ask(pinned);
    rmSync(registry.root, { recursive: true });
    clock += 10 * MAX_AGE_MS;

    expect([await ask(pinned), await ask()]).toEqual(['200 1.1.0 pinned', '200 1.0.0 default']);
  });

  test('gives a broken version another try after a while, and at once when it is promoted again', async () => {
    await ask();
    registry.damage('2.0.0');
    await registry.change(promote('2.0.0'));
    await look();
    rmSync(file('2.0.0'), { recursive: true });
    registry.add('2.0.0');

    await registry.change(promote('2.0.0'));

    expect(await look()).toBe('200 2.0.0 default');
  });

  test('goes back at once when it is told to', async () => {
    await registry.change(promote('2.0.0'));
    const before = await ask();
    await registry.change(rollback());

    expect([before, await look()]).toEqual(['200 2.0.0 default', '200 1.0.0 default']);
  });

  test.each([
    ['is cut off', '{"schema_version": 1, "ali'],
    ['names a version that is not there', '{"schema_version":1,"aliases":{"production":"9.9.9"}}'],
  ])('keeps answering when the state %s', async (_, text) => {
    await ask();
    writeFileSync(file('model.json'), text);

    expect([await look(), await look(), await ask()]).toEqual(Array(3).fill('200 1.0.0 default'));
    expect(errors().length).toBeGreaterThan(0);
  });

  test('says once that the state cannot be read, and again only after it could', async () => {
    await ask();
    const good = readFileSync(file('model.json'));
    writeFileSync(file('model.json'), '{');
    await look();
    await look();
    const first = errors().length;
    writeFileSync(file('model.json'), good);
    await look();
    writeFileSync(file('model.json'), '{');
    await look();

    expect([first, errors().length]).toEqual([1, 2]);
  });

  test('finishes on the old session what it has begun', async () => {
    const rows = `sepal_length,sepal_width,petal_length,petal_width\n${'5.1,3.5,1.4,0.2\n'.repeat(5_000)}`;
    const csv = {
      method: 'POST',
      path: '/predict/batch',
      headers: { 'content-type': 'text/csv' },
      body: rows,
    };
    await ask();
    await registry.change(promote('2.0.0'));

    const [whole, next] = await Promise.all([service.request(csv), look()]);

    expect(next).toBe('200 2.0.0 default');
    expect(whole.headers['x-model-version']).toBe('1.0.0');
    expect(String(whole.body).trim().split('\n')).toHaveLength(5_001);
  });
});

test('versions that are loaded share a budget: the one that was asked for longest ago gives way', async () => {
  service = open({ MAX_MODEL_MEMORY_BYTES: '3000000' });
  const pinned = (version: string) => ask({ ...ROW, path: `/predict?version=${version}` });

  const answers = [
    await pinned('1.1.0'),
    await pinned('1.0.0'),
    await pinned('1.1.0'),
    await pinned('2.0.0'),
  ];
  await new Promise(setImmediate);
  const loads = service.entries.length;

  expect(answers).toEqual(['1.1.0', '1.0.0', '1.1.0', '2.0.0'].map((version) => `200 ${version} pinned`));
  expect(released).toBe(1);
  expect(await pinned('1.0.0')).toBe('200 1.0.0 pinned');
  expect(service.entries.slice(loads)).toEqual([expect.objectContaining({ loadMs: expect.any(Number) })]);
});

describe('a new instance', () => {
  test('answers with the version before when the promoted one is broken', async () => {
    registry.damage('2.0.0');
    await registry.change(promote('2.0.0'));

    expect([await ask(), await ask()]).toEqual(['200 1.0.0 default', '200 1.0.0 default']);
    expect(errors()).toEqual([expect.objectContaining({ code: 'corrupt-artifact' })]);
  });

  test('answers with the version before that, when the promoted one was promoted twice', async () => {
    registry.damage('2.0.0');
    await registry.change(promote('2.0.0'));
    await registry.change(promote('2.0.0'));
    await registry.change(promote('1.1.0', 'canary'));

    expect(await ask()).toBe('200 1.0.0 default');
  });

  test('goes back further when the version before is broken too', async () => {
    for (const version of ['1.1.0', '2.0.0']) {
      registry.damage(version);
      await registry.change(promote(version));
    }

    expect(await ask()).toBe('200 1.0.0 default');
  });

  test('does not take a model whose first version is being published for one', async () => {
    mkdirSync(join(registry.root, 'wine/1.0.0'), { recursive: true });
    writeFileSync(join(registry.root, 'wine/1.0.0/model.onnx'), 'half of it');
    service = open({ MODEL_NAME: '' });

    expect(await ask()).toBe('200 1.0.0 default');
  });

  test('does not answer by a version that somebody had loaded by an alias and that cannot answer its example', async () => {
    breakExample('2.0.0');
    await registry.change(promote('2.0.0'));

    const byAlias = await ask({ ...ROW, path: '/predict?version=production' });

    expect([byAlias, await ask()]).toEqual(['200 2.0.0 alias', '200 1.0.0 default']);
  });

  test('tells a caller who insists on a broken version that it is not to be had', async () => {
    registry.damage('2.0.0');

    const response = await service.request({ ...ROW, path: '/predict?version=2.0.0' });

    expect(response.status).toBe(503);
    expect(json(response)).toMatchObject({ reason: 'corrupt-artifact' });
  });
});

/** Makes the example of the manifest one that its own feature does not take. */
function breakExample(version: string): void {
  registry.add(version, ({ features: [first, ...others] }) => ({
    features: [{ name: 'sepal_length', ...first, example: 1e300 }, ...others],
  }));
}

async function untilAnsweredBy(version: string): Promise<void> {
  for (let turn = 0; turn < 1_000; turn++) {
    if ((await ask()).includes(version)) return;
    await new Promise(setImmediate);
  }
  throw new Error(`${version} never answered`);
}
