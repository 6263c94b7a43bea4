import { at } from './linear-algebra';
import { roundForRecord } from './statistics';

/** The share of rows whose most probable class is their own. */
export function accuracy(probabilities: readonly (readonly number[])[], labels: readonly number[]): number {
  const hits = probabilities.filter((row, index) => row.indexOf(Math.max(...row)) === labels[index]);
  return roundForRecord(hits.length / labels.length);
}

/** The mean over the rows of minus the logarithm of the probability that their own class was given. */
export function logLoss(probabilities: readonly (readonly number[])[], labels: readonly number[]): number {
  const losses = probabilities.map((row, index) => -Math.log(at(row, at(labels, index))));
  return roundForRecord(losses.reduce((sum, loss) => sum + loss, 0) / labels.length);
}
