/** From when on a difference is drift. It must be as large as this and be no chance, both. */
export interface Thresholds {
  /** Population stability index. @default 0.2 */
  readonly psi: number;
  /** Kolmogorov-Smirnov distance. @default 0.15 */
  readonly ks: number;
  /** Share of missing values beyond that of the baseline. @default 0.05 */
  readonly missing: number;
  /** Share of values outside the range seen in training. @default 0.05 */
  readonly outside: number;
  /** How likely a false alarm may be, over all tests of one version together. @default 0.01 */
  readonly alpha: number;
  /** Fewer rows than this are not compared. @default 100 */
  readonly minRows: number;
}

/**
 * A shift by half a standard deviation of a normal variable has an index of 0.25 and a distance of 0.197: both thresholds
 * are a little less.
 */
export const DEFAULT_THRESHOLDS: Thresholds = {
  psi: 0.2,
  ks: 0.15,
  missing: 0.05,
  outside: 0.05,
  alpha: 0.01,
  minRows: 100,
};
