import { hasCode, type ServingError } from '../../core/errors';
import { uriOf } from '../../registry/object-files';
import type { LogEntry } from '../log-entry';
import { describeInput, type ScoringFigures } from './job-summary';
import type { RowsTally } from './rows-tally';
import type { ScoringJob } from './scoring-job';
import { toJsonText } from './text-object';

/**
 * How an event ended. `ignored`: not a file to score; `done-before`, `overtaken`: another run had written, or wrote,
 * the same; `refused`: nothing can be made of the file or the model, which is written beside the output, or the place
 * of the output is another file's.
 */
export type ScoreOutcome = 'scored' | 'ignored' | 'done-before' | 'overtaken' | 'refused';

/** How a run went. */
export interface ScoringReport extends Partial<ScoringFigures> {
  readonly outcome: ScoreOutcome;
  readonly error?: ServingError;
  /** What the log may say of the rows; absent for a run whose predictions do not count. */
  readonly tally?: RowsTally;
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
