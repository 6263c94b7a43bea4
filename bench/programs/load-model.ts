// Loads one model as a function does, in a process of its own, and prints how long each step took, as JSON.
// Usage: load-model.ts REGISTRY ENDPOINT
import { availableParallelism } from 'node:os';
import { openStore } from '../../shared/registry/open-store';
import { createRegistry } from '../../shared/registry/registry';
import { createSession } from '../../shared/runtime/session';
import { readConfig } from '../../shared/serving/config';
import { createModels } from '../../shared/serving/models/models';

async function main([uri = '', endpoint = '']: readonly string[]): Promise<void> {
  const config = readConfig({ MODEL_REGISTRY: uri, GCS_API_ENDPOINT: endpoint });
  const models = createModels(config, {
    openRegistry: async () => createRegistry(await openStore(uri, config.registry)),
    createSession,
    threads: availableParallelism(),
    now: () => performance.now(),
    onFailure: (what, error) => console.error(what, error),
    onLoad: () => {},
    onSwitch: () => {},
  });
  const { loadTimings } = await models.get();
  console.log(JSON.stringify(loadTimings));
}

void main(process.argv.slice(2));
