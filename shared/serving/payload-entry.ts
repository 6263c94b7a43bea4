import type { TabularManifest } from '../core/manifest';
import { type NumberSummary, summarise, summariseNumbers } from '../core/summary';
import type { NamedTensors } from '../core/tensor';
import type { Predictions } from '../protocol/native/answer';
import type { Config } from './config';

/** What came in and out of a model of rows; described for the log when the answer is on its way, and not before. */
export interface ScoredInputs {
  readonly manifest: TabularManifest;
  readonly inputs: NamedTensors;
  /** As they were sent; absent for what was sent as tensors. */
  readonly rows?: readonly unknown[];
  /** Absent until the model has run. */
  predictions?: Predictions;
}

/** Most rows that the log shows in full: an entry may have 256 KB. */
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
  entry['inputSummary'] = summarise(manifest, inputs);
  if (detail !== 'full') return;
  if (rows !== undefined) entry['inputs'] = rows.slice(0, MAX_LOGGED_ROWS);
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

function summariseOutcomes(
  { baseline }: TabularManifest,
  { values, confidenceOf }: Predictions,
): Record<string, NumberSummary> {
  const { rows = 0, confidence, value } = baseline?.predictions ?? {};
  if (confidenceOf === undefined) return { value: summariseNumbers(values, value, rows) };
  const confidences = Float64Array.from(values, (_, row) => confidenceOf(row));
  return { confidence: summariseNumbers(confidences, confidence, rows) };
}

function listOutcomes(manifest: TabularManifest, predictions: Predictions): Record<string, unknown>[] {
  const length = Math.min(predictions.values.length, MAX_LOGGED_ROWS);
  return Array.from({ length }, (_, row) => {
    const value = predictions.values[row] as number;
    const outcome: Record<string, unknown> = { prediction: manifest.classes?.[value] ?? value };
    noteScores(outcome, manifest, predictions, row);
    return outcome;
  });
}
