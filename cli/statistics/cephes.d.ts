// The package has types, but its "exports" hide them: https://github.com/nearform/node-cephes
declare module 'cephes' {
  /** Resolves when the functions may be called. */
  export const compiled: Promise<void>;
  /** The probability that a chi-squared variable exceeds `x`. */
  export function chdtrc(df: number, x: number): number;
  /** The regularised incomplete beta function. */
  export function incbet(a: number, b: number, x: number): number;
  export function kolmogorov(y: number): number;
  /** The standard normal distribution function. */
  export function ndtr(x: number): number;
  /** The inverse of `ndtr`. */
  export function ndtri(y: number): number;
}
