import { ServingError } from '../../core/errors';
import { type ObjectAddress, type ObjectFiles, uriOf } from '../../registry/object-files';
import type { ScoringJob } from './scoring-job';
import { readJson, toJsonText } from './text-object';

/** What a run counted. */
export interface ScoringFigures {
  /** Rows of the file, the bad ones among them. */
  readonly rows: number;
  readonly badRows: number;
  readonly durationMs: number;
  readonly model: string;
  readonly version: string;
}

/** What a run wrote. */
export interface ScoringOutputs {
  /** Generation of the predictions. */
  readonly generation: string;
  /** Whether there is a file of bad rows. */
  readonly hasBadRows: boolean;
}

/** What is written of a job that is done. */
export interface JobSummary {
  /** The one generation of the file that was scored. */
  readonly input: ObjectAddress & { readonly generation: string };
  readonly model: string;
  readonly version: string;
  readonly rows: number;
  readonly bad_rows: number;
  readonly duration_ms: number;
  readonly predictions: ObjectAddress & { readonly generation: string };
  readonly errors?: ObjectAddress;
}

/** The content of a job's summary. */
export function writeSummary(job: ScoringJob, figures: ScoringFigures, outputs: ScoringOutputs): string {
  const summary: JobSummary = {
    input: describeInput(job),
    model: figures.model,
    version: figures.version,
    rows: figures.rows,
    bad_rows: figures.badRows,
    duration_ms: figures.durationMs,
    predictions: { ...job.predictions, generation: outputs.generation },
    ...(outputs.hasBadRows && { errors: job.badRows }),
  };
  return toJsonText(summary);
}

/** The input of a job, as its documents name it. */
export function describeInput({ input, generation }: ScoringJob): JobSummary['input'] {
  return { bucket: input.bucket, name: input.name, generation };
}

/** Reads what stands in the place of a job's summary, whichever file it is of; undefined where nothing does. */
export function readSummary(files: ObjectFiles, job: ScoringJob): Promise<JobSummary | undefined> {
  return readJson<JobSummary>(files, job.summary);
}

/** Reads what `readSummary` does, or else the summary that an earlier release wrote of this file. */
export async function findSummary(files: ObjectFiles, job: ScoringJob): Promise<JobSummary | undefined> {
  return (await readSummary(files, job)) ?? (await readFormer(files, job));
}

/**
 * Up to 0.1.0 files of one generation that differed in their extension alone shared one place. What is there counts only
 * if all of it is of this file: the summary names it, and the predictions are those that the summary means. With
 * predictions in another format beside them, the bad rows could be of either.
 */
async function readFormer(files: ObjectFiles, job: ScoringJob): Promise<JobSummary | undefined> {
  const { bucket, prefix } = job.former;
  const summary = await readJson<JobSummary>(files, { bucket, name: `${prefix}summary.json` });
  if (summary === undefined || !isOf(summary, job)) return undefined;
  const there: string[] = [];
  for await (const { name, generation } of files.list({ bucket, prefix: `${prefix}predictions.` })) {
    there.push(`${name}#${generation}`);
  }
  const { name, generation } = summary.predictions;
  return there.length === 1 && there[0] === `${name}#${generation}` ? summary : undefined;
}

/** Whether a summary is of the file of a job, and of that generation. */
export function isOf({ input }: JobSummary, job: ScoringJob): boolean {
  const { bucket, name, generation } = describeInput(job);
  return input.bucket === bucket && input.name === name && input.generation === generation;
}

/** The error for a job whose place the output of another file has, as from two folders that are scored into one. */
export function placeTaken({ input }: JobSummary, { summary }: ScoringJob): ServingError {
  return new ServingError('conflict', `${uriOf(summary)} is of ${uriOf(input)}#${input.generation}`);
}
