import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeRun, type MachineFacts, machineTable } from '../machine';
import type { PartName } from '../options';
import { drawBars } from './bar-chart';
import { type Chart, fileOf } from './chart';
import { drawLines } from './line-chart';
import type { PartResult } from './part-result';
import { type Table, toMarkdown } from './table';

/** Everything that one run of the benchmark found. */
export interface Report {
  readonly machine: MachineFacts;
  readonly targets: Table;
  readonly parts: ReadonlyMap<PartName, PartResult>;
}

/** Writes the report as JSON, as Markdown and as pictures into a folder. */
export function writeReport(folder: string, report: Report): void {
  mkdirSync(folder, { recursive: true });
  for (const chart of chartsOf(report))
    writeFileSync(join(folder, fileOf(chart)), draw(chart, report.machine));
  writeFileSync(join(folder, 'report.md'), toDocument(report));
  writeFileSync(join(folder, 'results.json'), toJson(report));
}

function chartsOf({ parts }: Report): readonly Chart[] {
  return [...parts.values()].flatMap(({ charts }) => charts);
}

/** A chart as it is committed, with its run at the foot. */
export function draw(chart: Chart, machine: MachineFacts): string {
  const run = describeRun(machine);
  return chart.kind === 'bars' ? drawBars(chart, run) : drawLines(chart, run);
}

function toDocument({ machine, targets, parts }: Report): string {
  const sections = [...parts.values()].flatMap(({ tables, charts }) => [
    ...tables.map(toMarkdown),
    ...charts.map((chart) => `![${chart.title}](${fileOf(chart)})`),
  ]);
  // A part may promise nothing.
  const judged = targets.rows.length === 0 ? [] : [targets];
  const head = ['# Benchmark', ...[...judged, machineTable(machine)].map(toMarkdown)];
  return `${[...head, ...sections].join('\n\n')}\n`;
}

function toJson({ machine, parts }: Report): string {
  const entries = [...parts].map(([name, { outcomes, samples }]) => [name, { outcomes, samples }]);
  return `${JSON.stringify({ machine, parts: Object.fromEntries(entries) }, null, 1)}\n`;
}
