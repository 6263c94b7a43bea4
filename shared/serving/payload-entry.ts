import type { NumberSummary } from '../core/column-summary';
import type { TabularManifest } from '../core/manifest';
import { createNumbersTally, summarise } from '../core/summary';
import type { NamedTensors } from '../core/tensor';
import type { Predictions } from '../protocol/native/answer';
import type { Config } from './config';
import { fitRows, fitSummaries } from './entry-size';

/** What came in and out of a model of rows; described for the log when the answer is on its way, and not before. */
export interface ScoredInputs {
  readonly manifest: TabularManifest;
  readonly inputs: NamedTensors;
  /** As they were sent; absent for what was sent as tensors. */
  readonly rows?: readonly unknown[];
  /** Absent until the model has run. */
  predictions?: Predictions;
}

/** Most rows that the log shows in full. */
export const MAX_LOGGED_ROWS = 100;

/** Most classes of which an entry has every probability. */
const MAX_LOGGED_CLASSES = 20;

/** Puts into a log entry what `PREDICTION_LOG` says of inputs and of the scores they were given. */
export function notePayload(
  entry: Record<string, unknown>,
  detail: Config['log']['predictions'],
  scored: ScoredInputs,
): void {
  if (detail === 'none') return;
  const { manifest, inputs, rows, predictions } = scored;
  if (predictions !== undefined) noteOutcome(entry, manifest, predictions);
  entry['inputSummary'] = fitSummaries(summarise(manifest, inputs));
  if (detail !== 'full') return;
  if (rows !== undefined) entry['inputs'] = fitRows(rows.slice(0, MAX_LOGGED_ROWS));
  if (predictions !== undefined && predictions.values.length > 1) {
    entry['predictions'] = listOutcomes(manifest, predictions);
  }
}

/** One row has its scores, and several have a summary of them. */
function noteOutcome(
  entry: Record<string, unknown>,
  manifest: TabularManifest,
  predictions: Predictions,
): void {
  if (predictions.values.length === 1) noteScores(entry, manifest, predictions, 0);
  else entry['outputSummary'] = summariseOutcomes(manifest, predictions);
}

function noteScores(
  entry: Record<string, unknown>,
  { classes = [] }: TabularManifest,
  { scoresOf, values }: Predictions,
  row: number,
): void {
  const scores = scoresOf?.(row);
  if (scores === undefined) return;
  entry['confidence'] = scores[values[row] as number];
  if (classes.length <= MAX_LOGGED_CLASSES) entry['probabilities'] = scores;
}

function summariseOutcomes(manifest: TabularManifest, predictions: Predictions): OutcomeSummary {
  const tally = createOutcomesTally(manifest);
  tally.add(predictions);
  return tally.total();
}

/** Summaries of confidences, or of the numbers of a regression. */
type OutcomeSummary = Record<string, NumberSummary>;

/** Summarises predictions that come in pieces, in memory that does not grow with them. */
export interface OutcomesTally {
  add(predictions: Predictions): void;
  total(): OutcomeSummary;
}

/** Begins with no prediction. */
export function createOutcomesTally({ baseline, task }: TabularManifest): OutcomesTally {
  const of = task === 'regression' ? 'value' : 'confidence';
  const { rows = 0, [of]: expected } = baseline?.predictions ?? {};
  const tally = createNumbersTally(expected, rows);
  return {
    add({ values, confidenceOf }) {
      if (confidenceOf === undefined) return tally.add(values);
      const confidences = new Float64Array(values.length);
      for (let row = 0; row < values.length; row++) confidences[row] = confidenceOf(row);
      tally.add(confidences);
    },
    total: () => ({ [of]: tally.total() }),
  };
}

function listOutcomes(manifest: TabularManifest, predictions: Predictions): Record<string, unknown>[] {
  const length = Math.min(predictions.values.length, MAX_LOGGED_ROWS);
  return Array.from({ length }, (_, row) => outcomeOf(manifest, predictions, row));
}

/** What was predicted for one row of several. */
export function outcomeOf(
  manifest: TabularManifest,
  predictions: Predictions,
  row: number,
): Record<string, unknown> {
  const value = predictions.values[row] as number;
  const outcome: Record<string, unknown> = { prediction: manifest.classes?.[value] ?? value };
  noteScores(outcome, manifest, predictions, row);
  return outcome;
}
