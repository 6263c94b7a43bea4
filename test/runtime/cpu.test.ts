import { countCpus, cpuLimit } from '../../shared/runtime/cpu';

const V1_QUOTA = '/sys/fs/cgroup/cpu/cpu.cfs_quota_us';
const V1_PERIOD = '/sys/fs/cgroup/cpu/cpu.cfs_period_us';
const V2 = '/sys/fs/cgroup/cpu.max';

function cpus(files: Record<string, string>, host = 8): number {
  return countCpus({ readFile: (path) => files[path], availableParallelism: () => host });
}

describe('countCpus()', () => {
  test.each<[name: string, files: Record<string, string>, expected: number]>([
    ['a machine without cgroups', {}, 8],
    ['a version 2 quota of 1.5 CPUs', { [V2]: '150000 100000\n' }, 1],
    ['a version 2 quota of 2 CPUs', { [V2]: '200000 100000\n' }, 2],
    ['a version 2 quota of half a CPU', { [V2]: '50000 100000\n' }, 1],
    ['version 2 without a quota', { [V2]: 'max 100000\n' }, 8],
    ['a version 1 quota of 4 CPUs', { [V1_QUOTA]: '400000\n', [V1_PERIOD]: '100000\n' }, 4],
    ['version 1 without a quota', { [V1_QUOTA]: '-1\n', [V1_PERIOD]: '100000\n' }, 8],
    ['a quota above what the host has', { [V2]: '3200000 100000\n' }, 8],
    ['a file that is something else', { [V2]: 'nonsense' }, 8],
  ])('%s', (_name, files, expected) => {
    expect(cpus(files)).toBe(expected);
  });
});

describe('cpuLimit()', () => {
  const limit = (files: Record<string, string>) =>
    cpuLimit({ readFile: (path) => files[path], availableParallelism: () => 8 });

  test.each<[name: string, files: Record<string, string>, expected: number]>([
    ['half a CPU is a half', { [V2]: '50000 100000\n' }, 0.5],
    ['one and a half are more than one', { [V1_QUOTA]: '150000\n', [V1_PERIOD]: '100000\n' }, 1.5],
    ['without a quota it is what the machine has', {}, 8],
    ['so it is where the quota is above that', { [V2]: '3200000 100000\n' }, 8],
  ])('%s', (_name, files, expected) => {
    expect(limit(files)).toBe(expected);
  });
});
