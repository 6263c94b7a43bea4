import { describeLog } from '../prediction-log/describe-log';
import type { LogCounts } from '../prediction-log/read-log';
import { alignTable, percent, pValueText, short } from '../report-text';
import type { Calibration } from '../statistics/calibration';
import type { ClassificationScore } from '../statistics/classification';
import type { RegressionScore } from '../statistics/regression';
import type { ArmScore } from './arm-tally';
import { type ArmComparison, rowsOf } from './compare-arms';
import type { Evaluation } from './evaluate';

/** Below this a difference is called one. */
const SIGNIFICANT = 0.05;

/** Writes an evaluation for a terminal. */
export function writeEvaluationText(model: string, evaluation: Evaluation, log: LogCounts): string[] {
  const { versions, arms, comparisons, joined, knowsSplit } = evaluation;
  const blocks = [
    ...versions.map((arm) => armLines(`${model}/${arm.version}`, arm)),
    ...arms
      .filter((arm) => versions.every((all) => all.version !== arm.version || rowsOf(all) > rowsOf(arm)))
      .map((arm) => armLines(`${model}/${arm.version}, split traffic`, arm)),
    ...(comparisons.length > 0 ? [comparisonLines(comparisons, knowsSplit)] : []),
    ...(comparisons.length === 0 && versions.length > 1 && knowsSplit ? [NOT_COMPARED] : []),
  ];
  return [
    ...blocks.flatMap((lines) => [...lines, '']),
    [`${joined} truths were joined`, ...describeRest(evaluation)].join('; '),
    describeLog(log),
  ];
}

/** Callers who choose their version are no sample: it may be the choice that differs. */
const NOT_COMPARED = [
  'versions are not compared: of the joined rows, those of split traffic are of one version at the most',
];

/** What could not be joined, and why. */
function describeRest(evaluation: Evaluation): string[] {
  const { withoutPrediction, withoutTruth, misfits, repeatedTruths, unreadableTruths } = evaluation;
  return [
    withoutPrediction > 0 ? `${withoutPrediction} have no prediction in the log` : '',
    misfits > 0 ? `${misfits} are nothing that the model predicts` : '',
    repeatedTruths > 0 ? `${repeatedTruths} came again, and the last one counts` : '',
    unreadableTruths > 0 ? `${unreadableTruths} lines are no truth` : '',
    withoutTruth > 0 ? `${withoutTruth} rows of the log have none` : '',
  ].filter((text) => text !== '');
}

function armLines(name: string, arm: ArmScore): string[] {
  const { classification, calibration, regression } = arm;
  return [
    name,
    ...(classification ? classificationLines(classification) : []),
    ...(calibration ? calibrationLines(calibration) : []),
    ...(regression ? [regressionLine(regression)] : []),
  ];
}

function classificationLines({ rows, correct, accuracy, logLoss, classes }: ClassificationScore): string[] {
  const scores = Object.entries(classes).map(([name, { support, precision, recall }]) => [
    name,
    String(support),
    short(precision),
    short(recall),
  ]);
  return [
    `  accuracy ${short(accuracy)} (${correct} of ${rows}), log loss ${short(logLoss)}`,
    ...alignTable([['class', 'rows', 'precision', 'recall'], ...scores]),
  ];
}

function calibrationLines({ bins, expectedError }: Calibration): string[] {
  return [
    `  calibration: expected error ${short(expectedError)}`,
    ...alignTable([
      ['confidence', 'rows', 'mean', 'accuracy'],
      ...bins.map(({ from, to, rows, meanConfidence, accuracy }) => [
        `${percent(from)} to ${percent(to)}`,
        String(rows),
        short(meanConfidence),
        short(accuracy),
      ]),
    ]),
  ];
}

function regressionLine({ rows, meanAbsoluteError, rootMeanSquaredError, bias }: RegressionScore): string {
  return `  MAE ${short(meanAbsoluteError)}, RMSE ${short(rootMeanSquaredError)}, bias ${short(bias)} (${rows} rows)`;
}

function comparisonLines(comparisons: readonly ArmComparison[], knowsSplit: boolean): string[] {
  const traffic = knowsSplit ? 'split traffic' : 'all traffic, for the log does not say what was split';
  return [`comparison (${traffic})`, ...comparisons.map((comparison) => `  ${describe(comparison)}`)];
}

function describe(comparison: ArmComparison): string {
  const { control, challenger, measure, rows, values, difference, interval, pValue } = comparison;
  const isBetter = measure === 'accuracy' ? difference > 0 : difference < 0;
  const verdict =
    pValue < SIGNIFICANT
      ? `${challenger} is ${isBetter ? 'better' : 'worse'} than ${control}`
      : `no difference between ${challenger} and ${control} is certain`;
  const reach =
    interval === undefined ? '' : `, 95 % interval ${short(interval[0])} to ${short(interval[1])}`;
  return `${verdict}: ${measure} ${short(values[1])} (${rows[1]} rows) against ${short(values[0])} (${rows[0]} rows), difference ${short(difference)}${reach}, p ${pValueText(pValue)}`;
}
