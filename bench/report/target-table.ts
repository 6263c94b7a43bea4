import type { PartName } from '../options';
import { TARGETS, type Target, type TargetId } from '../targets';
import { judge, type Outcome } from './outcome';
import { formatNumber, type Table } from './table';

export type Outcomes = Readonly<Partial<Record<TargetId, Outcome>>>;

/** The targets of the parts that ran, with what became of each. */
export function targetTable(parts: readonly PartName[], outcomes: Outcomes): Table {
  const ids = (Object.keys(TARGETS) as TargetId[]).filter((id) => parts.includes(TARGETS[id].part));
  return {
    title: 'Targets',
    columns: ['what', 'against', 'measured', 'min-max', 'target', ''],
    rows: ids.map((id) => toRow(TARGETS[id], outcomes[id] ?? { notRun: 'its part failed' })),
  };
}

function toRow(target: Target, outcome: Outcome): string[] {
  const { what, against, unit = '' } = target;
  const limit = target.atMost === undefined ? `>= ${target.atLeast}` : `<= ${target.atMost}`;
  const verdict = judge(target, outcome);
  if ('notRun' in outcome) return [what, against, '', '', limit, `${verdict}: ${outcome.notRun}`];
  const { measured, note } = outcome;
  const { median, min, max } = measured;
  return [
    what,
    against,
    `${formatNumber(median)} ${unit}`.trim(),
    `${formatNumber(min)}-${formatNumber(max)}`,
    `${limit} ${unit}`.trim(),
    note === undefined ? verdict : `${verdict} (${note})`,
  ];
}
