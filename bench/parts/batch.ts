import { batchRequest } from '../load/batch-request';
import { generateLoad } from '../load/load-generator';
import { interleave } from '../measure/interleave';
import { median, quantile } from '../measure/statistics';
import { roundsOf } from '../options';
import { compare } from '../report/outcome';
import type { PartResult } from '../report/part-result';
import { formatNumber } from '../report/table';
import type { Contender } from '../servers/contender';
import { type Server, startServer } from '../servers/server';
import type { Workbench } from '../workbench';

const OURS = 'predictBatch';
const THEIRS = 'JSON + session.run';

/** The size that the target is about. */
const TARGET_ROWS = 10_000;

/** Median milliseconds of one request, one figure a round, by contender. */
type BatchSamples = Map<string, number[]>;

/** Measures requests of many rows, one at a time. */
export async function measureBatch(bench: Workbench): Promise<PartResult> {
  const sizes = bench.options.quick ? [1, TARGET_ROWS] : [1, 10, 100, 1_000, TARGET_ROWS, 100_000];
  const contenders = await openContenders(bench);
  const servers = new Map<string, Server>();
  try {
    for (const contender of contenders) servers.set(contender.name, await startServer(contender));
    const bySize = new Map<number, BatchSamples>();
    for (const rows of sizes) bySize.set(rows, await measureSize(servers, rows, bench));
    return report(bySize);
  } finally {
    for (const server of servers.values()) await server.stop();
  }
}

async function openContenders(bench: Workbench): Promise<Contender[]> {
  const [product, peers] = await Promise.all([bench.product(), bench.peers()]);
  const request = batchRequest(1);
  return [product.predictBatch({ request }), peers.jsonBatch({ request })];
}

/** Both servers are there all the time: the one that waits takes no CPU. */
function measureSize(
  servers: ReadonlyMap<string, Server>,
  rows: number,
  bench: Workbench,
): Promise<BatchSamples> {
  const request = batchRequest(rows);
  const durationMs = bench.options.quick ? 200 : 1_000;
  const variants = new Map(
    [...servers].map(([name, { port }]) => [name, () => medianLatency(port, request, durationMs)]),
  );
  return interleave(roundsOf(bench.options, 7), variants);
}

async function medianLatency(port: number, request: Buffer, durationMs: number): Promise<number> {
  const { latenciesMs } = await generateLoad({ port, request, connections: 1, durationMs });
  return quantile(latenciesMs, 0.5);
}

function report(bySize: ReadonlyMap<number, BatchSamples>): PartResult {
  const middle = (samples: BatchSamples, name: string) => median(samples.get(name) ?? []);
  return {
    outcomes: { batch: compare(bySize.get(TARGET_ROWS) ?? new Map(), OURS, THEIRS, new Map()) },
    tables: [
      {
        title: 'Batches, one request at a time, median ms of a request',
        columns: ['rows', OURS, THEIRS, 'ratio'],
        rows: [...bySize].map(([rows, samples]) => {
          const [ours, theirs] = [middle(samples, OURS), middle(samples, THEIRS)];
          return [String(rows), ...[ours, theirs, ours / theirs].map(formatNumber)];
        }),
      },
    ],
    charts: [
      {
        kind: 'lines',
        title: 'Time of a request by rows',
        xTitle: 'rows in a request',
        yTitle: 'ms',
        logX: true,
        logY: true,
        lines: [OURS, THEIRS].map((label) => ({
          label,
          points: [...bySize].map(([rows, samples]) => [rows, middle(samples, label)] as const),
        })),
      },
    ],
    samples: Object.fromEntries([...bySize].map(([rows, samples]) => [rows, Object.fromEntries(samples)])),
  };
}
