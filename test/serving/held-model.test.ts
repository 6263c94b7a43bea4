import { createLocalStore } from '../../shared/registry/local-store';
import { createRegistry } from '../../shared/registry/registry';
import { createSession } from '../../shared/runtime/session';
import { readConfig } from '../../shared/serving/config';
import { createExchange } from '../../shared/serving/exchange';
import { type InferenceParts, scoreRows } from '../../shared/serving/inference';
import { createModels } from '../../shared/serving/models/models';
import { loadFor, tabularOf } from '../../shared/serving/request-model';
import { createVersionsRegistry } from '../versions-registry';

const registry = createVersionsRegistry();
afterAll(() => registry.remove());

function openParts(): InferenceParts {
  const config = readConfig({ MODEL_REGISTRY: registry.root, MODEL_NAME: 'iris' });
  const models = createModels(config, {
    openRegistry: async () => createRegistry(createLocalStore(registry.root)),
    createSession,
    threads: 1,
    now: () => performance.now(),
    onFailure: () => {},
    onLoad: () => {},
    onSwitch: () => {},
  });
  // No image comes.
  return { config, models, now: () => performance.now() } as unknown as InferenceParts;
}

const REQUEST = {
  method: 'POST',
  path: '/predict',
  query: '',
  headers: {},
  remoteAddress: undefined,
  body: async () => Buffer.alloc(0),
  stream: async function* () {},
  hasLeft: () => false,
};

const ROWS = { rows: [{ features: [5.1, 3.5, 1.4, 0.2] }], pointerOf: () => '' };

test('a model that gives way while a request asks elsewhere what it may spend is there when it is run', async () => {
  const parts = openParts();
  const exchange = createExchange(REQUEST, 0);
  let allow: (() => void) | undefined;
  exchange.admission = {
    checkModel: () => {},
    checkAll: () => {},
    isHeld: false,
    mayUse: () => true,
    spend: () =>
      new Promise((resolve) => {
        allow = resolve;
      }),
    spendSlowly: async () => {},
    headers: () => ({}),
  };
  const served = await loadFor(parts, exchange);

  const scoring = scoreRows(parts, exchange, tabularOf(served), ROWS);
  served.release();
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  allow?.();

  await expect(scoring).resolves.toMatchObject({ predictions: { values: Int32Array.of(0) } });
  exchange.letGo?.();
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  await expect(served.runTensors({})).rejects.toMatchObject({ code: 'inference-failed' });
});
