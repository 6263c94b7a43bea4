import { setTimeout as sleep } from 'node:timers/promises';
import { ServingError } from '../../core/errors';
import { writeBadRows } from '../../protocol/lines/row-answers';
import type { ObjectFiles } from '../../registry/object-files';
import type { Config } from '../config';
import type { LogEntry } from '../log';
import { gunzipIfNeeded } from './gunzip';
import { openRows } from './row-format';
import { createRowsTally, type RowsTally } from './rows-tally';
import { type RowScorer, scoreBatches } from './score-rows';
import { readJob, type ScoringJob, type StorageEvent, unknownFormat } from './scoring-job';
import {
  isPermanent,
  jobEntry,
  type ScoreOutcome,
  type ScoringOutputs,
  type ScoringReport,
  writeFailure,
  writeSummary,
} from './scoring-report';
import { createSideFile } from './side-file';
import { writeText } from './text-object';

/** What scoring a file needs of the world. */
export interface ScoreJobParts {
  readonly files: ObjectFiles;
  /** Loads the model if need be, and holds it. @throws {ServingError} `model-unavailable` */
  readonly openScorer: () => Promise<RowScorer>;
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
  readonly log: (entry: LogEntry) => void;
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
  const report = await scoreJob(parts, job);
  parts.log(jobEntry(job, report));
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

/**
 * Scores one file, as `scoreFile` does.
 *
 * @throws what may pass.
 */
export async function scoreJob(parts: ScoreJobParts, job: ScoringJob): Promise<ScoringReport> {
  const { files } = parts;
  if ((await files.stat(job.summary)) !== undefined) return { outcome: 'done-before' };
  // Predictions without a summary are of a run that is about to write one, or of one that died: only time tells.
  const leftBehind = await files.stat(job.predictions);
  if (leftBehind !== undefined && (await waitForSummary(parts, job))) return { outcome: 'done-before' };
  try {
    return await score(parts, job, leftBehind ?? 'absent');
  } catch (error) {
    if (!isPermanent(error)) throw error;
    await writeText(files, job.failure, writeFailure(job, error));
    return { outcome: 'refused', error };
  }
}

/** How often a summary is looked for, in milliseconds. */
const POLL_MS = 250;

async function waitForSummary(
  { files, now, patienceMs = 10_000 }: ScoreJobParts,
  job: ScoringJob,
): Promise<boolean> {
  for (const giveUpAt = now() + patienceMs; ; await sleep(POLL_MS)) {
    if ((await files.stat(job.summary)) !== undefined) return true;
    if (now() >= giveUpAt) return false;
  }
}

/** @param ifGeneration what the predictions must be when these take their place. */
async function score(parts: ScoreJobParts, job: ScoringJob, ifGeneration: string): Promise<ScoringReport> {
  const { files, now } = parts;
  const startedAt = now();
  // Before the file is asked for: a connection that waits for its reader may be lost.
  const scorer = await parts.openScorer();
  try {
    const tally = createRowsTally(scorer.manifest, parts.predictionLog ?? 'none');
    const outputs = await writeOutputs(files, job, { scorer, tally, ifGeneration });
    if (outputs === undefined) return await yieldToOther(parts, job);
    const { name: model, version } = scorer.manifest;
    const { rows, badRows } = tally;
    const figures = { rows, badRows, durationMs: Math.round(now() - startedAt), model, version };
    const isFirst = await writeText(files, job.summary, writeSummary(job, figures, outputs), 'absent');
    return isFirst ? { outcome: 'scored', ...figures, tally } : { outcome: 'overtaken', ...figures };
  } finally {
    scorer.release();
  }
}

/** Predictions by another run came first: its summary says that all is well, and its absence that it died. */
async function yieldToOther(parts: ScoreJobParts, job: ScoringJob): Promise<ScoringReport> {
  if (await waitForSummary(parts, job)) return { outcome: 'overtaken' };
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
  files: ObjectFiles,
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
    async function* toLines(): AsyncGenerator<string> {
      yield answers.head;
      for await (const batch of scoreBatches(scorer, rows)) {
        tally.add(batch);
        await side.write(writeBadRows(batch));
        yield answers.write(batch);
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
