import { capacityOf, costOf, freeRequests } from '../cost/cost';
import { PLANS } from '../cost/plan';
import { PLATFORM, PRICES } from '../cost/prices';
import { MONTH_SECONDS, steady, TRAFFIC } from '../cost/traffic';
import type { MachineFacts } from '../machine';
import { median, ratioOf } from '../measure/statistics';
import { middleOf } from '../measure/sweep';
import type { WarmFigures } from '../measure/warm-figures';
import { formatNumber, type Table, toMarkdown } from '../report/table';
import { crossoverOf, formatRange } from './cost-tables';
import { figuresOf } from './figures';
import { costPerMillion, OFFERS } from './offers';
import { type Figure, roundsAt, tablesOf } from './report';
import type { ComparisonSamples } from './samples';

/** A run of the comparison, as its `results.json` has it. */
export interface ComparisonRun {
  readonly machine: MachineFacts;
  readonly samples: ComparisonSamples;
}

/** Reads the text of a `results.json`. @throws {TypeError} if that run was of other parts. */
export function readRun(text: string): ComparisonRun {
  // Written by `writeReport`, from the types that are named here.
  const { machine, parts } = JSON.parse(text) as {
    readonly machine: MachineFacts;
    readonly parts: { readonly compare?: { readonly samples: ComparisonSamples } };
  };
  if (parts.compare === undefined) throw new TypeError('expected results of the part compare, got others');
  return { machine, samples: parts.compare.samples };
}

/**
 * Puts the figures of a run where `{{name}}` stands for them: a table by its name, or one figure.
 *
 * @throws {TypeError} for a name that is neither.
 */
export function fillDocument(template: string, run: ComparisonRun): string {
  const values = new Map<string, string>([
    ...Object.entries<Table>(tablesOf(run.samples)).map(
      ([name, table]) => [name, withCaption(table)] as const,
    ),
    ...Object.entries(describeRun(run)),
    ...Object.entries(measuredFigures(run.samples)),
    ...Object.entries(pricedFigures(run.samples)),
  ]);
  return template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values.get(name);
    if (value === undefined)
      throw new TypeError(`the document asks for "${name}", which the run does not have`);
    return value;
  });
}

/** In the document a table stands in a section, so its title is no heading. */
function withCaption(table: Table): string {
  return toMarkdown(table).replace(/^### (.*)$/m, '**$1**');
}

function describeRun({ machine }: ComparisonRun): Record<string, string> {
  return {
    day: (machine['date'] ?? '').slice(0, 10),
    commit: machine['commit'] ?? '',
    machine: machine['machine'] ?? '',
    node: machine['Node of the servers'] ?? '',
  };
}

function measuredFigures({ hosts }: ComparisonSamples): Record<string, string> {
  const { function: ours, container } = hosts;
  const cold = (times: readonly number[] | undefined) => median(times ?? [Number.NaN]);
  const ratioAt = (level: number, figure: Figure) => {
    const ratio = ratioOf(roundsAt(container, level, figure), roundsAt(ours, level, figure));
    const [middle, min, max] = [ratio.median, ratio.min, ratio.max].map(formatNumber);
    return `${middle} (${min} to ${max})`;
  };
  const rate = ({ requestsPerSecond }: WarmFigures) => requestsPerSecond;
  const megabytes = ({ residentMb = Number.NaN }: WarmFigures) => residentMb;
  return {
    coldFunctionMs: cold(ours.coldMs[1]).toFixed(0),
    coldContainerMs: cold(container.coldMs[1]).toFixed(0),
    coldRatio: formatNumber(cold(container.coldMs[1]) / cold(ours.coldMs[1])),
    coldAllFunctionMs: cold(ours.coldMs[80]).toFixed(0),
    coldAllContainerMs: cold(container.coldMs[80]).toFixed(0),
    bucketFunctionMs: (cold(ours.coldFromBucketMs) - cold(ours.coldMs[1])).toFixed(0),
    bucketContainerMs: (cold(container.coldFromBucketMs) - cold(container.coldMs[1])).toFixed(0),
    rateRatioLone: ratioAt(1, rate),
    rateRatioMany: ratioAt(80, rate),
    p99RatioMany: ratioAt(80, ({ p99Ms }) => p99Ms),
    rounds: String(ours.warm.length),
    coldRounds: String(ours.coldMs[1]?.length ?? 0),
    functionMb: middleOf(ours.warm, 80, megabytes).toFixed(0),
    containerMb: middleOf(container.warm, 80, megabytes).toFixed(0),
  };
}

function pricedFigures(samples: ComparisonSamples): Record<string, string> {
  const host = figuresOf(samples.hosts.function);
  const { onDemand, keptWarm, alwaysOn } = PLANS;
  const { sporadic, bulk } = TRAFFIC;
  const perMillion = (figures = host, traffic: Parameters<typeof costOf>[2] = sporadic.traffic) =>
    costOf(figures, onDemand, traffic).perMillionPredictions;
  const nothing = steady(0);
  return {
    pricesOn: PRICES.readOn,
    pricesFrom: PRICES.source,
    keepAliveMinutes: String(PLATFORM.keepAliveSeconds / 60),
    cpuTarget: `${PLATFORM.cpuTarget * 100} %`,
    monthHours: String(MONTH_SECONDS / 3_600),
    warmMonth: costOf(host, keptWarm, nothing).perMonth.toFixed(2),
    alwaysOnMonth: costOf(host, alwaysOn, nothing).perMonth.toFixed(2),
    freeRequests: `${(freeRequests(host, onDemand) / 1e6).toFixed(1)} million`,
    sporadicMillion: perMillion().toFixed(2),
    sporadicMillionSlow: perMillion({ ...host, coldSeconds: host.coldSeconds * 10 }).toFixed(2),
    sporadicMonth: formatNumber(costOf(host, onDemand, sporadic.traffic).perMonth),
    bulkMillion: formatNumber(perMillion(host, bulk.traffic)),
    functionCapacity: formatNumber(capacityOf(host, onDemand)),
    containerCapacity: formatNumber(capacityOf(figuresOf(samples.hosts.container), onDemand)),
    bulkRatio: formatNumber(host.bulkSeconds / host.requestSeconds),
    alwaysOnAt: formatRange(crossoverOf(samples, 'alwaysOn')),
    warmToOnAt: formatRange(crossoverOf(samples, 'warmToOn')),
    functionWarmAt: formatRange(crossoverOf(samples, 'functionWarm')),
    containerWarmAt: formatRange(crossoverOf(samples, 'containerWarm')),
    containerAt: formatRange(crossoverOf(samples, 'host')),
    functionAt: formatRange(crossoverOf(samples, 'hostBack')),
    warmOffersRatio: formatNumber(
      costPerMillion(samples, OFFERS.containerWarm)(1) / costPerMillion(samples, OFFERS.functionWarm)(1),
    ),
  };
}
