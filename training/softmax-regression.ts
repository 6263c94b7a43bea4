import type { LabelledRows } from './labelled-rows';
import { at, dot, solvePositiveDefinite } from './linear-algebra';

/** A fitted model: the probabilities of a row are the softmax of `coefficients * row + intercepts`. */
export interface SoftmaxRegression {
  /** One row per class, one column per feature. */
  readonly coefficients: readonly (readonly number[])[];
  /** One per class; their sum is zero. */
  readonly intercepts: readonly number[];
}

/** How a softmax regression is fitted. */
export interface FitOptions {
  /** Number of classes. */
  readonly classes: number;
  /** Inverse strength of the L2 penalty on the coefficients, in scikit-learn's meaning; more than 0. */
  readonly C: number;
  /** The fit ends when no component of the gradient is larger. */
  readonly tolerance: number;
  /** Newton steps after which it gives up. */
  readonly maxIterations: number;
}

/** A row with a 1 appended, for the intercept; its class; and its probabilities under the weights so far. */
interface Sample {
  readonly inputs: readonly number[];
  readonly label: number;
  readonly probabilities: readonly number[];
}

/** One row per class: its coefficients, then its intercept. */
type Weights = readonly (readonly number[])[];

/**
 * Fits a multinomial logistic regression: minimises the sum of the log losses plus `0.5 / C` times the sum of
 * the squared coefficients, by Newton's method from zero. Intercepts are not penalised.
 *
 * @throws {RangeError} if it has not converged after `maxIterations`.
 * @see https://scikit-learn.org/stable/modules/linear_model.html#multinomial-case
 */
export function fitSoftmaxRegression(data: LabelledRows, options: FitOptions): SoftmaxRegression {
  const width = at(data.rows, 0).length + 1;
  let weights: Weights = Array.from({ length: options.classes }, () => new Array<number>(width).fill(0));
  for (let iteration = 0; iteration < options.maxIterations; iteration++) {
    const samples = score(data, weights);
    const slope = gradient(samples, weights, options.C);
    if (slope.every((value) => Math.abs(value) <= options.tolerance)) return toModel(weights);
    weights = subtract(weights, solvePositiveDefinite(hessian(samples, weights, options.C), slope));
  }
  throw new RangeError(`the regression has not converged after ${options.maxIterations} steps`);
}

/** Gives the probability of each class for each row. */
export function predictProbabilities(
  { coefficients, intercepts }: SoftmaxRegression,
  rows: LabelledRows['rows'],
): number[][] {
  return rows.map((row) =>
    softmax(coefficients.map((weights, index) => dot(weights, row) + at(intercepts, index))),
  );
}

function score({ rows, labels }: LabelledRows, weights: Weights): Sample[] {
  return rows.map((row, index) => {
    const inputs = [...row, 1];
    const probabilities = softmax(weights.map((ofClass) => dot(ofClass, inputs)));
    return { inputs, label: at(labels, index), probabilities };
  });
}

function softmax(scores: readonly number[]): number[] {
  // The largest score becomes 0, so that no exponential overflows.
  const largest = Math.max(...scores);
  const exponentials = scores.map((value) => Math.exp(value - largest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}

/** First derivatives by each weight, class after class. */
function gradient(samples: readonly Sample[], weights: Weights, C: number): number[] {
  const interceptSum = weights.reduce((sum, ofClass) => sum + at(ofClass, ofClass.length - 1), 0);
  return weights.flatMap((ofClass, index) =>
    ofClass.map((weight, column) => {
      const ofLoss = sumOver(
        samples,
        ({ inputs, label, probabilities }) =>
          (at(probabilities, index) - (label === index ? 1 : 0)) * at(inputs, column),
      );
      return ofLoss + (isIntercept(column, ofClass) ? interceptSum : weight / C);
    }),
  );
}

/**
 * Second derivatives by each pair of weights, in the order of the gradient.
 *
 * Adding one number to all intercepts changes no probability, so they are determined only up to a shift. The
 * term `0.5 * (sum of the intercepts)^2` in the objective fixes it: its minimum is a sum of zero, which costs
 * nothing else. Without it this matrix would be singular.
 */
function hessian(samples: readonly Sample[], weights: Weights, C: number): number[][] {
  const parameters = weights.flatMap((ofClass, index) =>
    ofClass.map((_, column) => ({ index, column, intercept: isIntercept(column, ofClass) })),
  );
  return parameters.map((left) =>
    parameters.map((right) => {
      const ofLoss = sumOver(samples, ({ inputs, probabilities }) => {
        const same = left.index === right.index ? 1 : 0;
        const curvature = at(probabilities, left.index) * (same - at(probabilities, right.index));
        return curvature * at(inputs, left.column) * at(inputs, right.column);
      });
      if (left.intercept && right.intercept) return ofLoss + 1;
      return left === right ? ofLoss + 1 / C : ofLoss;
    }),
  );
}

function isIntercept(column: number, ofClass: readonly number[]): boolean {
  return column === ofClass.length - 1;
}

function sumOver(samples: readonly Sample[], term: (sample: Sample) => number): number {
  return samples.reduce((sum, sample) => sum + term(sample), 0);
}

function subtract(weights: Weights, step: readonly number[]): Weights {
  return weights.map((ofClass, index) =>
    ofClass.map((weight, column) => weight - at(step, index * ofClass.length + column)),
  );
}

function toModel(weights: Weights): SoftmaxRegression {
  return {
    coefficients: weights.map((ofClass) => ofClass.slice(0, -1)),
    intercepts: weights.map((ofClass) => at(ofClass, ofClass.length - 1)),
  };
}
