import { createMomentsTally, type Moments } from '../../shared/core/moments';

/** How predicted numbers compare with the truth. */
export interface RegressionScore {
  readonly rows: number;
  readonly meanAbsoluteError: number;
  readonly rootMeanSquaredError: number;
  /** Mean of what was predicted less what was true: above 0 the model predicts too much. */
  readonly bias: number;
  /** By which two models can be compared. */
  readonly absoluteErrors: Moments;
}

/** Gathers the score of predictions in constant memory. */
export interface RegressionTally {
  add(predicted: number, actual: number): void;
  total(): RegressionScore;
}

/** Begins with no prediction. */
export function createRegressionTally(): RegressionTally {
  const errors = createMomentsTally();
  const absolute = createMomentsTally();
  return {
    add(predicted, actual) {
      errors.addValue(predicted - actual);
      absolute.addValue(Math.abs(predicted - actual));
    },
    total() {
      const { count, mean, std } = errors.total();
      const absoluteErrors = absolute.total();
      return {
        rows: count,
        meanAbsoluteError: absoluteErrors.mean,
        rootMeanSquaredError: Math.hypot(mean, std),
        bias: mean,
        absoluteErrors,
      };
    },
  };
}
