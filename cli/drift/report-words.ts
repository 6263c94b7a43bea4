import { percent, short } from '../report-text';
import type { Alarm, VersionDrift } from './version-drift';

const TESTS: Readonly<Record<Alarm['test'], string>> = {
  psi: 'stability index',
  ks: 'Kolmogorov-Smirnov distance',
  missing: 'more missing values than in training',
  outside: 'values outside the range seen in training',
};

/** What an alarm is about, as in "stability index 0.41 (0.2 or more is drift)". */
export function describeAlarm({ test, value, threshold }: Alarm): string {
  const isShare = test === 'missing' || test === 'outside';
  const write = isShare ? percent : short;
  const words = isShare ? `${write(value)} ${TESTS[test]}` : `${TESTS[test]} ${write(value)}`;
  return `${words} (${write(threshold)} or more is drift)`;
}

/** Which features no baseline could be found for, if there are some. */
export function describeUncompared(names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`not compared, no baseline: ${names.join(', ')}`];
}

/** The verdict on one version in a few words. */
export function verdictOf({ notCompared, alarms, columns }: VersionDrift): string {
  if (notCompared !== undefined) return `not compared: ${notCompared}`;
  const drifted = new Set(alarms.map(({ column }) => column)).size;
  return drifted === 0 ? 'no drift' : `drift in ${drifted} of ${columns.length} columns`;
}
