/** What something costs at a number of requests a second. */
export type CostAt = (requestsPerSecond: number) => number;

/** Requests a second between which crossovers are looked for: one in three hours, and more than a service meets. */
export const SEARCHED = { from: 0.0001, to: 100_000 } as const;

/** A saving of less is none. */
const MARGIN = 0.01;

const STEPS_PER_DECADE = 100;

/** Requests a second between which something is cheaper; an end that is absent lies beyond what is searched. */
export interface CheaperRange {
  readonly from?: number;
  readonly to?: number;
}

/**
 * The lowest requests a second, among those searched, between which one costs less than another by more than a
 * hundredth.
 *
 * @returns undefined if it never does.
 */
export function crossover(from: CostAt, to: CostAt): CheaperRange | undefined {
  const isCheaper = (rate: number) => to(rate) < from(rate) * (1 - MARGIN);
  const rates = ratesBetween(SEARCHED.from, SEARCHED.to, STEPS_PER_DECADE);
  const first = rates.findIndex(isCheaper);
  if (first === -1) return undefined;
  const after = rates.findIndex((rate, index) => index > first && !isCheaper(rate));
  return {
    ...optional('from', boundary(rates, first, isCheaper)),
    ...optional(
      'to',
      boundary(rates, after, (rate) => !isCheaper(rate)),
    ),
  };
}

/** Rates with equal factors between them, both ends among them. */
export function ratesBetween(from: number, to: number, stepsPerDecade: number): number[] {
  const steps = Math.round(Math.log10(to / from) * stepsPerDecade);
  return Array.from({ length: steps + 1 }, (_, step) => from * (to / from) ** (step / steps));
}

/** Where something begins to hold that does from one of the rates on; undefined for the first, and for none. */
function boundary(
  rates: readonly number[],
  index: number,
  holds: (rate: number) => boolean,
): number | undefined {
  let [low, high] = [rates[index - 1], rates[index]];
  if (low === undefined || high === undefined) return undefined;
  while (high / low > 1 + 1e-9) {
    const middle = Math.sqrt(low * high);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function optional(name: keyof CheaperRange, value: number | undefined): CheaperRange {
  return value === undefined ? {} : { [name]: value };
}
