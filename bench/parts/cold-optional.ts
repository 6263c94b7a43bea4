import { interleave } from '../measure/interleave';
import { ratioOf, spreadOf } from '../measure/statistics';
import { roundsOf } from '../options';
import type { PartResult } from '../report/part-result';
import type { Table } from '../report/table';
import { OPTIONAL_NAMES, type OptionalName, openOptionalContenders } from '../servers/optional-contenders';
import { coldStart } from '../servers/server';
import type { Workbench } from '../workbench';
import { baseOf, formatRatio } from './optional-ratio';

type Samples = ReadonlyMap<OptionalName, readonly number[]>;

/** Measures what the optional parts add to a cold start: built in but off, and each of them on. */
export async function measureColdOptional(bench: Workbench): Promise<PartResult> {
  const { contenders, close } = await openOptionalContenders(await bench.product(), await bench.without());
  const starts = new Map([...contenders].map(([name, { contender }]) => [name, () => coldStart(contender)]));
  // A first request is no hit.
  starts.delete('hits');
  try {
    // The first start of each reads its files from the disk; the others find them in memory.
    if (!bench.options.quick) await interleave(1, starts);
    const samples = await interleave(roundsOf(bench.options, 16), starts);
    return {
      outcomes: {
        offCold: { measured: ratio(samples, 'off', 'without') },
        offColdFunction: { measured: ratio(samples, 'functionOff', 'functionWithout') },
      },
      tables: [describe(samples)],
      charts: [],
      samples: Object.fromEntries(samples),
    };
  } finally {
    await close();
  }
}

function ratio(samples: Samples, ours: OptionalName, theirs: OptionalName) {
  return ratioOf(samples.get(ours) ?? [], samples.get(theirs) ?? []);
}

function describe(samples: Samples): Table {
  return {
    title: 'Optional parts, cold start, ms: each beside the same host with all of them off',
    columns: ['what', 'median', 'min', 'max', 'ratio', 'min-max'],
    rows: [...samples].map(([name, times]) => {
      const { median, min, max } = spreadOf(times);
      const cells = [median, min, max].map((ms) => ms.toFixed(0));
      return [OPTIONAL_NAMES[name], ...cells, ...formatRatio(ratio(samples, name, baseOf(name)))];
    }),
  };
}
