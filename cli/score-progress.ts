import { uriOf } from '../shared/registry/object-files';
import type { RunCounts } from '../shared/serving/bulk/run-report';
import type { FileProgress } from '../shared/serving/bulk/run-task';
import type { Terminal } from './terminal';

/** Tells of each file as it is done with: in the cloud as an entry of its log, elsewhere as a line for people. */
export function createProgress({ env, err }: Terminal): (file: FileProgress) => void {
  const write = env['CLOUD_RUN_JOB'] ? toEntry : toLine;
  return (file) => err(`${write(file)}\n`);
}

function toLine({ job, outcome, counts, error, done, total }: FileProgress): string {
  const why = error === undefined ? '' : `: ${error.message}`;
  const what = counts === undefined || error !== undefined ? '' : `, ${countRows(counts)}`;
  return `${done}/${total} ${uriOf(job.input)} ${outcome}${why}${what}`;
}

/** @see https://cloud.google.com/logging/docs/structured-logging */
function toEntry(file: FileProgress): string {
  const { job, outcome, counts, error } = file;
  return JSON.stringify({
    severity: error === undefined ? 'INFO' : outcome === 'left' ? 'WARNING' : 'ERROR',
    message: toLine(file),
    outcome,
    file: `${uriOf(job.input)}#${job.generation}`,
    ...(counts && { rows: counts.rows, badRows: counts.bad_rows }),
    ...(error && { code: error.code, detail: error.message }),
  });
}

/** Rows, and how many of them were bad. */
export function countRows({ rows, bad_rows: bad }: Pick<RunCounts, 'rows' | 'bad_rows'>): string {
  return `${count(rows, 'row')}${bad === 0 ? '' : `, ${bad} of them bad`}`;
}

/** A number of things in words. */
export function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
