import { ALIAS_NAME } from '../shared/core/routing';
import { type ObjectPrefix, uriOf } from '../shared/registry/object-files';
import { parsePrefix } from '../shared/registry/open-files';
import type { Task } from '../shared/serving/bulk/deal';
import { createReader, type Environment, unexpected } from '../shared/serving/environment';
import type { ModelRef } from '../shared/serving/models/model-choice';
import { UsageError } from './exit-code';
import type { Terminal } from './terminal';
import { checkModelName, checkVersion } from './version-name';

/** Options of `score` as they stand on the command line. */
export interface ScoreOptions {
  readonly output: string;
  readonly model?: string;
  readonly run?: string;
  readonly parallel: string;
}

/** What one process of `score` is to do. */
export interface ScoreRun {
  readonly input: ObjectPrefix;
  readonly output: ObjectPrefix;
  /** What all tasks of the run call it. */
  readonly run: string;
  readonly task: Task;
  readonly model: ModelRef;
  /** Most files at the same time. */
  readonly parallel: number;
}

/**
 * Makes of arguments and environment what is to be done.
 *
 * @throws {UsageError}
 */
export function readScoreRun(
  input: string,
  options: ScoreOptions,
  { env, now }: Pick<Terminal, 'env' | 'now'>,
): ScoreRun {
  return orUsageError(() => {
    const task = readTask(env);
    const places = { input: parsePrefix(input), output: parsePrefix(options.output) };
    checkApart(places);
    return {
      ...places,
      task,
      run: checkRun(options.run ?? (env['CLOUD_RUN_EXECUTION'] || nameRun(task, new Date(now())))),
      model: readModel(options.model, env),
      parallel: createReader({ '--parallel': options.parallel }).integer('--parallel', 4, 1),
    };
  });
}

/** What these readers complain about is how the command was called. */
function orUsageError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof Error ? new UsageError(error.message) : error;
  }
}

/** Set by Cloud Run; without it a process is the only task. */
function readTask(env: Environment): Task {
  const read = createReader(env);
  const count = read.integer('CLOUD_RUN_TASK_COUNT', 1, 1);
  const index = read.integer('CLOUD_RUN_TASK_INDEX', 0, 0);
  if (index >= count) {
    throw unexpected('CLOUD_RUN_TASK_INDEX', `less than CLOUD_RUN_TASK_COUNT, ${count}`, `${index}`);
  }
  return { index, count, attempt: read.integer('CLOUD_RUN_TASK_ATTEMPT', 0, 0) };
}

/** What is written must not be taken for input by the next run. */
function checkApart({ input, output }: { input: ObjectPrefix; output: ObjectPrefix }): void {
  const [from, to] = [uriOf(input), uriOf(output)].map((uri) => uri.replace(/\/*$/, '/')) as [string, string];
  if (!from.startsWith(to) && !to.startsWith(from)) return;
  throw new UsageError(`--output: expected a place outside of ${from}, and not around it, got ${to}`);
}

function nameRun({ count }: Task, today: Date): string {
  if (count === 1) return today.toISOString().replace(/[:.]/g, '-');
  throw new UsageError(
    '--run: expected a name that all tasks of the run share, or CLOUD_RUN_EXECUTION, got none',
  );
}

function checkRun(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) return name;
  throw new UsageError(`--run: expected letters, digits, ".", "_" and "-", got "${name}"`);
}

/** A version that is named goes with the name beside it, not with that of the environment. */
function readModel(model: string | undefined, env: Environment): ModelRef {
  if (model === undefined) {
    const { MODEL_NAME: name, MODEL_VERSION: version } = env;
    return { ...(name && { name }), ...(version && { version }) };
  }
  const [name = '', version, ...rest] = model.split('/');
  if (rest.length > 0) throw new UsageError(`--model: expected MODEL or MODEL/VERSION, got "${model}"`);
  checkModelName(name);
  if (version === undefined) return { name };
  return { name, version: ALIAS_NAME.test(version) ? version : checkVersion(version) };
}
