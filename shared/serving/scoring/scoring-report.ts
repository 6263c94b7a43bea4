import { hasCode, type ServingError } from '../../core/errors';
import { uriOf } from '../../registry/object-files';
import type { LogEntry } from '../log';
import type { RowsTally } from './rows-tally';
import type { ScoringJob } from './scoring-job';
import { toJsonText } from './text-object';

/**
 * How an event ended. `ignored`: not a file to score; `done-before`, `overtaken`: another run had written, or wrote,
 * the same; `refused`: nothing can be made of the file or the model, which is written beside the output.
 */
export type ScoreOutcome = 'scored' | 'ignored' | 'done-before' | 'overtaken' | 'refused';

/** What a run counted. */
export interface ScoringFigures {
  /** Rows of the file, the bad ones among them. */
  readonly rows: number;
  readonly badRows: number;
  readonly durationMs: number;
  readonly model: string;
  readonly version: string;
}

/** How a run went. */
export interface ScoringReport extends Partial<ScoringFigures> {
  readonly outcome: ScoreOutcome;
  readonly error?: ServingError;
  /** What the log may say of the rows; absent for a run whose predictions do not count. */
  readonly tally?: RowsTally;
}

/** What a run wrote. */
export interface ScoringOutputs {
  /** Generation of the predictions. */
  readonly generation: string;
  /** Whether there is a file of bad rows. */
  readonly hasBadRows: boolean;
}

/** Whether something is as wrong the next time, so that the event must not come again. */
export function isPermanent(error: unknown): error is ServingError {
  if (hasCode(error, 'model-unavailable'))
    return hasCode(error.cause, 'corrupt-artifact', 'invalid-manifest');
  return hasCode(
    error,
    'validation-failed',
    'unsupported-media-type',
    'invalid-encoding',
    'inference-failed',
    'model-not-found',
    'object-not-found',
  );
}

/** The content of a job's summary. */
export function writeSummary(job: ScoringJob, figures: ScoringFigures, outputs: ScoringOutputs): string {
  return toJsonText({
    input: describeInput(job),
    model: figures.model,
    version: figures.version,
    rows: figures.rows,
    bad_rows: figures.badRows,
    duration_ms: figures.durationMs,
    predictions: { ...job.predictions, generation: outputs.generation },
    ...(outputs.hasBadRows && { errors: job.badRows }),
  });
}

/** What the summary of a job says was counted. */
export function readFigures(summary: string): ScoringFigures {
  const { rows, bad_rows: badRows, duration_ms: durationMs, model, version } = JSON.parse(summary);
  return { rows, badRows, durationMs, model, version };
}

/** Why a job cannot be done, for whoever looks for its output. */
export function writeFailure(job: ScoringJob, { code, message, errors }: ServingError): string {
  return toJsonText({
    input: describeInput(job),
    code,
    detail: message,
    ...(errors.length > 0 && { errors }),
  });
}

/** The log entry of a job. */
export function jobEntry({ input, generation }: ScoringJob, report: ScoringReport): LogEntry {
  const { outcome, error, tally, ...figures } = report;
  const file = `${uriOf(input)}#${generation}`;
  const entry: LogEntry & Record<string, unknown> = {
    severity: error === undefined ? 'INFO' : 'ERROR',
    message: `scoring ${file}: ${outcome}`,
    outcome,
    file,
    ...figures,
    ...(tally?.classes && { prediction: tally.classes }),
    ...(error !== undefined && { code: error.code, detail: error.message }),
  };
  tally?.note(entry);
  return entry;
}

/** What the span of a job says of it. */
export function jobAttributes(
  { input, generation }: ScoringJob,
  { outcome, model, version, rows, badRows }: Partial<ScoringReport>,
): Readonly<Record<string, string | number>> {
  return {
    'onnx.file': `${uriOf(input)}#${generation}`,
    ...(outcome !== undefined && { 'onnx.outcome': outcome }),
    ...(model !== undefined && { 'onnx.model': model }),
    ...(version !== undefined && { 'onnx.version': version }),
    ...(rows !== undefined && { 'onnx.rows': rows }),
    ...(badRows !== undefined && { 'onnx.bad_rows': badRows }),
  };
}

function describeInput({ input, generation }: ScoringJob) {
  return { bucket: input.bucket, name: input.name, generation };
}
