import { ServingError } from '../../core/errors';
import {
  type ListedObject,
  type ObjectAddress,
  type ObjectFiles,
  type ObjectPrefix,
  uriOf,
} from '../../registry/object-files';
import type { ModelVersion } from '../models/model-choice';
import { readJson, settleJson } from '../scoring/text-object';

/** What all tasks of a run agree on: which files, and which model. It is written once, by the first of them. */
export interface RunPlan extends ModelVersion {
  readonly input: ObjectPrefix;
  readonly tasks: number;
  /** When it was written, as in RFC 3339. */
  readonly planned: string;
  readonly files: readonly ListedObject[];
}

/** What a run is asked to do. */
export interface RunRequest {
  /** What all of its tasks call it, and no other run. */
  readonly run: string;
  readonly input: ObjectPrefix;
  readonly output: ObjectPrefix;
  readonly tasks: number;
}

export interface PlanParts {
  readonly files: ObjectFiles;
  /** Finds the version that the run is to score with. @throws {ServingError} */
  readonly chooseModel: () => Promise<ModelVersion>;
  readonly today: () => Date;
}

/**
 * Reads the plan of a run, or makes it: tasks that start later, or again, see the same files and the same version,
 * whatever has been uploaded or published since.
 *
 * @throws {ServingError} `object-not-found` where there is nothing to score; `conflict` where the run was planned
 *   otherwise.
 */
export async function openPlan(parts: PlanParts, request: RunRequest): Promise<RunPlan> {
  const address = runObject(request, 'plan.json');
  const plan =
    (await readJson<RunPlan>(parts.files, address)) ??
    (await settleJson(parts.files, address, await makePlan(parts, request)));
  checkPlan(plan, request);
  return plan;
}

async function makePlan({ files, chooseModel, today }: PlanParts, request: RunRequest): Promise<RunPlan> {
  const { input, tasks } = request;
  const { name, version } = await chooseModel();
  const found: ListedObject[] = [];
  for await (const object of files.list(input)) if (isFile(object.name)) found.push(object);
  if (found.length > 0) return { name, version, input, tasks, planned: today().toISOString(), files: found };
  throw new ServingError('object-not-found', `there is no file below ${uriOf(input)}`);
}

/** Neither the empty object that some tools make for a folder, nor what tools leave beside data, like `_SUCCESS`. */
const isFile = (name: string): boolean => /(^|\/)[^/_.][^/]*$/.test(name);

function checkPlan(plan: RunPlan, { run, input, tasks }: RunRequest): void {
  if (uriOf(plan.input) !== uriOf(input)) {
    throw new ServingError('conflict', `run "${run}" is of ${uriOf(plan.input)}, not of ${uriOf(input)}`);
  }
  if (plan.tasks !== tasks) {
    throw new ServingError('conflict', `run "${run}" was dealt to ${plan.tasks} tasks, not to ${tasks}`);
  }
}

/** An object that is about a run as a whole. No model's name begins with `_`, so it is among no predictions. */
export function runObject({ run, output }: Pick<RunRequest, 'run' | 'output'>, name: string): ObjectAddress {
  return { bucket: output.bucket, name: `${output.prefix}_runs/${run}/${name}` };
}

/** Where the predictions of one version go: those of another are beside them, and neither is taken for the other. */
export function predictionsOf({ output }: RunRequest, { name, version }: ModelVersion): ObjectPrefix {
  return { bucket: output.bucket, prefix: `${output.prefix}${name}/${version}/` };
}
