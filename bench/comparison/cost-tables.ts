import { type Cost, capacityOf, costOf } from '../cost/cost';
import { type CheaperRange, crossover, ratesBetween } from '../cost/crossover';
import { PLANS } from '../cost/plan';
import { BULK_ROWS, TRAFFIC } from '../cost/traffic';
import type { LineChart } from '../report/chart';
import { formatNumber, type Table } from '../report/table';
import { figuresOf } from './figures';
import { costPerMillion, monthlyCost, OFFERS, type OfferId } from './offers';
import { type ComparisonSamples, HOSTS, type HostName } from './samples';

const OFFER_IDS = Object.keys(OFFERS) as OfferId[];
const HOST_NAMES = Object.keys(HOSTS) as HostName[];

/** The figures that prices are worked out from. */
export function describeFigures({ hosts }: ComparisonSamples): Table {
  return {
    title: 'What the prices are worked out from',
    columns: [
      'host',
      'cold start s',
      'lone request ms',
      'its CPU us',
      `request of ${BULK_ROWS} rows ms`,
      'requests/s of an instance',
    ],
    rows: HOST_NAMES.map((host) => {
      const figures = figuresOf(hosts[host]);
      return [
        HOSTS[host],
        ...[
          figures.coldSeconds,
          figures.requestSeconds * 1e3,
          figures.cpuSeconds * 1e6,
          figures.bulkSeconds * 1e3,
          capacityOf(figures, PLANS.onDemand),
        ].map(formatNumber),
      ];
    }),
  };
}

/** What a million predictions cost. */
export function describeCosts(samples: ComparisonSamples): Table {
  return byTraffic(samples, 'US dollars per million predictions', (cost) => cost.perMillionPredictions);
}

/** What the whole traffic costs. */
export function describeMonths(samples: ComparisonSamples): Table {
  return byTraffic(samples, 'US dollars a month', (cost) => cost.perMonth);
}

function byTraffic({ hosts }: ComparisonSamples, title: string, figure: (cost: Cost) => number): Table {
  return {
    title,
    columns: ['traffic', ...OFFER_IDS.map((id) => OFFERS[id].name)],
    rows: Object.entries(TRAFFIC).map(([shape, { what, traffic }]) => [
      `${shape}: ${what}`,
      ...OFFER_IDS.map((id) => {
        const { host, plan } = OFFERS[id];
        return formatNumber(figure(costOf(figuresOf(hosts[host]), plan, traffic)));
      }),
    ]),
  };
}

/** How often nobody is there, without a minimum instance, and what part of the cost that is. */
export function describeColdStarts({ hosts }: ComparisonSamples): Table {
  return {
    title: 'Cold starts without a minimum instance',
    columns: ['traffic', ...HOST_NAMES.flatMap((host) => [`${HOSTS[host]}: a day`, 'part of the cost'])],
    rows: Object.entries(TRAFFIC).map(([shape, { traffic }]) => [
      shape,
      ...HOST_NAMES.flatMap((host) => {
        const { usage, coldShare } = costOf(figuresOf(hosts[host]), PLANS.onDemand, traffic);
        const aDay = (usage.coldStarts * 86_400) / traffic.periodSeconds;
        return [aDay < 0.01 ? '0' : formatNumber(aDay), `${(coldShare * 100).toFixed(1)} %`];
      }),
    ]),
  };
}

/** Changes of offer that might pay. */
export const CHANGES = {
  functionWarm: ['function', 'functionWarm'],
  containerWarm: ['container', 'containerWarm'],
  host: ['function', 'container'],
  hostBack: ['container', 'function'],
  alwaysOn: ['function', 'containerOn'],
  warmToOn: ['functionWarm', 'containerOn'],
} as const satisfies Record<string, readonly [OfferId, OfferId]>;

/** The requests a second between which a change pays; undefined if it never does. */
export function crossoverOf(
  samples: ComparisonSamples,
  change: keyof typeof CHANGES,
): CheaperRange | undefined {
  const [from, to] = CHANGES[change];
  return crossover(monthlyCost(samples, OFFERS[from]), monthlyCost(samples, OFFERS[to]));
}

/** At how many requests a second which offer is cheaper. */
export function describeCrossovers(samples: ComparisonSamples): Table {
  return {
    title: 'Crossover points of steady traffic',
    columns: ['instead of', 'this is cheaper', 'at requests/s'],
    rows: (Object.keys(CHANGES) as (keyof typeof CHANGES)[]).map((change) => {
      const [from, to] = CHANGES[change];
      return [OFFERS[from].name, OFFERS[to].name, formatRange(crossoverOf(samples, change))];
    }),
  };
}

/** Where something is cheaper, as the tables have it. */
export function formatRange(range: CheaperRange | undefined): string {
  if (range === undefined) return 'none found';
  const { from, to } = range;
  if (from === undefined) return to === undefined ? 'any' : `up to ${formatNumber(to)}`;
  return `from ${formatNumber(from)}${to === undefined ? '' : ` to ${formatNumber(to)}`}`;
}

/** What is drawn. A container that is kept warm costs so nearly what a function does that one would hide the other. */
const DRAWN = ['function', 'container', 'functionWarm', 'containerOn'] as const satisfies readonly OfferId[];

/** From one request in three hours, where cold starts tell the hosts apart, to more than an instance takes. */
const DRAWN_RATES = ratesBetween(0.0001, 10_000, 20);

/** What a million predictions cost as steady traffic grows. */
export function drawCosts(samples: ComparisonSamples): LineChart {
  return {
    kind: 'lines',
    title: 'Cost of steady traffic',
    xTitle: 'requests/s',
    yTitle: 'US dollars per million',
    logX: true,
    logY: true,
    lines: DRAWN.map((id) => {
      const costAt = costPerMillion(samples, OFFERS[id]);
      return { label: OFFERS[id].name, points: DRAWN_RATES.map((rate) => [rate, costAt(rate)] as const) };
    }),
  };
}
