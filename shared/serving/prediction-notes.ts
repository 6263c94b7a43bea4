import type { Predictions } from '../protocol/native/answer';
import type { Exchange } from './exchange';
import type { TabularModel } from './models/served-model';

/** Notes for the log and the metrics what the one row of a request was predicted to be. */
export function notePrediction(
  exchange: Exchange,
  { manifest: { classes } }: TabularModel,
  { values }: Predictions,
): void {
  const value = values[0] as number;
  const name = classes?.[value];
  exchange.prediction = name ?? value;
  if (name !== undefined) exchange.classes = { [name]: 1 };
}

/** Notes how often each class was predicted; a regression has no counts worth a log entry. */
export function notePredictions(
  exchange: Exchange,
  { manifest: { classes } }: TabularModel,
  { values }: Predictions,
): void {
  if (classes === undefined) return;
  const counts = new Array<number>(classes.length).fill(0);
  for (let row = 0; row < values.length; row++) {
    const index = values[row] as number;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  exchange.classes = Object.fromEntries(classes.map((name, index) => [name, counts[index] ?? 0]));
  exchange.prediction = exchange.classes;
}
