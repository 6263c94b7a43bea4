// Cephes is the C library that scipy.special is made of, here in WebAssembly.
import { chdtrc, compiled, incbet, kolmogorov, ndtr, ndtri } from 'cephes';

/** Resolves when the functions of this file may be called. */
export function loadSpecialFunctions(): Promise<void> {
  return compiled;
}

/** The probability that a chi-squared variable is at least `x`. */
export function chiSquaredTail(x: number, degreesOfFreedom: number): number {
  return orZero(() => chdtrc(degreesOfFreedom, x));
}

/** The probability that Kolmogorov's limit distribution exceeds `x`. */
export function kolmogorovTail(x: number): number {
  // The series has ever more terms towards 0, where it is 1 to the last digit.
  return x < 0.1
    ? 1
    : Math.min(
        1,
        orZero(() => kolmogorov(x)),
      );
}

/**
 * The probability of at least `successes` in so many trials.
 *
 * @see https://dlmf.nist.gov/8.17#E5
 */
export function binomialTail(successes: number, trials: number, probability: number): number {
  // Its own function for this takes numbers up to 2^31 only.
  return successes <= 0 ? 1 : orZero(() => incbet(successes, trials - successes + 1, probability));
}

/** The probability that a standard normal variable is at least as far from 0 as `z`. */
export function normalTails(z: number): number {
  return 2 * orZero(() => ndtr(-Math.abs(z)));
}

/** The value below which a standard normal variable is with a probability. */
export function normalQuantile(probability: number): number {
  return ndtri(probability);
}

/**
 * The probability that a variable of Student's distribution is at least as far from 0 as `t`; the degrees of freedom may
 * be a fraction.
 *
 * @see https://dlmf.nist.gov/8.17#E4 and Abramowitz and Stegun 26.7.1
 */
export function studentTails(t: number, degreesOfFreedom: number): number {
  return orZero(() => incbet(degreesOfFreedom / 2, 0.5, degreesOfFreedom / (degreesOfFreedom + t ** 2)));
}

/** Cephes throws where a probability is too small for a number. */
function orZero(compute: () => number): number {
  try {
    return compute();
  } catch (error) {
    if (error instanceof Error && error.message.includes('underflow')) return 0;
    throw error;
  }
}
