import { percent, pValueText, short } from '../report-text';
import type { ColumnDrift } from './column-drift';
import type { DriftReport } from './drift-report';
import { drawHistogram } from './histogram-svg';
import { escapeHtml } from './html';
import { REPORT_STYLE } from './report-style';
import {
  describeAlarm,
  describeNothing,
  describeUncompared,
  describeWindow,
  verdictOf,
} from './report-words';
import type { Alarm, VersionDrift } from './version-drift';

/** Writes a report as one HTML file that needs nothing else, and no script. */
export function writeDriftHtml(report: DriftReport): string {
  const { model, versions, thresholds } = report;
  const title = escapeHtml(`Drift of ${model}`);
  const nothing = describeNothing(report);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p>${escapeHtml(`${report.log.predictions} logged requests${describeWindow(report.window)}.`)}</p>
<p class="key"><span class="expected"></span>training<span class="actual"></span>live; figures of training in brackets</p>
</header>
<main>
${nothing === undefined ? versions.map((version) => writeVersion(model, version)).join('\n') : `<p>${escapeHtml(nothing)}</p>`}
</main>
<footer>
<p>Drift is a stability index of ${thresholds.psi} or more, a Kolmogorov-Smirnov distance of ${thresholds.ks},
${percent(thresholds.missing)} more missing values than in training, or ${percent(thresholds.outside)} outside its range, where
that is no chance: over all tests of a version together, false alarms have a probability of ${thresholds.alpha} at most.</p>
</footer>
</body>
</html>
`;
}

function writeVersion(model: string, version: VersionDrift): string {
  const { alarms, columns, rows, entries } = version;
  const verdict = verdictOf(version);
  return `<section>
<h2>${escapeHtml(`${model}/${version.version}`)}</h2>
<p><strong class="verdict ${alarms.length === 0 ? 'fine' : 'alarm'}">${escapeHtml(verdict)}</strong> ${rows} rows of ${entries} requests</p>
${columns
  .map((column) =>
    writeColumn(
      column,
      alarms.filter((alarm) => alarm.column === column.name),
    ),
  )
  .join('\n')}
${describeUncompared(version)
  .map((line) => `<p>${escapeHtml(line)}</p>`)
  .join('')}
</section>`;
}

function writeColumn(column: ColumnDrift, alarms: readonly Alarm[]): string {
  const isFine = alarms.length === 0;
  const reasons = alarms.map((alarm) => `<li>${escapeHtml(describeAlarm(alarm))}</li>`).join('');
  return `<article class="column">
<div><h3>${escapeHtml(column.name)}</h3>
<strong class="verdict ${isFine ? 'fine' : 'alarm'}">${isFine ? 'no drift' : 'drift'}</strong>${isFine ? '' : `<ul>${reasons}</ul>`}</div>
${column.bars.length === 0 ? '<p>The baseline has no bins.</p>' : drawHistogram(column.name, column.bars)}
<dl>${factsOf(column)
    .map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`)
    .join('')}</dl>
</article>`;
}

function factsOf({
  values,
  psi,
  chiSquared,
  ks,
  missing,
  outside,
  moments,
}: ColumnDrift): [string, string][] {
  return [
    ['values', String(values)],
    ['stability index', short(psi)],
    ['chi-squared test', `p ${pValueText(chiSquared?.pValue)}`],
    ...(ks ? [fact('distance (KS)', `${short(ks.statistic)}, p ${pValueText(ks.pValue)}`)] : []),
    ...(missing ? [fact('missing', withBaseline(percent(missing.share), percent(missing.baseline)))] : []),
    ...(outside ? [fact('outside range', percent(outside.share))] : []),
    ...(moments
      ? [
          fact('mean', withBaseline(short(moments.live.mean), short(moments.baseline.mean))),
          fact('deviation', withBaseline(short(moments.live.std), short(moments.baseline.std))),
          fact('least', withBaseline(short(moments.live.min), short(moments.baseline.min))),
          fact('greatest', withBaseline(short(moments.live.max), short(moments.baseline.max))),
        ]
      : []),
  ];
}

function fact(name: string, value: string): [string, string] {
  return [name, value];
}

function withBaseline(live: string, baseline: string): string {
  return `${live} (${baseline})`;
}
