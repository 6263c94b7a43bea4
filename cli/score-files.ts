import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { hasCode } from '../shared/core/errors';
import { PRODUCTION } from '../shared/core/routing';
import { openFiles } from '../shared/registry/open-files';
import { openStore } from '../shared/registry/open-store';
import { createRegistry } from '../shared/registry/registry';
import { countCpus } from '../shared/runtime/cpu';
import { createSession } from '../shared/runtime/session';
import { withoutAccess } from '../shared/serving/access-config';
import { runTask, type TaskResult } from '../shared/serving/bulk/run-task';
import { type Config, readConfig } from '../shared/serving/config';
import type { ModelRef, ModelVersion } from '../shared/serving/models/model-choice';
import { createModels, type Models } from '../shared/serving/models/models';
import { holdRowScorer } from '../shared/serving/scoring/score-rows';
import type { ScoreRun } from './score-options';
import { createProgress } from './score-progress';
import type { GlobalOptions, Terminal } from './terminal';

interface ScoreFilesParts {
  readonly terminal: Terminal;
  readonly registry: GlobalOptions['registry'];
}

/**
 * Does what one process is to do of a run, with the store and the runtime as they are.
 *
 * @throws {ServingError} as of `runTask`.
 */
export function scoreFiles(run: ScoreRun, { terminal, registry }: ScoreFilesParts): Promise<TaskResult> {
  const config = readConfig({ ...withoutAccess(terminal.env), MODEL_REGISTRY: registry });
  const models = openModels(config, terminal);
  const parts = {
    files: openFiles(config.registry.gcsApiEndpoint),
    chooseModel: () => chooseModel(models, run.model),
    openScorer: async (version: ModelVersion) => holdRowScorer(await models.get(version)),
    now: () => performance.now(),
    today: () => new Date(terminal.now()),
    onFile: createProgress(terminal),
    parallel: run.parallel,
  };
  return runTask(parts, run, run.task);
}

/** A run is scored by the production version as a whole where traffic is split, and not by the one that is drawn. */
async function chooseModel(models: Models, ref: ModelRef): Promise<ModelVersion> {
  if (ref.version !== undefined) return models.manifest(ref);
  try {
    return await models.manifest({ ...ref, version: PRODUCTION });
  } catch (error) {
    if (!hasCode(error, 'model-not-found')) throw error;
    // Nothing is promoted: it is the highest version then.
    return models.manifest(ref);
  }
}

function openModels(config: Config, { err }: Terminal): Models {
  return createModels(config, {
    openRegistry: async () => createRegistry(await openStore(config.registry.uri, config.registry)),
    createSession,
    threads: config.threads ?? countCpus({ readFile: readOrUndefined, availableParallelism }),
    now: () => performance.now(),
    // What fails is thrown too; a warning is not.
    onFailure: (what, error, severity) => {
      if (severity === 'WARNING') err(`the ${what} was not used: ${error}\n`);
    },
    onLoad: () => {},
    onSwitch: () => {},
  });
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
