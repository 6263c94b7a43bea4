/** Probabilities of each image, from one score per class: the softmax. */
export function softmax(scores: Float64Array, classes: number): Float64Array {
  const probabilities = new Float64Array(scores.length);
  for (let start = 0; start < scores.length; start += classes) {
    const row = scores.subarray(start, start + classes);
    const highest = row.reduce((left, right) => Math.max(left, right));
    const powers = row.map((score) => exponential(score - highest));
    const sum = powers.reduce((left, right) => left + right);
    probabilities.set(
      powers.map((power) => power / sum),
      start,
    );
  }
  return probabilities;
}

/**
 * The gradient, by the scores, of the mean over the images of minus the logarithm of the probability that their own
 * class was given.
 */
export function lossGradient(scores: Float64Array, labels: readonly number[], classes: number): Float64Array {
  const gradient = softmax(scores, classes);
  for (const [image, label] of labels.entries()) {
    const own = image * classes + label;
    gradient[own] = (gradient[own] as number) - 1;
  }
  return gradient.map((slope) => slope / labels.length);
}

/** How often the argument is halved before its power is summed, and the power squared afterwards. */
const HALVINGS = 6;

/** Terms of the series; the next one is below the last digit, because what is summed is below 1. */
const TERMS = 18;

/** Below this a power counts as nothing: beside 1 it is lost anyway. */
const LOWEST = -40;

/**
 * e to the power of a number that is not positive. The standard leaves the last digits of `Math.exp` to the engine,
 * and training would carry them into every weight; this has the same result everywhere.
 * @see https://tc39.es/ecma262/#sec-math.exp
 */
function exponential(exponent: number): number {
  if (exponent < LOWEST) return 0;
  const halved = exponent / 2 ** HALVINGS;
  let power = 1;
  let term = 1;
  for (let n = 1; n <= TERMS; n++) {
    term *= halved / n;
    power += term;
  }
  for (let n = 0; n < HALVINGS; n++) power *= power;
  return power;
}
