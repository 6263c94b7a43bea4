/** Where a slider begins and ends, and how far it moves at once. */
export interface NumberScale {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** The range seen in training as shares of the slider's length, 0 to 1. */
  readonly band: readonly [from: number, to: number];
}

/** How much of the training range is added at each end, so that a slider shows what lies outside. */
const MARGIN = 0.15;

/** Steps there are in the training range at the least; a step is a power of ten. */
const MIN_STEPS = 20;

/** Scales a slider for values of a range; what cannot be negative in training does not become so. */
export function scaleOf([low, high]: readonly [number, number], isInteger: boolean): NumberScale {
  const span = high - low || Math.abs(high) || 1;
  const step = stepOf(span, isInteger);
  const margin = Math.max(span * MARGIN, step);
  const min = roundTo(low >= 0 ? Math.max(0, low - margin) : low - margin, step);
  const max = roundTo(high + margin, step);
  const share = (value: number) => (value - min) / (max - min);
  return { min, max, step, band: [share(low), share(high)] };
}

function stepOf(span: number, isInteger: boolean): number {
  const step = 10 ** Math.floor(Math.log10(span / MIN_STEPS));
  return isInteger ? Math.max(1, step) : step;
}

/** The nearest multiple of a step, without the digits that binary fractions add. */
export function roundTo(value: number, step: number): number {
  return Number((Math.round(value / step) * step).toPrecision(12));
}
