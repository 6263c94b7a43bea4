/** Moments of numbers that come one by one, or already summarised. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
  readonly min: number;
  readonly max: number;
}

/** Gathers moments in constant memory. */
export interface MomentsTally {
  /** Adds the moments of some numbers; for a single one `{count: 1, mean: x, std: 0, min: x, max: x}`. */
  add(moments: Moments): void;
  addValue(value: number): void;
  total(): Moments;
}

/**
 * Begins with no number.
 *
 * @see Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979)
 */
export function createMomentsTally(): MomentsTally {
  let count = 0;
  let mean = 0;
  let squares = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  function add(other: Moments): void {
    if (other.count === 0) return;
    const both = count + other.count;
    const delta = other.mean - mean;
    squares += other.std ** 2 * other.count + delta ** 2 * ((count * other.count) / both);
    mean += (delta * other.count) / both;
    count = both;
    min = Math.min(min, other.min);
    max = Math.max(max, other.max);
  }
  return {
    add,
    addValue: (value) => add({ count: 1, mean: value, std: 0, min: value, max: value }),
    total: () =>
      count === 0
        ? { count, mean: 0, std: 0, min: 0, max: 0 }
        : { count, mean, std: Math.sqrt(squares / count), min, max },
  };
}
