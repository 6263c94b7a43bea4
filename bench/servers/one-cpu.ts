import type { Contender } from './contender';

/** Whether a process can be kept on one CPU here: `taskset` is a part of every Linux. */
export const CAN_KEEP_ON_ONE_CPU = process.platform === 'linux';

/** The same contender on one CPU, as an instance of 1 vCPU has it; it counts its threads by that. */
export function onOneCpu(contender: Contender): Contender {
  if (!CAN_KEEP_ON_ONE_CPU) return contender;
  return { ...contender, command: ['taskset', '--cpu-list', '0', ...contender.command] };
}
