import { describeComparison } from '../comparison/report';
import type { ComparisonSamples, HostName, HostSamples } from '../comparison/samples';
import { BULK_ROWS } from '../cost/traffic';
import { batchRequest } from '../load/batch-request';
import { interleave } from '../measure/interleave';
import { measureSweeps } from '../measure/sweep';
import { measureNewProcess } from '../measure/warm-figures';
import { roundsOf } from '../options';
import type { PartResult } from '../report/part-result';
import type { Contender } from '../servers/contender';
import { AS_IMAGE } from '../servers/contenders';
import { CAN_KEEP_ON_ONE_CPU, onOneCpu } from '../servers/one-cpu';
import { coldStart } from '../servers/server';
import type { Workbench } from '../workbench';

/** One contender for each host. */
type Pair = Readonly<Record<HostName, Contender>>;

/** What each host gave, one entry a round. */
type PairOf<T> = Readonly<Record<HostName, readonly T[]>>;

/** Requests that meet a starting host at once, and connections of a warm one: up to Cloud Run's default concurrency. */
const COLD_LEVELS = [1, 10, 40, 80] as const;
const WARM_LEVELS = [1, 2, 5, 10, 20, 40, 80] as const;

/** Measures the function and the container server side by side, cold and warm, and prices them. */
export async function measureComparison(bench: Workbench): Promise<PartResult> {
  const product = await bench.product();
  const hosts = { function: product.predict(), container: product.server({ env: AS_IMAGE }) };
  const cold = await measureCold(bench, hosts);
  const fromBucket = await measureFromBucket(bench);
  const warm = await measureWarm(bench, hosts);
  const bulk = await measureBulk(bench);
  const samplesOf = (host: HostName): HostSamples => ({
    coldMs: Object.fromEntries([...cold].map(([level, rounds]) => [level, rounds[host]])),
    coldFromBucketMs: fromBucket?.[host],
    warm: warm.get(hosts[host].name) ?? [],
    bulkMs: bulk[host],
  });
  const samples: ComparisonSamples = {
    onOneCpu: CAN_KEEP_ON_ONE_CPU,
    hosts: { function: samplesOf('function'), container: samplesOf('container') },
  };
  return { outcomes: {}, ...describeComparison(samples), samples };
}

/** On every CPU of the machine: startup CPU boost gives a starting instance of one CPU two. */
async function measureCold(bench: Workbench, hosts: Pair): Promise<Map<number, PairOf<number>>> {
  const levels = bench.options.quick ? [1, 80] : COLD_LEVELS;
  await inTurn(1, hosts, (contender) => coldStart(contender, 1));
  const measured = new Map<number, PairOf<number>>();
  for (const level of levels) {
    const rounds = roundsOf(bench.options, 15);
    measured.set(level, await inTurn(rounds, hosts, (contender) => coldStart(contender, level)));
  }
  return measured;
}

async function measureFromBucket(bench: Workbench): Promise<PairOf<number> | undefined> {
  const bucket = await bench.bucket();
  if ('missing' in bucket) return undefined;
  const { endpoint } = bucket.value;
  const env = { GCS_API_ENDPOINT: endpoint, MODEL_REGISTRY: 'gs://models/iris', MODEL_NAME: 'iris' };
  const product = await bench.product();
  const hosts = {
    function: product.predict({ env }),
    container: product.server({ env: { ...env, ...AS_IMAGE } }),
  };
  await inTurn(1, hosts, (contender) => coldStart(contender, 1));
  return inTurn(roundsOf(bench.options, 15), hosts, (contender) => coldStart(contender, 1));
}

function measureWarm({ options }: Workbench, hosts: Pair) {
  return measureSweeps(Object.values(hosts).map(onOneCpu), {
    levels: options.quick ? [1, 80] : WARM_LEVELS,
    durationMs: options.quick ? 200 : 2_000,
    rounds: roundsOf(options, 5),
  });
}

async function measureBulk(bench: Workbench): Promise<PairOf<number>> {
  const product = await bench.product();
  const request = batchRequest(BULK_ROWS);
  const hosts = {
    function: product.predictBatch({ request }),
    container: product.server({ request, env: AS_IMAGE }),
  };
  const durationMs = bench.options.quick ? 200 : 2_000;
  return inTurn(roundsOf(bench.options, 5), hosts, (contender) => medianMs(onOneCpu(contender), durationMs));
}

async function medianMs(contender: Contender, durationMs: number): Promise<number> {
  const { request } = contender;
  const load = { request, connections: 1, warmUpMs: durationMs / 2, durationMs };
  return (await measureNewProcess(contender, load)).p50Ms;
}

async function inTurn<T>(
  rounds: number,
  hosts: Pair,
  measure: (contender: Contender) => Promise<T>,
): Promise<PairOf<T>> {
  const variants = new Map(
    (['function', 'container'] as const).map((host) => [host, () => measure(hosts[host])]),
  );
  const measured = await interleave(rounds, variants);
  return { function: measured.get('function') ?? [], container: measured.get('container') ?? [] };
}
