import { costOf } from '../cost/cost';
import type { CostAt } from '../cost/crossover';
import { PLANS, type Plan } from '../cost/plan';
import { steady } from '../cost/traffic';
import { figuresOf } from './figures';
import { type ComparisonSamples, HOSTS, type HostName } from './samples';

/** A host under a plan. */
export interface Offer {
  readonly name: string;
  readonly host: HostName;
  readonly plan: Plan;
}

/** Everything that can be chosen. A function has no instance-based billing. */
export const OFFERS = {
  function: offer('function', 'onDemand', 'min 0'),
  functionWarm: offer('function', 'keptWarm', 'min 1'),
  container: offer('container', 'onDemand', 'min 0'),
  containerWarm: offer('container', 'keptWarm', 'min 1'),
  containerOn: offer('container', 'alwaysOn', 'always on'),
} as const satisfies Record<string, Offer>;

export type OfferId = keyof typeof OFFERS;

function offer(host: HostName, plan: keyof typeof PLANS, name: string): Offer {
  return { name: `${HOSTS[host]}, ${name}`, host, plan: PLANS[plan] };
}

/** What steady traffic costs under an offer, a month. */
export function monthlyCost({ hosts }: ComparisonSamples, { host, plan }: Offer): CostAt {
  const figures = figuresOf(hosts[host]);
  return (rate) => costOf(figures, plan, steady(rate)).perMonth;
}

/** What steady traffic costs under an offer, per million predictions. */
export function costPerMillion({ hosts }: ComparisonSamples, { host, plan }: Offer): CostAt {
  const figures = figuresOf(hosts[host]);
  return (rate) => costOf(figures, plan, steady(rate)).perMillionPredictions;
}
