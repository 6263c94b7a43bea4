import { interleave } from '../measure/interleave';
import { median, ratioOf } from '../measure/statistics';
import { measureNewProcess, type WarmFigures } from '../measure/warm-figures';
import { roundsOf } from '../options';
import type { PartResult } from '../report/part-result';
import { formatNumber, type Table } from '../report/table';
import { OPTIONAL_NAMES, type OptionalName, openOptionalContenders } from '../servers/optional-contenders';
import type { Workbench } from '../workbench';
import { baseOf, formatRatio } from './optional-ratio';

const CONNECTIONS = 8;

type Samples = ReadonlyMap<OptionalName, readonly WarmFigures[]>;

/** Measures under load what the optional parts cost: built in but off, and each of them on. */
export async function measureWarmOptional(bench: Workbench): Promise<PartResult> {
  const { quick } = bench.options;
  const times = quick ? { warmUpMs: 100, durationMs: 200 } : { warmUpMs: 1_000, durationMs: 2_000 };
  const { contenders, close } = await openOptionalContenders(await bench.product(), await bench.without());
  const variants = new Map(
    [...contenders].map(([name, { contender, requests }]) => [
      name,
      () => measureNewProcess(contender, { request: requests, connections: CONNECTIONS, ...times }),
    ]),
  );
  try {
    const samples = await interleave(roundsOf(bench.options, 6), variants);
    return {
      outcomes: judgeAll(samples),
      tables: [describe(samples)],
      charts: [],
      samples: Object.fromEntries(samples),
    };
  } finally {
    await close();
  }
}

type Figure = (figures: WarmFigures) => number;

const rate: Figure = ({ requestsPerSecond }) => requestsPerSecond;
const p50: Figure = ({ p50Ms }) => p50Ms;
const p99: Figure = ({ p99Ms }) => p99Ms;
const cpu: Figure = ({ cpuMicros = Number.NaN }) => cpuMicros;

function judgeAll(samples: Samples): PartResult['outcomes'] {
  return {
    offWarm: { measured: ratio(samples, 'off', 'without', rate) },
    offWarmP50: { measured: ratio(samples, 'off', 'without', p50) },
    offFunction: { measured: ratio(samples, 'functionOff', 'functionWithout', rate) },
  };
}

function ratio(samples: Samples, ours: OptionalName, theirs: OptionalName, figure: Figure) {
  const pick = (name: OptionalName) => (samples.get(name) ?? []).map(figure);
  return ratioOf(pick(ours), pick(theirs));
}

function describe(samples: Samples): Table {
  const figures = { 'requests/s': rate, 'p50 ms': p50, 'p99 ms': p99, 'CPU us a request': cpu };
  return {
    title: `Optional parts, warm, ${CONNECTIONS} connections: each beside the same host with all of them off`,
    columns: ['what', ...Object.keys(figures).flatMap((name) => [name, 'ratio', 'min-max'])],
    rows: [...samples].map(([name, rounds]) => [
      OPTIONAL_NAMES[name],
      ...Object.values(figures).flatMap((figure) => [
        formatNumber(median(rounds.map(figure))),
        ...formatRatio(ratio(samples, name, baseOf(name), figure)),
      ]),
    ]),
  };
}
