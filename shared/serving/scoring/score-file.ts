import { setTimeout as sleep } from 'node:timers/promises';
import { ServingError } from '../../core/errors';
import { readTrace, type Trace } from '../../core/trace';
import { writeBadRows } from '../../protocol/lines/row-answers';
import type { ObjectFiles } from '../../registry/object-files';
import type { Config } from '../config';
import type { Step } from '../exchange';
import { failureOf } from '../failure';
import type { LogEntry } from '../log-entry';
import { createStepSums, type StepSums, timed, timedPieces } from '../step-sums';
import type { RecordEvent } from '../tracing/event-record';
import { gunzipIfNeeded } from './gunzip';
import {
  findSummary,
  isOf,
  type JobSummary,
  placeTaken,
  readSummary,
  type ScoringOutputs,
  writeSummary,
} from './job-summary';
import { openRows } from './row-format';
import { createRowsTally, type RowsTally } from './rows-tally';
import { type RowScorer, scoreBatches } from './score-rows';
import { readJob, type ScoringJob, type StorageEvent, unknownFormat } from './scoring-job';
import {
  isPermanent,
  jobAttributes,
  jobEntry,
  type ScoreOutcome,
  type ScoringReport,
  writeFailure,
} from './scoring-report';
import { createSideFile } from './side-file';
import { writeText } from './text-object';

/** What scoring a file needs of the world. */
export interface ScoreJobParts {
  readonly files: ObjectFiles;
  /** Loads the model if need be, and holds it. @throws {ServingError} `model-unavailable` */
  readonly openScorer: (sums?: StepSums) => Promise<RowScorer>;
  /** Where the steps are noted; absent where they are not traced. */
  readonly sums?: StepSums;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** What is gathered of inputs and scores, for the log. @default 'none' */
  readonly predictionLog?: Config['log']['predictions'];
  /** Longest wait for another run of the same job to finish its last steps, in milliseconds. @default 10000 */
  readonly patienceMs?: number;
}

/** What scoring the file of an event needs besides. */
export interface ScoreFileParts extends ScoreJobParts {
  readonly scoring: Config['scoring'];
  /** Writes an entry, and in which trace it is. */
  readonly log: (entry: LogEntry, trace?: Trace) => void;
  /** Makes a span of an event; absent where events are not traced. */
  readonly recordEvent?: RecordEvent | undefined;
}

/**
 * Scores the file that an event announces, in memory that does not grow with it.
 *
 * The predictions appear whole or not at all, and the summary after them; a job with a summary is never done again.
 * So an event may come any number of times, also at once, and a run may be killed at any moment.
 *
 * @throws what may pass, so that the event comes again: `store-unavailable`, `model-unavailable`, and `conflict` when
 *   another run has written predictions and no summary yet.
 */
export async function scoreFile(parts: ScoreFileParts, event: StorageEvent): Promise<ScoreOutcome> {
  const job = readJobOrLog(parts, event);
  if (job === undefined) return 'ignored';
  const { report, trace } = await scoreTraced(parts, event, job);
  parts.log(jobEntry(job, report), trace);
  return report.outcome;
}

/** An event that makes no sense would make none if it came again. */
function readJobOrLog({ scoring, log }: ScoreFileParts, event: StorageEvent): ScoringJob | undefined {
  try {
    return readJob(scoring, event);
  } catch (error) {
    if (!(error instanceof ServingError)) throw error;
    log({ severity: 'ERROR', message: `an event cannot be read: ${error.message}`, code: error.code });
    return undefined;
  }
}

/** Scores a file, and makes a span of it where events are traced. @throws what may pass. */
async function scoreTraced(
  parts: ScoreFileParts,
  event: StorageEvent,
  job: ScoringJob,
): Promise<{ readonly report: ScoringReport; readonly trace: Trace | undefined }> {
  const { recordEvent, now } = parts;
  if (recordEvent === undefined) {
    return { report: await scoreJob(parts, job), trace: readTrace(event.traceparent, undefined) };
  }
  const startedAt = now();
  const steps: Step[] = [];
  const record = ({ error, ...report }: Partial<ScoringReport> | { readonly error: unknown }) =>
    recordEvent({
      event,
      steps,
      startedAt,
      endedAt: now(),
      result: jobAttributes(job, report),
      ...(error !== undefined && { failure: failureOf(error, true) }),
    });
  try {
    const report = await scoreJob({ ...parts, sums: createStepSums(steps, now) }, job);
    return { report, trace: await record(report) };
  } catch (error) {
    await record({ error });
    throw error;
  }
}

/**
 * Scores one file, as `scoreFile` does.
 *
 * @throws what may pass.
 */
export async function scoreJob(parts: ScoreJobParts, job: ScoringJob): Promise<ScoringReport> {
  const { files } = parts;
  const before = await findSummary(files, job);
  if (before !== undefined) return doneBy(before, job, 'done-before');
  // Predictions without a summary are of a run that is about to write one, or of one that died: only time tells.
  const leftBehind = await files.stat(job.predictions);
  const finished = leftBehind === undefined ? undefined : await waitForSummary(parts, job);
  if (finished !== undefined) return doneBy(finished, job, 'done-before');
  try {
    return await score(parts, job, leftBehind ?? 'absent');
  } catch (error) {
    if (!isPermanent(error)) throw error;
    await writeText(files, job.failure, writeFailure(job, error));
    return { outcome: 'refused', error };
  }
}

/** What a summary that stands already makes of a job: done if it is of the same file, and never to be done otherwise. */
function doneBy(summary: JobSummary, job: ScoringJob, outcome: 'done-before' | 'overtaken'): ScoringReport {
  return isOf(summary, job) ? { outcome } : { outcome: 'refused', error: placeTaken(summary, job) };
}

/** How often a summary is looked for, in milliseconds. */
const POLL_MS = 250;

async function waitForSummary(
  { files, now, patienceMs = 10_000 }: ScoreJobParts,
  job: ScoringJob,
): Promise<JobSummary | undefined> {
  for (const giveUpAt = now() + patienceMs; ; await sleep(POLL_MS)) {
    const summary = await readSummary(files, job);
    if (summary !== undefined || now() >= giveUpAt) return summary;
  }
}

/** @param ifGeneration what the predictions must be when these take their place. */
async function score(parts: ScoreJobParts, job: ScoringJob, ifGeneration: string): Promise<ScoringReport> {
  const { files, now } = parts;
  const startedAt = now();
  // Before the file is asked for: a connection that waits for its reader may be lost.
  const scorer = await parts.openScorer(parts.sums);
  try {
    const tally = createRowsTally(scorer.manifest, parts.predictionLog ?? 'none');
    const outputs = await writeOutputs(parts, job, { scorer, tally, ifGeneration });
    if (outputs === undefined) return await yieldToOther(parts, job);
    const { name: model, version } = scorer.manifest;
    const { rows, badRows } = tally;
    const figures = { rows, badRows, durationMs: Math.round(now() - startedAt), model, version };
    const isFirst = await writeText(files, job.summary, writeSummary(job, figures, outputs), 'absent');
    if (isFirst) return { outcome: 'scored', ...figures, tally };
    const first = await readSummary(files, job);
    if (first !== undefined && !isOf(first, job))
      return { outcome: 'refused', error: placeTaken(first, job) };
    return { outcome: 'overtaken', ...figures };
  } finally {
    scorer.release();
  }
}

/** Predictions by another run came first: its summary says that all is well, and its absence that it died. */
async function yieldToOther(parts: ScoreJobParts, job: ScoringJob): Promise<ScoringReport> {
  const summary = await waitForSummary(parts, job);
  if (summary !== undefined) return doneBy(summary, job, 'overtaken');
  throw new ServingError('conflict', `another run wrote ${job.predictions.name}, and has not finished`);
}

interface OutputParts {
  readonly scorer: RowScorer;
  /** Told of what is scored. */
  readonly tally: RowsTally;
  readonly ifGeneration: string;
}

/**
 * Writes predictions and bad rows side by side, while the file is read.
 *
 * @returns undefined when the predictions of another run came first.
 */
async function writeOutputs(
  { files, sums }: ScoreJobParts,
  job: ScoringJob,
  { scorer, tally, ifGeneration }: OutputParts,
): Promise<ScoringOutputs | undefined> {
  const { format } = job;
  if (format === undefined) throw unknownFormat(job);
  const bytes = gunzipIfNeeded(files.openRead(job.input, job.generation));
  const side = createSideFile(files, job.badRows, { contentType: 'application/x-ndjson' });
  try {
    const { rows, answers } = await openRows(format, bytes, {
      manifest: scorer.manifest,
      tellsDefects: false,
    });
    const received = { ...rows, batches: timedPieces(sums, 'receive', rows.batches) };
    async function* toLines(): AsyncGenerator<string> {
      yield answers.head;
      for await (const batch of scoreBatches(scorer, received)) {
        tally.add(batch);
        await side.write(writeBadRows(batch));
        yield timed(sums, 'encode', () => answers.write(batch));
      }
    }
    const { contentType } = answers;
    const generation = await files.write(job.predictions, toLines(), { ifGeneration, contentType });
    if (generation === undefined) return undefined;
    // Only now, when it is certain that nobody else's bad rows are overwritten by these.
    return { generation, hasBadRows: await side.finish() };
  } finally {
    await side.abort();
    await bytes.return(undefined);
  }
}
