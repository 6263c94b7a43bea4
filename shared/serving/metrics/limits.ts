import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { cpuLimit } from '../../runtime/cpu';
import { createGauge, type Family } from './tally';

/** How much this process may use: what its use is compared with. */
export interface Limits {
  /** CPU seconds in a second. */
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

/** Creates the gauges of the limits. */
export function createLimitFamilies(read: () => Limits): Family[] {
  return [
    createGauge('onnx_cpu_limit_cores', 'CPUs that this process may use.', () => read().cpuCores),
    createGauge('onnx_memory_limit_bytes', 'Memory that this process may use.', () => read().memoryBytes),
  ];
}

/** Reads the limits of the container, or those of the machine where there is none. A container's may be changed while it runs. */
export function readLimits(): Limits {
  return {
    cpuCores: cpuLimit({ readFile: readIfThere, availableParallelism }),
    memoryBytes: memoryLimit(process.constrainedMemory()),
  };
}

/** Node says 0 or a number beyond all memory where there is no limit, and undefined where it does not know. */
function memoryLimit(constrained: number | undefined): number {
  const total = totalmem();
  return constrained !== undefined && constrained > 0 ? Math.min(constrained, total) : total;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
