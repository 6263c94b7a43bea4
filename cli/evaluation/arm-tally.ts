import { type Calibration, createCalibrationTally } from '../statistics/calibration';
import { type ClassificationScore, createClassificationTally } from '../statistics/classification';
import { createRegressionTally, type RegressionScore } from '../statistics/regression';
import type { Outcome } from './outcomes';

/** How the predictions of one version fared. */
export interface ArmScore {
  readonly version: string;
  readonly classification: ClassificationScore | undefined;
  /** Undefined where the log has no confidences. */
  readonly calibration: Calibration | undefined;
  readonly regression: RegressionScore | undefined;
}

/** Gathers the predictions of one version in memory that does not grow with them. */
export interface ArmTally {
  /** Says whether the truth was of the kind that was predicted. */
  add(outcome: Outcome, truth: string): boolean;
  total(): ArmScore;
}

/**
 * Begins with no prediction.
 *
 * @param classes names of the classes, in the order of probabilities; none for a regression.
 */
export function createArmTally(version: string, classes: readonly string[]): ArmTally {
  const classification = createClassificationTally();
  const calibration = createCalibrationTally();
  const regression = createRegressionTally();
  let classified = 0;
  let estimated = 0;

  function addClass(predicted: string, truth: string, outcome: Outcome): boolean {
    const actual = classOf(classes, truth);
    if (actual === undefined) return false;
    classified++;
    classification.add(predicted, actual, probabilityOf(classes, actual, outcome));
    if (outcome.confidence !== undefined) calibration.add(outcome.confidence, predicted === actual);
    return true;
  }

  function addNumber(predicted: number, truth: string): boolean {
    const actual = truth.trim() === '' ? Number.NaN : Number(truth);
    if (!Number.isFinite(actual) || !Number.isFinite(predicted)) return false;
    estimated++;
    regression.add(predicted, actual);
    return true;
  }

  return {
    add(outcome, truth) {
      const { prediction } = outcome;
      return typeof prediction === 'number'
        ? addNumber(prediction, truth)
        : addClass(prediction, truth, outcome);
    },
    total: () => ({
      version,
      classification: classified === 0 ? undefined : classification.total(),
      calibration: calibration.total(),
      regression: estimated === 0 ? undefined : regression.total(),
    }),
  };
}

/** A truth is the name of a class, or its index. Where the classes are not known, it is taken at its word. */
function classOf(classes: readonly string[], truth: string): string | undefined {
  if (classes.length === 0 || classes.includes(truth)) return truth;
  return /^\d+$/.test(truth) ? classes[Number(truth)] : undefined;
}

/** The probability that the true class was given; of two classes the confidence says both. */
function probabilityOf(
  classes: readonly string[],
  actual: string,
  { prediction, confidence, probabilities }: Outcome,
): number | undefined {
  if (probabilities !== undefined) return probabilities[classes.indexOf(actual)];
  if (confidence === undefined || prediction === actual) return confidence;
  return classes.length === 2 ? 1 - confidence : undefined;
}
