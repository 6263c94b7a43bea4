// npm run bench: measures this package beside its peers. `bench/options.ts` says what can be asked for.
import { describeMachine, loadAverage, machineTable } from './machine';
import { type PartName, readOptions } from './options';
import { measureBatch } from './parts/batch';
import { measureCold } from './parts/cold';
import { measureColdOptional } from './parts/cold-optional';
import { measureComparison } from './parts/compare';
import { measureImage } from './parts/image';
import { measureLargeLoad } from './parts/load';
import { measureMemory } from './parts/memory';
import { measureSize } from './parts/size';
import { measureWarm } from './parts/warm';
import { measureWarmOptional } from './parts/warm-optional';
import type { PartResult } from './report/part-result';
import { toText } from './report/table';
import { targetTable } from './report/target-table';
import { writeReport } from './report/write-report';
import { openWorkbench, type Workbench } from './workbench';

const MEASURES: Readonly<Record<PartName, (bench: Workbench) => Promise<PartResult>>> = {
  size: measureSize,
  cold: measureCold,
  'cold-optional': measureColdOptional,
  warm: measureWarm,
  'warm-optional': measureWarmOptional,
  batch: measureBatch,
  load: measureLargeLoad,
  memory: measureMemory,
  image: measureImage,
  compare: measureComparison,
};

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  const bench = await openWorkbench(options);
  try {
    const before = await describeMachine(bench);
    const parts = await measureAll(bench);
    const machine = { ...before, 'load average after': loadAverage() };
    const outcomes = Object.assign({}, ...[...parts.values()].map((part) => part.outcomes));
    const targets = targetTable(options.parts, outcomes);
    writeReport(options.out, { machine, targets, parts });
    const tables = [machineTable(machine), targets].filter(({ rows }) => rows.length > 0);
    console.log(tables.map(toText).join('\n\n'));
    console.log(`\nThe report is in ${options.out}/report.md`);
  } finally {
    await bench.close();
  }
}

async function measureAll(bench: Workbench): Promise<Map<PartName, PartResult>> {
  const results = new Map<PartName, PartResult>();
  for (const name of bench.options.parts) {
    console.log(`${name} ...`);
    try {
      const result = await MEASURES[name](bench);
      for (const table of result.tables) console.log(`\n${toText(table)}\n`);
      results.set(name, result);
    } catch (error) {
      // The other parts are still worth their figures.
      fail(error);
    }
  }
  return results;
}

function fail(error: unknown): void {
  console.error(error instanceof TypeError ? error.message : error);
  process.exitCode = 1;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
main(process.argv.slice(2)).catch(fail);
