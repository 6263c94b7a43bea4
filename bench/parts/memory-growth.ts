import { generateLoad } from '../load/load-generator';
import { slopeOf, spreadOf } from '../measure/statistics';
import type { PartResult } from '../report/part-result';
import { type Server, startServer } from '../servers/server';
import type { Workbench } from '../workbench';

const CONNECTIONS = 8;

/** Points of the curve. */
const SAMPLES = 200;

type Point = readonly [requests: number, megabytes: number];

/** Measures how the memory of a warm function changes over many requests. */
export async function measureGrowth(bench: Workbench): Promise<PartResult> {
  const requests = bench.options.quick ? 4_000 : 200_000;
  const contender = (await bench.product()).predict();
  const server = await startServer(contender);
  try {
    const load = { port: server.port, request: contender.request, connections: CONNECTIONS };
    await generateLoad({ ...load, requests: requests / 10 });
    return report(await sampleMemory(server, { ...load, requests }));
  } finally {
    await server.stop();
  }
}

async function sampleMemory(
  server: Server,
  load: {
    readonly port: number;
    readonly request: Buffer;
    readonly connections: number;
    readonly requests: number;
  },
): Promise<Point[]> {
  const points: Point[] = [];
  const step = load.requests / SAMPLES;
  await generateLoad({
    ...load,
    onAnswer(answers) {
      if (answers % step === 0) points.push([answers, server.facts().residentMb]);
    },
  });
  return points;
}

function report(points: readonly Point[]): PartResult {
  const last = points.slice(-SAMPLES / 4);
  const before = points.slice(-SAMPLES / 2, -SAMPLES / 4);
  const reference = spreadOf(before.map(([, megabytes]) => megabytes)).median;
  const measured = spreadOf(last.map(([, megabytes]) => megabytes / reference));
  const perMillion = slopeOf(points.slice(-SAMPLES / 2)) * 1e6;
  const { min, max } = spreadOf(points.map(([, megabytes]) => megabytes));
  const row = [String(points.length), min, max, perMillion].map((cell) =>
    typeof cell === 'number' ? cell.toFixed(1) : cell,
  );
  return {
    outcomes: { memoryGrowth: { measured } },
    tables: [
      {
        title: `Memory of \`predict\` over ${points.at(-1)?.[0]} requests after warm-up`,
        columns: ['samples', 'least MB', 'most MB', 'slope of the last half, MB per million requests'],
        rows: [row],
      },
    ],
    charts: [
      {
        kind: 'lines',
        title: 'Resident memory',
        xTitle: 'requests after warm-up',
        yTitle: 'MB',
        lines: [{ label: 'predict', points }],
      },
    ],
    samples: points,
  };
}
