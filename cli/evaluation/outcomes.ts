import { fieldsOf, numberOf, numbersOf, type PredictionEntry } from '../prediction-log/log-entry';

/** What was predicted for one row. */
export interface Outcome {
  /** Its number within the request, from 0. */
  readonly row: number;
  /** Name of the class, or the number. */
  readonly prediction: string | number;
  readonly confidence: number | undefined;
  /** Of every class, in the order of the manifest. */
  readonly probabilities: readonly number[] | undefined;
}

/** The predictions of an entry that are known row by row: the only one, or those that `PREDICTION_LOG=full` lists. */
export function outcomesOf(entry: PredictionEntry): Outcome[] {
  const { rows, prediction, confidence, probabilities, predictions = [] } = entry;
  if (rows === 1 && (typeof prediction === 'string' || typeof prediction === 'number')) {
    return [{ row: 0, prediction, confidence, probabilities }];
  }
  return predictions.flatMap((each, row) => toOutcome(each, row) ?? []);
}

function toOutcome(value: unknown, row: number): Outcome | undefined {
  const { prediction, confidence, probabilities } = fieldsOf(value) ?? {};
  if (typeof prediction !== 'string' && typeof prediction !== 'number') return undefined;
  return { row, prediction, confidence: numberOf(confidence), probabilities: numbersOf(probabilities) };
}

/** The outcome of a model that predicts numbers, which BigQuery may have as text. */
export function toNumberOutcome(outcome: Outcome): Outcome {
  return { ...outcome, prediction: numberOf(outcome.prediction) ?? outcome.prediction };
}
