import { compareMeans } from '../statistics/means';
import { compareProportions } from '../statistics/proportions';
import type { ArmScore } from './arm-tally';

/** How one version compares with another that served at the same time. */
export interface ArmComparison {
  readonly control: string;
  readonly challenger: string;
  readonly measure: 'accuracy' | 'mean absolute error';
  /** Rows of each. */
  readonly rows: readonly [control: number, challenger: number];
  /** The measure of each. */
  readonly values: readonly [control: number, challenger: number];
  /** The challenger's less the control's. */
  readonly difference: number;
  /** Where the true difference of accuracies is, with 95 % confidence. */
  readonly interval?: readonly [low: number, high: number];
  /** Of the two-proportion z-test for accuracies, of Welch's test for errors; times the number of challengers (Bonferroni). */
  readonly pValue: number;
}

/** Compares each version with the one that has most rows. */
export function compareArms(arms: readonly ArmScore[]): ArmComparison[] {
  const seen = arms.filter((arm) => rowsOf(arm) > 0);
  const control = seen.toSorted((left, right) => rowsOf(right) - rowsOf(left))[0];
  if (control === undefined) return [];
  const challengers = seen.filter((arm) => arm !== control);
  return challengers.flatMap((challenger) => {
    const comparison = compare(control, challenger);
    if (comparison === undefined) return [];
    return [{ ...comparison, pValue: Math.min(1, comparison.pValue * challengers.length) }];
  });
}

/** Rows that were joined. */
export function rowsOf({ classification, regression }: ArmScore): number {
  return classification?.rows ?? regression?.rows ?? 0;
}

function compare(control: ArmScore, challenger: ArmScore): ArmComparison | undefined {
  const names = { control: control.version, challenger: challenger.version };
  if (control.classification !== undefined && challenger.classification !== undefined) {
    const [left, right] = [control.classification, challenger.classification];
    const result = compareProportions(
      { count: left.correct, of: left.rows },
      { count: right.correct, of: right.rows },
    );
    return {
      ...names,
      measure: 'accuracy',
      rows: [left.rows, right.rows],
      values: [left.accuracy, right.accuracy],
      ...result,
    };
  }
  if (control.regression === undefined || challenger.regression === undefined) return undefined;
  const [left, right] = [control.regression, challenger.regression];
  return {
    ...names,
    measure: 'mean absolute error',
    rows: [left.rows, right.rows],
    values: [left.meanAbsoluteError, right.meanAbsoluteError],
    ...compareMeans(left.absoluteErrors, right.absoluteErrors),
  };
}
