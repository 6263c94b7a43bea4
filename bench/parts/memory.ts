import type { PartResult } from '../report/part-result';
import type { Workbench } from '../workbench';
import { measureGrowth } from './memory-growth';
import { measurePeak } from './memory-peak';

/** Measures what memory servers take while they load, and over many requests. */
export async function measureMemory(bench: Workbench): Promise<PartResult> {
  if (process.platform !== 'linux') return notRun('only Linux says how much memory a process takes');
  const peak = await measurePeak(bench);
  const growth = await measureGrowth(bench);
  return {
    outcomes: { ...peak.outcomes, ...growth.outcomes },
    tables: [...peak.tables, ...growth.tables],
    charts: [...peak.charts, ...growth.charts],
    samples: { peak: peak.samples, growth: growth.samples },
  };
}

function notRun(reason: string): PartResult {
  const outcome = { notRun: reason };
  return { outcomes: { peakMemory: outcome, memoryGrowth: outcome }, tables: [], charts: [], samples: {} };
}
