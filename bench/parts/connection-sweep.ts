import { interleave } from '../measure/interleave';
import { median } from '../measure/statistics';
import { measureLoad, type WarmFigures } from '../measure/warm-figures';
import { type Options, roundsOf } from '../options';
import type { LineChart } from '../report/chart';
import type { PartResult } from '../report/part-result';
import { formatNumber, type Table } from '../report/table';
import type { Contender } from '../servers/contender';
import { startServer } from '../servers/server';

/** Figures by number of connections. */
type Sweep = ReadonlyMap<number, WarmFigures>;

/** Shows how throughput and latency change with the number of connections. */
export async function sweepConnections(
  contenders: readonly Contender[],
  options: Options,
): Promise<Omit<PartResult, 'outcomes'>> {
  const levels = options.quick ? [1, 64] : [1, 2, 4, 8, 16, 32, 64];
  const durationMs = options.quick ? 200 : 1_500;
  const variants = new Map(
    contenders.map((contender) => [contender.name, () => sweepOne(contender, levels, durationMs)]),
  );
  const sweeps = await interleave(roundsOf(options, 3), variants);
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
    samples: Object.fromEntries(
      [...sweeps].map(([name, rounds]) => [name, rounds.map((sweep) => Object.fromEntries(sweep))]),
    ),
  };
}

async function sweepOne(contender: Contender, levels: readonly number[], durationMs: number): Promise<Sweep> {
  const server = await startServer(contender);
  const { request } = contender;
  try {
    await measureLoad(server, { request, connections: 8, durationMs: 2 * durationMs });
    const figures = new Map<number, WarmFigures>();
    for (const connections of levels) {
      figures.set(connections, await measureLoad(server, { request, connections, durationMs }));
    }
    return figures;
  } finally {
    await server.stop();
  }
}

type Figure = (figures: WarmFigures) => number;

function middle(rounds: readonly Sweep[], level: number, figure: Figure): number {
  return median(rounds.flatMap((sweep) => sweep.get(level) ?? []).map(figure));
}

function describe(
  unit: string,
  sweeps: ReadonlyMap<string, readonly Sweep[]>,
  levels: readonly number[],
  figure: Figure,
): Table {
  return {
    title: `By number of connections, ${unit}`,
    columns: ['contender', ...levels.map(String)],
    rows: [...sweeps].map(([name, rounds]) => [
      name,
      ...levels.map((level) => formatNumber(middle(rounds, level, figure))),
    ]),
  };
}

function draw(
  title: string,
  yTitle: string,
  sweeps: ReadonlyMap<string, readonly Sweep[]>,
  levels: readonly number[],
  figure: Figure,
): LineChart {
  const lines = [...sweeps].map(([label, rounds]) => ({
    label,
    points: levels.map((level) => [level, middle(rounds, level, figure)] as const),
  }));
  return { kind: 'lines', title, xTitle: 'connections', yTitle, logX: true, lines };
}
