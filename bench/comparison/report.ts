import { ratioOf, spreadOf } from '../measure/statistics';
import { middleOf, type Sweep } from '../measure/sweep';
import type { WarmFigures } from '../measure/warm-figures';
import type { Chart, LineChart } from '../report/chart';
import { formatNumber, type Table } from '../report/table';
import {
  describeColdStarts,
  describeCosts,
  describeCrossovers,
  describeFigures,
  describeMonths,
  drawCosts,
} from './cost-tables';
import { type ComparisonSamples, HOSTS, type HostName, type HostSamples } from './samples';

const HOST_NAMES = Object.keys(HOSTS) as HostName[];

/** One of the figures of a warm server. */
export type Figure = (figures: WarmFigures) => number;

/** The tables and charts of the comparison, from its samples alone. */
export function describeComparison(samples: ComparisonSamples): { tables: Table[]; charts: Chart[] } {
  return { tables: Object.values(tablesOf(samples)), charts: drawComparison(samples) };
}

/** Each table, by the name that `docs/comparison.md` is filled by. */
export function tablesOf(samples: ComparisonSamples) {
  return {
    cold: describeCold(samples),
    warm: describeWarm(samples),
    latency: describeLatency(samples),
    use: describeUse(samples),
    figures: describeFigures(samples),
    costs: describeCosts(samples),
    months: describeMonths(samples),
    coldStarts: describeColdStarts(samples),
    crossovers: describeCrossovers(samples),
  };
}

function describeCold({ hosts }: ComparisonSamples): Table {
  const levels = Object.keys(hosts.function.coldMs).map(Number);
  const bucket = [hosts.function.coldFromBucketMs, hosts.container.coldFromBucketMs] as const;
  return {
    title: 'Cold: from process start until all requests are answered, ms',
    columns: [
      'requests at once',
      HOSTS.function,
      'min-max',
      HOSTS.container,
      'min-max',
      'container / function',
    ],
    rows: [
      ...levels.map((level) =>
        coldRow(String(level), hosts.function.coldMs[level] ?? [], hosts.container.coldMs[level] ?? []),
      ),
      ...(bucket[0] && bucket[1] ? [coldRow('1, model in a bucket', bucket[0], bucket[1])] : []),
    ],
  };
}

function coldRow(label: string, ours: readonly number[], theirs: readonly number[]): string[] {
  return [label, ...besideEachOther(ours, theirs, (ms) => ms.toFixed(0))];
}

function describeWarm(samples: ComparisonSamples): Table {
  const rate: Figure = ({ requestsPerSecond }) => requestsPerSecond;
  return byConnections(samples, `Warm, ${cpusOf(samples)}: requests/s`, { 'requests/s': rate });
}

function describeLatency(samples: ComparisonSamples): Table {
  return byConnections(samples, `Warm, ${cpusOf(samples)}: latency, ms`, {
    p50: ({ p50Ms }) => p50Ms,
    p99: ({ p99Ms }) => p99Ms,
  });
}

function describeUse(samples: ComparisonSamples): Table {
  return byConnections(samples, `Warm, ${cpusOf(samples)}: CPU and memory`, {
    'CPU us a request': ({ cpuMicros = Number.NaN }) => cpuMicros,
    MB: ({ residentMb = Number.NaN }) => residentMb,
  });
}

function cpusOf({ onOneCpu }: ComparisonSamples): string {
  return onOneCpu ? 'each host on one CPU' : 'each host on all CPUs';
}

function byConnections(
  { hosts }: ComparisonSamples,
  title: string,
  figures: Readonly<Record<string, Figure>>,
): Table {
  return {
    title,
    columns: [
      'connections',
      ...Object.keys(figures).flatMap((name) => [
        ...HOST_NAMES.flatMap((host) => [`${HOSTS[host]}, ${name}`, 'min-max']),
        'container / function',
      ]),
    ],
    rows: levelsOf(hosts.function).map((level) => [
      String(level),
      ...Object.values(figures).flatMap((figure) => {
        const [ours, theirs] = HOST_NAMES.map((host) => roundsAt(hosts[host], level, figure));
        return besideEachOther(ours ?? [], theirs ?? [], formatNumber);
      }),
    ]),
  };
}

/** One figure at one number of connections, one a round. */
export function roundsAt({ warm }: HostSamples, level: number, figure: Figure): number[] {
  return warm.flatMap((sweep) => sweep[level] ?? []).map(figure);
}

/** What each host gave, where its rounds lay, and the ratio of the two. */
function besideEachOther(
  ours: readonly number[],
  theirs: readonly number[],
  format: (value: number) => string,
): string[] {
  const cells = [ours, theirs].flatMap((values) => {
    const { median, min, max } = spreadOf(values);
    return [format(median), `${format(min)}-${format(max)}`];
  });
  return [...cells, formatNumber(ratioOf(theirs, ours).median)];
}

function levelsOf({ warm: [first = {} as Sweep] }: HostSamples): number[] {
  return Object.keys(first).map(Number);
}

function drawComparison(samples: ComparisonSamples): Chart[] {
  return [
    draw(samples, 'Cold starts of both hosts', 'ms until all are answered', ({ coldMs }) =>
      Object.entries(coldMs).map(([level, times]) => [Number(level), spreadOf(times).median]),
    ),
    draw(samples, 'Throughput of both hosts', 'requests/s', (host) =>
      pointsOf(host, ({ requestsPerSecond }) => requestsPerSecond),
    ),
    draw(samples, 'p99 of both hosts', 'ms', (host) => pointsOf(host, ({ p99Ms }) => p99Ms)),
    drawCosts(samples),
  ];
}

type Points = (readonly [x: number, y: number])[];

function pointsOf(host: HostSamples, figure: Figure): Points {
  return levelsOf(host).map((level) => [level, middleOf(host.warm, level, figure)]);
}

function draw(
  { hosts }: ComparisonSamples,
  title: string,
  yTitle: string,
  points: (host: HostSamples) => Points,
): LineChart {
  const lines = HOST_NAMES.map((host) => ({ label: HOSTS[host], points: points(hosts[host]) }));
  return { kind: 'lines', title, xTitle: 'requests at once', yTitle, logX: true, lines };
}
