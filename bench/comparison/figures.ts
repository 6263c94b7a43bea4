import type { HostFigures } from '../cost/plan';
import { median } from '../measure/statistics';
import { middleOf } from '../measure/sweep';
import type { HostSamples } from './samples';

/** The figures of a host that bear on cost: medians of its rounds. */
export function figuresOf({ coldMs, warm, bulkMs }: HostSamples): HostFigures {
  return {
    coldSeconds: median(coldMs[1] ?? []) / 1e3,
    requestSeconds: middleOf(warm, 1, ({ p50Ms }) => p50Ms) / 1e3,
    // Of a request that comes alone, which is the dearest: what comes together shares turns of the event loop and runs.
    // Where the kernel does not tell, all of its time.
    cpuSeconds: middleOf(warm, 1, ({ cpuMicros, p50Ms }) => cpuMicros ?? p50Ms * 1e3) / 1e6,
    bulkSeconds: median(bulkMs) / 1e3,
  };
}
