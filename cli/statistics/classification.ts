/** How one class fared. */
export interface ClassScore {
  /** Rows that are of it. */
  readonly support: number;
  /** Of the rows that were predicted to be of it, the share that are; undefined where none was. */
  readonly precision: number | undefined;
  /** Of the rows that are of it, the share that was predicted to be; undefined where none is. */
  readonly recall: number | undefined;
}

/** How predictions of classes compare with the truth. */
export interface ClassificationScore {
  readonly rows: number;
  readonly correct: number;
  readonly accuracy: number;
  /** Mean of -ln of the probability that the true class was given; undefined where one is not known. */
  readonly logLoss: number | undefined;
  readonly classes: Readonly<Record<string, ClassScore>>;
}

/** Gathers the score of predictions in memory that does not grow with them. */
export interface ClassificationTally {
  add(predicted: string, actual: string, probability: number | undefined): void;
  total(): ClassificationScore;
}

/** The least that a probability counts as, as scikit-learn has it: a wrong certainty costs much, and not everything. */
const LEAST_PROBABILITY = Number.EPSILON;

/** Begins with no prediction. @see sklearn.metrics.precision_recall_fscore_support, log_loss */
export function createClassificationTally(): ClassificationTally {
  const predicted = new Map<string, number>();
  const actual = new Map<string, number>();
  const right = new Map<string, number>();
  let rows = 0;
  let loss: number | undefined = 0;
  return {
    add(guess, truth, probability) {
      rows++;
      increment(predicted, guess);
      increment(actual, truth);
      if (guess === truth) increment(right, guess);
      loss = loss === undefined || probability === undefined ? undefined : loss + lossOf(probability);
    },
    total() {
      const correct = [...right.values()].reduce((sum, count) => sum + count, 0);
      const names = [...new Set([...actual.keys(), ...predicted.keys()])].sort();
      const score = (name: string): ClassScore => ({
        support: actual.get(name) ?? 0,
        precision: share(right.get(name), predicted.get(name)),
        recall: share(right.get(name), actual.get(name)),
      });
      return {
        rows,
        correct,
        accuracy: correct / rows,
        logLoss: loss === undefined ? undefined : loss / rows,
        classes: Object.fromEntries(names.map((name) => [name, score(name)])),
      };
    },
  };
}

function lossOf(probability: number): number {
  return -Math.log(Math.min(Math.max(probability, LEAST_PROBABILITY), 1 - LEAST_PROBABILITY));
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function share(part = 0, whole = 0): number | undefined {
  return whole === 0 ? undefined : part / whole;
}
