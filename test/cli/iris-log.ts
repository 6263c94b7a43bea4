import { readFileSync } from 'node:fs';
import split from '../../training/data/iris-split.json';
import { projectPath } from '../../training/project-path';
import { createRandom, type Random } from '../../training/random';
import { openTestApp, predictRequest, type TestApp, type TestRequest } from '../test-app';

/** The measures of one flower; null for one that is missing. */
export type IrisRow = readonly (number | null)[];

/** The rows that the embedded model was trained on, in the order of the file: 40 setosa, 41 versicolor, 39 virginica. */
export const TRAINING_ROWS: readonly IrisRow[] = readIris().filter((_, row) =>
  split.train_rows.includes(row),
);

function readIris(): IrisRow[] {
  const [, ...lines] = readFileSync(projectPath('training/data/iris.csv'), 'utf8').trim().split('\n');
  return lines.map((line) => line.split(',').slice(0, 4).map(Number));
}

/** As many rows as there are, drawn with replacement. */
export function resample(rows: readonly IrisRow[], random: Random, count = rows.length): IrisRow[] {
  return Array.from({ length: count }, () => rows[random.below(rows.length)] ?? []);
}

/** Random numbers by a seed. */
export const randomOf = createRandom;

/** The log entries of a server that is asked for predictions of rows: one by one, so many at a time, or so many as CSV. */
export async function serveRows(
  rows: readonly IrisRow[],
  { batch = 1, csv = false, env = {} }: { batch?: number; csv?: boolean; env?: Record<string, string> } = {},
): Promise<TestApp['entries']> {
  const { app, entries, request } = openTestApp(env);
  for (let at = 0; at < rows.length; at += batch) {
    const some = rows.slice(at, at + batch);
    const one = predictRequest({ features: some[0] }, { 'x-request-id': `row-${at}` });
    const many = { ...predictRequest({ instances: some }), path: '/predict/batch' };
    await request(csv ? csvRequest(some) : batch === 1 ? one : many);
  }
  await app.close();
  return entries;
}

function csvRequest(rows: readonly IrisRow[]): TestRequest {
  const lines = [HEADER, ...rows].map((row) => `${row.join(',')}\n`);
  return {
    method: 'POST',
    path: '/predict/batch',
    headers: { 'content-type': 'text/csv' },
    body: lines.join(''),
  };
}

const HEADER = ['sepal_length', 'sepal_width', 'petal_length', 'petal_width'];

/** A log as standard output has it. */
export function toNdjson(entries: readonly unknown[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}
