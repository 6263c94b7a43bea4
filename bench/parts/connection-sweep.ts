import { measureSweeps, middleOf, type Sweeps } from '../measure/sweep';
import type { WarmFigures } from '../measure/warm-figures';
import { type Options, roundsOf } from '../options';
import type { LineChart } from '../report/chart';
import type { PartResult } from '../report/part-result';
import { formatNumber, type Table } from '../report/table';
import type { Contender } from '../servers/contender';

/** Shows how throughput and latency change with the number of connections. */
export async function sweepConnections(
  contenders: readonly Contender[],
  options: Options,
): Promise<Omit<PartResult, 'outcomes'>> {
  const levels = options.quick ? [1, 64] : [1, 2, 4, 8, 16, 32, 64];
  const durationMs = options.quick ? 200 : 1_500;
  const sweeps = await measureSweeps(contenders, { levels, durationMs, rounds: roundsOf(options, 3) });
  return {
    tables: [
      describe('requests/s', sweeps, levels, ({ requestsPerSecond }) => requestsPerSecond),
      describe('p99 ms', sweeps, levels, ({ p99Ms }) => p99Ms),
    ],
    charts: [
      draw(
        'Throughput by connections',
        'requests/s',
        sweeps,
        levels,
        ({ requestsPerSecond }) => requestsPerSecond,
      ),
      draw('p99 by connections', 'ms', sweeps, levels, ({ p99Ms }) => p99Ms),
    ],
    samples: Object.fromEntries(sweeps),
  };
}

type Figure = (figures: WarmFigures) => number;

function describe(unit: string, sweeps: Sweeps, levels: readonly number[], figure: Figure): Table {
  return {
    title: `By number of connections, ${unit}`,
    columns: ['contender', ...levels.map(String)],
    rows: [...sweeps].map(([name, rounds]) => [
      name,
      ...levels.map((level) => formatNumber(middleOf(rounds, level, figure))),
    ]),
  };
}

function draw(
  title: string,
  yTitle: string,
  sweeps: Sweeps,
  levels: readonly number[],
  figure: Figure,
): LineChart {
  const lines = [...sweeps].map(([label, rounds]) => ({
    label,
    points: levels.map((level) => [level, middleOf(rounds, level, figure)] as const),
  }));
  return { kind: 'lines', title, xTitle: 'connections', yTitle, logX: true, lines };
}
