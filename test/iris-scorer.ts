import { join } from 'node:path';
import { openStore } from '../shared/registry/open-store';
import { createRegistry } from '../shared/registry/registry';
import { createSession } from '../shared/runtime/session';
import { readConfig } from '../shared/serving/config';
import { createModels } from '../shared/serving/models/models';
import { holdRowScorer, type RowScorer } from '../shared/serving/scoring/score-rows';

/**
 * Loads the embedded model and holds it.
 *
 * @param root the folder of the project.
 */
export async function openIrisScorer(root: string): Promise<RowScorer> {
  const config = readConfig({ MODEL_REGISTRY: join(root, 'model-artifacts'), MODEL_NAME: 'iris' });
  const models = createModels(config, {
    openRegistry: async () => createRegistry(await openStore(config.registry.uri, config.registry)),
    createSession,
    threads: 1,
    now: () => performance.now(),
    onFailure: () => {},
    onLoad: () => {},
    onSwitch: () => {},
  });
  return holdRowScorer(await models.get());
}
