import { describeLog } from '../prediction-log/describe-log';
import { alignTable, percent, pValueText, short } from '../report-text';
import type { ColumnDrift } from './column-drift';
import type { DriftReport } from './drift-report';
import { describeAlarm, describeNothing, describeUncompared, verdictOf } from './report-words';
import type { VersionDrift } from './version-drift';

/** Writes a report for a terminal. */
export function writeDriftText(report: DriftReport): string[] {
  const { model, log, versions } = report;
  const nothing = describeNothing(report);
  const lines = versions.flatMap((version) => [...versionLines(model, version), '']);
  return [...(nothing === undefined ? lines : [nothing]), describeLog(log)];
}

function versionLines(model: string, version: VersionDrift): string[] {
  const { columns, alarms, rowsWithoutInputs, rows, entries } = version;
  const head = `${model}/${version.version}: ${verdictOf(version)}; ${rows} rows of ${entries} requests`;
  return [
    head,
    ...(columns.length === 0 ? [] : alignTable([HEADINGS, ...columns.map(cellsOf)])),
    ...alarms.map((alarm) => `  drift: ${alarm.column}: ${describeAlarm(alarm)}`),
    ...describeUncompared(version).map((line) => `  ${line}`),
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
