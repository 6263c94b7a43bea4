import { describeLog } from '../prediction-log/describe-log';
import type { LogCounts } from '../prediction-log/read-log';
import type { TimeWindow } from '../prediction-log/time-window';
import { alignTable, percent, pValueText, short } from '../report-text';
import type { ColumnDrift } from './column-drift';
import { describeAlarm, describeUncompared, verdictOf } from './report-words';
import type { Thresholds } from './thresholds';
import type { VersionDrift } from './version-drift';

/** Everything that a comparison found. */
export interface DriftReport {
  readonly model: string;
  /** Whether neither the log nor the registry has anything of the model. */
  readonly isUnknown: boolean;
  readonly window: TimeWindow;
  readonly thresholds: Thresholds;
  readonly log: LogCounts;
  readonly versions: readonly VersionDrift[];
}

/** Writes a report for a terminal. */
export function writeDriftText({ model, isUnknown, log, versions }: DriftReport): string[] {
  const lines = versions.flatMap((version) => ['', ...versionLines(model, version)]);
  const unknown = isUnknown ? [`the registry has no model "${model}"`] : [];
  return [...unknown, ...lines.slice(1), ...(lines.length === 0 ? [] : ['']), describeLog(log)];
}

function versionLines(model: string, version: VersionDrift): string[] {
  const { columns, withoutBaseline, alarms, rowsWithoutInputs, rows, entries } = version;
  const head = `${model}/${version.version}: ${verdictOf(version)}; ${rows} rows of ${entries} requests`;
  return [
    head,
    ...(columns.length === 0 ? [] : alignTable([HEADINGS, ...columns.map(cellsOf)])),
    ...alarms.map((alarm) => `  drift: ${alarm.column}: ${describeAlarm(alarm)}`),
    ...describeUncompared(withoutBaseline).map((line) => `  ${line}`),
    ...(rowsWithoutInputs > 0 && columns.length > 0
      ? [`  the log has no inputs of ${rowsWithoutInputs} rows (PREDICTION_LOG says what it has)`]
      : []),
    ...columns
      .filter(({ unbinned }) => unbinned > 0)
      .map(({ name, unbinned }) => `  ${name}: ${unbinned} values are known by their moments only`),
  ];
}

const HEADINGS = ['column', 'values', 'PSI', 'chi² p', 'KS', 'KS p', 'missing', 'outside', 'mean (training)'];

function cellsOf(column: ColumnDrift): string[] {
  const { name, values, psi, chiSquared, ks, missing, outside, moments } = column;
  return [
    name,
    String(values),
    short(psi),
    pValueText(chiSquared?.pValue),
    short(ks?.statistic),
    pValueText(ks?.pValue),
    missing === undefined ? '–' : percent(missing.share),
    outside === undefined ? '–' : percent(outside.share),
    moments === undefined ? '–' : `${short(moments.live.mean)} (${short(moments.baseline.mean)})`,
  ];
}
