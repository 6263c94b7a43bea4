import { interleave } from '../measure/interleave';
import { median, spreadOf } from '../measure/statistics';
import { measureNewProcess, type WarmFigures } from '../measure/warm-figures';
import { roundsOf } from '../options';
import type { BarChart } from '../report/chart';
import { compare, type Samples } from '../report/outcome';
import type { PartResult } from '../report/part-result';
import type { Table } from '../report/table';
import { formatNumber } from '../report/table';
import { NAMES } from '../servers/contenders';
import { type Field, fieldOf } from '../servers/field';
import type { Workbench } from '../workbench';
import { sweepConnections } from './connection-sweep';

const CONNECTIONS = 8;

type WarmSamples = ReadonlyMap<string, readonly WarmFigures[]>;

/** Measures what warm servers do under load. */
export async function measureWarm(bench: Workbench): Promise<PartResult> {
  const { quick } = bench.options;
  const field = await openField(bench);
  const times = quick ? { warmUpMs: 300, durationMs: 500 } : { warmUpMs: 3_000, durationMs: 5_000 };
  const variants = new Map(
    field.present.map((contender) => {
      const load = { request: contender.request, connections: CONNECTIONS, ...times };
      return [contender.name, () => measureNewProcess(contender, load)];
    }),
  );
  const samples = await interleave(roundsOf(bench.options, 5), variants);
  const sweep = await sweepConnections(field.present, bench.options);
  return {
    outcomes: judgeAll(samples, field),
    tables: [describe(samples), ...sweep.tables],
    charts: [drawRates(samples), ...sweep.charts],
    samples: { [`${CONNECTIONS} connections`]: Object.fromEntries(samples), sweep: sweep.samples },
  };
}

async function openField(bench: Workbench): Promise<Field> {
  const [product, peers] = await Promise.all([bench.product(), bench.peers()]);
  return fieldOf(
    new Map([
      [NAMES.predict, { value: product.predict() }],
      [NAMES.hello, { value: peers.hello() }],
      [NAMES.bare, { value: peers.bare() }],
      [NAMES.server, { value: product.server() }],
      [NAMES.pinned, { value: product.pinned() }],
      [NAMES.bareHttp, { value: peers.bareHttp() }],
      [NAMES.fastapi, await bench.fastapi()],
    ]),
  );
}

function judgeAll(samples: WarmSamples, { missing }: Field): PartResult['outcomes'] {
  const rates = pick(samples, ({ requestsPerSecond }) => requestsPerSecond);
  const tails = pick(samples, ({ p99Ms }) => p99Ms);
  return {
    warmHello: compare(rates, NAMES.predict, NAMES.hello, missing),
    warmPython: compare(rates, NAMES.predict, NAMES.fastapi, missing),
    warmTail: compare(tails, NAMES.predict, NAMES.hello, missing),
    serverBare: compare(rates, NAMES.server, NAMES.bareHttp, missing),
    following: compare(rates, NAMES.server, NAMES.pinned, missing),
    serverPython: compare(rates, NAMES.server, NAMES.fastapi, missing),
  };
}

function pick(samples: WarmSamples, figure: (figures: WarmFigures) => number): Samples {
  return new Map([...samples].map(([name, rounds]) => [name, rounds.map(figure)]));
}

function describe(samples: WarmSamples): Table {
  return {
    title: `Warm, ${CONNECTIONS} connections`,
    columns: ['contender', 'requests/s', 'min-max', 'p50 ms', 'p99 ms', 'CPU us a request'],
    rows: [...samples].map(([name, rounds]) => {
      const rate = spreadOf(rounds.map(({ requestsPerSecond }) => requestsPerSecond));
      const middle = (figure: (figures: WarmFigures) => number) => formatNumber(median(rounds.map(figure)));
      return [
        name,
        formatNumber(rate.median),
        `${formatNumber(rate.min)}-${formatNumber(rate.max)}`,
        middle(({ p50Ms }) => p50Ms),
        middle(({ p99Ms }) => p99Ms),
        middle(({ cpuMicros }) => cpuMicros ?? Number.NaN),
      ];
    }),
  };
}

function drawRates(samples: WarmSamples): BarChart {
  const bars = [...samples].map(([label, rounds]) => {
    const { median: value, min, max } = spreadOf(rounds.map(({ requestsPerSecond }) => requestsPerSecond));
    return { label, value, min, max };
  });
  return { kind: 'bars', title: 'Throughput', unit: `requests/s at ${CONNECTIONS} connections`, bars };
}
