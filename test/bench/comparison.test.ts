import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillDocument, readRun } from '../../bench/comparison/document';
import { describeComparison } from '../../bench/comparison/report';
import { fileOf } from '../../bench/report/chart';
import { toMarkdown } from '../../bench/report/table';
import { draw } from '../../bench/report/write-report';

const read = (path: string) => readFileSync(join(__dirname, '../..', path), 'utf8');
const RUN = readRun(read('bench/results/compare/results.json'));

test('docs/comparison.md has the figures of the committed run: npm run comparison', () => {
  expect(read('docs/comparison.md')).toBe(fillDocument(read('bench/comparison/template.md'), RUN));
});

test('the committed report is of the committed run, at the prices of now', () => {
  const report = read('bench/results/compare/report.md');

  for (const table of describeComparison(RUN.samples).tables) expect(report).toContain(toMarkdown(table));
});

test('the committed charts are of the committed run, and the document shows each', () => {
  const document = read('docs/comparison.md');

  for (const chart of describeComparison(RUN.samples).charts) {
    const path = `bench/results/compare/${fileOf(chart)}`;
    expect(read(path)).toBe(draw(chart, RUN.machine));
    expect(document).toContain(`](../${path})`);
  }
});

test('the committed run is a whole one', () => {
  expect(RUN.machine).not.toHaveProperty('mode');
  expect(Object.keys(RUN.samples.hosts.function.coldMs)).toEqual(['1', '10', '40', '80']);
  expect(Object.keys(RUN.samples.hosts.container.warm[0] ?? {})).toEqual([
    '1',
    '2',
    '5',
    '10',
    '20',
    '40',
    '80',
  ]);
});

test('a name that no figure has is not left in the document', () => {
  expect(() => fillDocument('{{nothing}}', RUN)).toThrow('asks for "nothing"');
});

test('results of other parts are refused', () => {
  expect(() => readRun('{"machine":{},"parts":{"cold":{}}}')).toThrow('expected results of the part compare');
});
