/** What this module needs to know of the machine; a test may stand in for it. */
export interface CpuFacts {
  /** The text of a file, or undefined where there is none. */
  readonly readFile: (path: string) => string | undefined;
  readonly availableParallelism: () => number;
}

/**
 * Number of whole CPUs this container may use: its cgroup quota, rounded down, at least 1.
 *
 * Node's own count ignores version 1 quotas everywhere and version 2 quotas before Node 22, and a thread pool
 * sized for the host's cores makes every run slower on a fraction of them. The first-generation execution
 * environment of Cloud Run emulates version 1, the second has version 2.
 */
export function countCpus(facts: CpuFacts): number {
  return Math.max(1, Math.floor(cpuLimit(facts)));
}

/** CPU time that this container may use in a second, in seconds: its cgroup quota, or all CPUs of the machine. */
export function cpuLimit({ readFile, availableParallelism }: CpuFacts): number {
  const quota = quotaV2(readFile('/sys/fs/cgroup/cpu.max')) ?? quotaV1(readFile);
  return Math.min(availableParallelism(), quota ?? Number.POSITIVE_INFINITY);
}

/** `"150000 100000"`: microseconds of CPU per period; `"max 100000"` when there is no limit. */
function quotaV2(text: string | undefined): number | undefined {
  const [quota, period] = (text ?? '').trim().split(/\s+/).map(Number);
  return ratio(quota, period);
}

function quotaV1(readFile: CpuFacts['readFile']): number | undefined {
  const quota = readFile('/sys/fs/cgroup/cpu/cpu.cfs_quota_us');
  const period = readFile('/sys/fs/cgroup/cpu/cpu.cfs_period_us');
  return ratio(Number(quota), Number(period));
}

function ratio(quota: number | undefined, period: number | undefined): number | undefined {
  if (quota === undefined || period === undefined) return undefined;
  return quota > 0 && period > 0 ? quota / period : undefined;
}
