import { readFileSync } from 'node:fs';

/** Kernel ticks per second as `/proc` counts CPU time; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** What the kernel knows of a process; only Linux tells. */
export interface ProcessFacts {
  /** Memory that is resident now, in MB (10^6 bytes). */
  readonly residentMb: number;
  /** The most that ever was. */
  readonly peakResidentMb: number;
  /** CPU time of all its threads, in seconds. */
  readonly cpuSeconds: number;
}

/** Reads the facts of a running process. @throws {Error} where there is no `/proc`. */
export function readProcessFacts(pid: number): ProcessFacts {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    residentMb: megabytes(status, 'VmRSS'),
    peakResidentMb: megabytes(status, 'VmHWM'),
    cpuSeconds: cpuSeconds(readFileSync(`/proc/${pid}/stat`, 'utf8')),
  };
}

function megabytes(status: string, field: string): number {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  return (Number(kibibytes) * 1024) / 1e6;
}

/** Fields 14 and 15 of stat(5); the name in field 2 may hold spaces, so they are counted from its end. */
function cpuSeconds(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
