/** What something costs at a number of requests a second. */
export type CostAt = (requestsPerSecond: number) => number;

/** Requests a second between which crossovers are looked for: one in two minutes, and more than a service meets. */
export const SEARCHED = { from: 0.01, to: 100_000 } as const;

/** A saving of less is none. */
const MARGIN = 0.01;

const STEPS_PER_DECADE = 100;

/**
 * The least requests a second, among those searched, from which one costs less than another by more than a hundredth.
 *
 * @returns undefined if it never does; the lower end of the search if it does so there already.
 */
export function crossover(from: CostAt, to: CostAt): number | undefined {
  const isCheaper = (rate: number) => to(rate) < from(rate) * (1 - MARGIN);
  let dearer: number | undefined;
  for (const rate of ratesBetween(SEARCHED.from, SEARCHED.to, STEPS_PER_DECADE)) {
    if (isCheaper(rate)) return dearer === undefined ? rate : narrow(dearer, rate, isCheaper);
    dearer = rate;
  }
  return undefined;
}

/** Rates with equal factors between them, both ends among them. */
export function ratesBetween(from: number, to: number, stepsPerDecade: number): number[] {
  const steps = Math.round(Math.log10(to / from) * stepsPerDecade);
  return Array.from({ length: steps + 1 }, (_, step) => from * (to / from) ** (step / steps));
}

/** Halves what lies between a rate that is not yet, and one that is, cheaper. */
function narrow(dearer: number, cheaper: number, isCheaper: (rate: number) => boolean): number {
  let [low, high] = [dearer, cheaper];
  while (high / low > 1 + 1e-9) {
    const middle = Math.sqrt(low * high);
    if (isCheaper(middle)) high = middle;
    else low = middle;
  }
  return high;
}
