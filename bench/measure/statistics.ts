/** Where repeated measurements of one thing lie. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The spread of measurements, at least one. */
export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** The middle one of some numbers, or the mean of the middle two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const last = sorted.length - 1;
  return (valueAt(sorted, Math.floor(last / 2)) + valueAt(sorted, Math.ceil(last / 2))) / 2;
}

/** The value that a share of the sorted values does not exceed (nearest rank). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return valueAt(sorted, Math.max(0, Math.ceil(share * sorted.length) - 1));
}

function valueAt(values: ArrayLike<number>, index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError('expected at least one value');
  return value;
}

/**
 * How much `ours` is of `theirs`: the ratio of the medians, and the least and most that one round gave.
 * Both were measured in the same rounds.
 */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Spread {
  const perRound = ours.map((value, round) => value / (theirs[round] ?? Number.NaN));
  return { ...spreadOf(perRound), median: median(ours) / median(theirs) };
}

/** Slope of the straight line that lies closest to some points (least squares). */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  let covariance = 0;
  let variance = 0;
  for (const [x, y] of points) {
    covariance += (x - meanX) * (y - meanY);
    variance += (x - meanX) ** 2;
  }
  return covariance / variance;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
