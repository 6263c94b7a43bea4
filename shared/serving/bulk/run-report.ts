import { type ObjectFiles, uriOf } from '../../registry/object-files';
import { readJson, settleJson } from '../scoring/text-object';
import { predictionsOf, type RunPlan, type RunRequest, runObject } from './run-plan';

/** A file that could not be scored, and would not be the next time either. */
export interface FailedFile {
  readonly name: string;
  readonly generation: string;
  readonly code: string;
  readonly detail: string;
}

/** What files came to. */
export interface RunCounts {
  /** Files that were to be scored. */
  readonly files: number;
  readonly scored: number;
  readonly failed: number;
  /** Rows of the files that were scored, the bad ones among them. */
  readonly rows: number;
  readonly bad_rows: number;
  /** Files that were scored, by the version that scored them. */
  readonly versions: Readonly<Record<string, number>>;
  readonly failures: readonly FailedFile[];
}

/** What one task of a run came to. */
export interface TaskReport extends RunCounts {
  readonly task: number;
  /** When it was done, as in RFC 3339. */
  readonly finished: string;
}

/** What a whole run came to. */
export interface RunSummary extends RunCounts {
  readonly run: string;
  readonly input: string;
  readonly output: string;
  readonly model: string;
  readonly version: string;
  readonly tasks: number;
  readonly planned: string;
  readonly finished: string;
}

/** Adds up. */
export function addCounts(parts: readonly RunCounts[]): RunCounts {
  const total = (of: (part: RunCounts) => number) => parts.reduce((sum, part) => sum + of(part), 0);
  const versions: Record<string, number> = {};
  for (const [version, files] of parts.flatMap((part) => Object.entries(part.versions))) {
    versions[version] = (versions[version] ?? 0) + files;
  }
  return {
    files: total(({ files }) => files),
    scored: total(({ scored }) => scored),
    failed: total(({ failed }) => failed),
    rows: total(({ rows }) => rows),
    bad_rows: total(({ bad_rows }) => bad_rows),
    versions,
    failures: parts.flatMap(({ failures }) => failures),
  };
}

const REPORTS = 'tasks/';

/** The report of a task that is done; undefined before. */
export function readReport(
  files: ObjectFiles,
  request: RunRequest,
  task: number,
): Promise<TaskReport | undefined> {
  return readJson<TaskReport>(files, reportOf(request, task));
}

/** Writes the report of a task; an attempt that was taken for dead may have come first. */
export function settleReport(
  files: ObjectFiles,
  request: RunRequest,
  report: TaskReport,
): Promise<TaskReport> {
  return settleJson(files, reportOf(request, report.task), report);
}

function reportOf(request: RunRequest, task: number) {
  return runObject(request, `${REPORTS}${task}.json`);
}

/**
 * Closes a run whose tasks are all done, and gives its summary; undefined while there are others to wait for.
 *
 * Each task calls this when its own report is there, so the last of them finds all. Several may be last at once: what
 * they write is the same, and only one writes it.
 */
export async function closeRun(
  files: ObjectFiles,
  request: RunRequest,
  plan: RunPlan,
): Promise<RunSummary | undefined> {
  const address = runObject(request, 'summary.json');
  const before = await readJson<RunSummary>(files, address);
  if (before !== undefined) return before;
  const reports = await readReports(files, request);
  return reports && settleJson(files, address, summarise(request, plan, reports));
}

/** The reports of all tasks; undefined while any is missing. */
async function readReports(files: ObjectFiles, request: RunRequest): Promise<TaskReport[] | undefined> {
  const { bucket, name: prefix } = runObject(request, REPORTS);
  let there = 0;
  for await (const _ of files.list({ bucket, prefix })) there++;
  if (there < request.tasks) return undefined;
  const reports: TaskReport[] = [];
  for (let task = 0; task < request.tasks; task++) {
    const report = await readReport(files, request, task);
    if (report === undefined) return undefined;
    reports.push(report);
  }
  return reports;
}

function summarise(request: RunRequest, plan: RunPlan, reports: readonly TaskReport[]): RunSummary {
  const { name: model, version, tasks, planned } = plan;
  const counts = addCounts(reports);
  if (counts.files !== plan.files.length) {
    throw new Error(`the tasks of run "${request.run}" took ${counts.files} files of ${plan.files.length}`);
  }
  const finished = reports.reduce((last, report) => (report.finished > last ? report.finished : last), '');
  return {
    run: request.run,
    input: uriOf(plan.input),
    output: uriOf(predictionsOf(request, plan)),
    model,
    version,
    tasks,
    planned,
    finished,
    ...counts,
  };
}
