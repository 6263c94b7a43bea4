import type { Parameter } from './cnn-layer';

/** Moves parameters against their gradients. */
export interface Optimizer {
  /** Makes one step with the gradients that have been added up, and sets them to zero. */
  step(learningRate: number): void;
}

/** Decay of the running means of the gradient and of its square; the values of the paper. */
const BETA_MEAN = 0.9;
const BETA_SQUARE = 0.999;
const EPSILON = 1e-8;

/**
 * AdamW: each parameter's step is sized by its own gradients, and weights (not biases) shrink a little as well.
 *
 * @param weightDecay share by which a weight shrinks per step and unit of the learning rate.
 * @see https://arxiv.org/abs/1711.05101
 */
export function createOptimizer(parameters: readonly Parameter[], weightDecay: number): Optimizer {
  const states = parameters.map(createState);
  // What the running means still lack because they began at zero, as products: powers are not exact everywhere.
  const missing = { mean: 1, square: 1 };
  return {
    step(learningRate) {
      missing.mean *= BETA_MEAN;
      missing.square *= BETA_SQUARE;
      const bias = { mean: 1 - missing.mean, square: 1 - missing.square };
      for (const state of states) move(state, { learningRate, weightDecay, bias });
    },
  };
}

interface ParameterState {
  readonly parameter: Parameter;
  readonly mean: Float64Array;
  readonly square: Float64Array;
}

function createState(parameter: Parameter): ParameterState {
  const { length } = parameter.values;
  return { parameter, mean: new Float64Array(length), square: new Float64Array(length) };
}

interface Step {
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly bias: { readonly mean: number; readonly square: number };
}

function move({ parameter, mean, square }: ParameterState, { learningRate, weightDecay, bias }: Step): void {
  const { values, gradient, dims } = parameter;
  const kept = dims.length > 1 ? 1 - learningRate * weightDecay : 1;
  for (let i = 0; i < values.length; i++) {
    const slope = gradient[i] as number;
    const average = BETA_MEAN * (mean[i] as number) + (1 - BETA_MEAN) * slope;
    const power = BETA_SQUARE * (square[i] as number) + (1 - BETA_SQUARE) * slope * slope;
    const stride = average / bias.mean / (Math.sqrt(power / bias.square) + EPSILON);
    values[i] = (values[i] as number) * kept - learningRate * stride;
    mean[i] = average;
    square[i] = power;
  }
  gradient.fill(0);
}
