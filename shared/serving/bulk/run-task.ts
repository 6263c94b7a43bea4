import { hasCode, ServingError } from '../../core/errors';
import type { ObjectFiles } from '../../registry/object-files';
import type { ModelVersion } from '../models/model-choice';
import { findSummary } from '../scoring/job-summary';
import { type ScoreJobParts, scoreJob } from '../scoring/score-file';
import type { RowScorer } from '../scoring/score-rows';
import { jobOf, type ScoringJob } from '../scoring/scoring-job';
import type { ScoringReport } from '../scoring/scoring-report';
import { dealTo, type Task } from './deal';
import { openPlan, type PlanParts, predictionsOf, type RunPlan, type RunRequest } from './run-plan';
import {
  addCounts,
  closeRun,
  type RunCounts,
  type RunSummary,
  readReport,
  settleReport,
  type TaskReport,
} from './run-report';

/** What a task of a run needs of the world. */
export interface RunParts extends PlanParts {
  /** Loads the model of the run, and holds it. @throws {ServingError} `model-unavailable`, `validation-failed` */
  readonly openScorer: (model: ModelVersion) => Promise<RowScorer>;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Told of each file as it is done with. */
  readonly onFile: (file: FileProgress) => void;
  /** Most files that are scored at the same time: each waits for the store more than it computes. @default 4 */
  readonly parallel?: number;
  /** As of `scoreFile`. */
  readonly patienceMs?: number;
}

/** How one file went, among those of its task. */
export interface FileProgress extends FileEnd {
  readonly job: ScoringJob;
  readonly done: number;
  readonly total: number;
}

/** How the scoring of one file ended. */
interface FileEnd {
  /** `left`: it failed for a reason that may pass. */
  readonly outcome: ScoringReport['outcome'] | 'left';
  /** Absent for a file that is left. */
  readonly counts?: RunCounts;
  /** Why it was not scored. */
  readonly error?: ServingError;
}

/** What a task came to, and the run if this task was the last. */
export interface TaskResult {
  readonly report: TaskReport;
  readonly summary: RunSummary | undefined;
}

/**
 * Does one task of a run: scores its share of the files, each once, and closes the run if it is the last. It may be
 * killed at any moment and begun again, and goes on with what is not done.
 *
 * A file that can never be scored is counted as failed; one that may be scored the next time is left, and so are the
 * task and the run.
 *
 * @throws {ServingError} `store-unavailable` when files are left; `object-not-found`, `model-unavailable`, `conflict`
 */
export async function runTask(
  parts: RunParts,
  request: Omit<RunRequest, 'tasks'>,
  task: Task,
): Promise<TaskResult> {
  const run: RunRequest = { ...request, tasks: task.count };
  const plan = await openPlan(parts, run);
  const { files, today } = parts;
  let report = await readReport(files, run, task.index);
  if (report === undefined) {
    const counts = await scoreShare(parts, { run, plan, task });
    report = await settleReport(files, run, {
      task: task.index,
      finished: today().toISOString(),
      ...counts,
    });
  }
  return { report, summary: await closeRun(files, run, plan) };
}

interface Share {
  readonly run: RunRequest;
  readonly plan: RunPlan;
  readonly task: Task;
}

async function scoreShare(parts: RunParts, share: Share): Promise<RunCounts> {
  const jobs = jobsOf(share);
  if (jobs.length === 0) return NOTHING;
  const scorer = await parts.openScorer(share.plan);
  try {
    return await scoreJobs(parts, jobs, scorer);
  } finally {
    scorer.release();
  }
}

function jobsOf({ run, plan, task }: Share): ScoringJob[] {
  const { input, files } = plan;
  const output = predictionsOf(run, plan);
  const scoring = {
    inputPrefix: input.prefix,
    outputPrefix: output.prefix,
    outputBucket: output.bucket,
  };
  return dealTo(task, files).map((file) => {
    const job = jobOf(scoring, { bucket: input.bucket, ...file });
    if (job === undefined) throw new TypeError(`the plan has a file that is none: ${file.name}`);
    return job;
  });
}

async function scoreJobs(
  parts: RunParts,
  jobs: readonly ScoringJob[],
  scorer: RowScorer,
): Promise<RunCounts> {
  // It is let go of when the last file is done, not by each.
  const held = { ...parts, openScorer: async () => ({ ...scorer, release: () => {} }) };
  const ends: FileEnd[] = [];
  await inParallel(jobs, parts.parallel ?? 4, async (job) => {
    const end = await scoreOne(held, job);
    ends.push(end);
    parts.onFile({ ...end, job, done: ends.length, total: jobs.length });
  });
  const left = ends.filter(({ outcome }) => outcome === 'left');
  if (left.length > 0) throw notDone(left, jobs.length);
  return addCounts(ends.flatMap(({ counts }) => counts ?? []));
}

/** Does something with each item, some at a time. After a failure nothing is begun, and what was begun is waited for. */
async function inParallel<T>(
  items: readonly T[],
  parallel: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items].reverse();
  async function workOn(): Promise<void> {
    try {
      for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await work(item);
    } finally {
      waiting.length = 0;
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: parallel }, workOn));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** @throws what is neither the file's fault nor the store's. */
async function scoreOne(parts: ScoreJobParts, job: ScoringJob): Promise<FileEnd> {
  try {
    const report = await scoreJob(parts, job);
    return { ...report, counts: await countsOf(parts.files, job, report) };
  } catch (error) {
    if (hasCode(error, 'store-unavailable', 'conflict')) return { outcome: 'left', error };
    throw error;
  }
}

function notDone(left: readonly FileEnd[], files: number): ServingError {
  const detail = `${left.length} of ${files} files are left for another attempt`;
  return new ServingError('store-unavailable', detail, { cause: left[0]?.error });
}

const NOTHING = addCounts([]);

async function countsOf(files: ObjectFiles, job: ScoringJob, { error }: ScoringReport): Promise<RunCounts> {
  if (error !== undefined) {
    const { input, generation } = job;
    const failure = { name: input.name, generation, code: error.code, detail: error.message };
    return { ...NOTHING, files: 1, failed: 1, failures: [failure] };
  }
  // Read, because another run, or an attempt before this one, may have done the work.
  const summary = await findSummary(files, job);
  if (summary === undefined) throw new Error(`the summary ${job.summary.name} was there, and is gone`);
  const { rows, bad_rows, version } = summary;
  return { ...NOTHING, files: 1, scored: 1, rows, bad_rows, versions: { [version]: 1 } };
}
