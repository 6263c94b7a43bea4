import type { TimeWindow } from '../prediction-log/time-window';
import { percent, short } from '../report-text';
import type { DriftReport } from './drift-report';
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

/** What is said in place of versions where the log has none; undefined where it has. */
export function describeNothing(report: DriftReport): string | undefined {
  const { model, version, isUnknown, verdict, window, versions } = report;
  if (versions.length > 0) return undefined;
  if (isUnknown)
    return `the registry has no ${version === undefined ? `model "${model}"` : `${model}/${version}`}`;
  const name = version === undefined ? model : `${model}/${version}`;
  const toJudge = verdict === 'nothing to judge' ? ': nothing to judge' : ' can be read';
  return `no predictions of ${name}${describeWindow(window)}${toJudge}`;
}

/** A window in words, as in " since 2026-10-06 00:00 (UTC)". */
export function describeWindow({ since, until }: TimeWindow): string {
  const minute = (time: number) => new Date(time).toISOString().slice(0, 16).replace('T', ' ');
  const from = since === undefined ? '' : ` since ${minute(since)}`;
  const to = until === undefined ? '' : ` until ${minute(until)}`;
  return `${from}${to}${from + to === '' ? '' : ' (UTC)'}`;
}

/** Which columns could not be compared, and why, if there are some. */
export function describeUncompared({ withoutBaseline, indistinct }: VersionDrift): string[] {
  return [
    ...(withoutBaseline.length === 0 ? [] : [`not compared, no baseline: ${withoutBaseline.join(', ')}`]),
    ...(indistinct.length === 0 ? [] : [`not compared, ${SHARED_COLUMN}: ${indistinct.join(', ')}`]),
  ];
}

const SHARED_COLUMN = 'BigQuery has one column for several names';

/** The verdict on one version in a few words. */
export function verdictOf({ verdict, notCompared, alarms, columns }: VersionDrift): string {
  if (notCompared !== undefined) {
    return `${verdict === 'cannot be judged' ? 'not compared' : verdict}: ${notCompared}`;
  }
  const drifted = new Set(alarms.map(({ column }) => column)).size;
  return drifted === 0 ? 'no drift' : `drift in ${drifted} of ${columns.length} columns`;
}
