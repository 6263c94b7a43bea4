// npm run comparison: writes docs/comparison.md, and the report anew, from the results of
// `npm run bench -- compare --out bench/results/compare`. Prices, traffic and text may have changed since that run.
import { readFileSync, writeFileSync } from 'node:fs';
import { projectPath } from '../training/project-path';
import { fillDocument, readRun } from './comparison/document';
import { describeComparison } from './comparison/report';
import { targetTable } from './report/target-table';
import { writeReport } from './report/write-report';

const FOLDER = projectPath('bench/results/compare');

const run = readRun(readFileSync(`${FOLDER}/results.json`, 'utf8'));
const { machine, samples } = run;
const compare = { outcomes: {}, ...describeComparison(samples), samples };
writeReport(FOLDER, {
  machine,
  targets: targetTable(['compare'], {}),
  parts: new Map([['compare', compare]]),
});

const template = readFileSync(projectPath('bench/comparison/template.md'), 'utf8');
writeFileSync(projectPath('docs/comparison.md'), fillDocument(template, run));
