import { readCsvRecords } from '../../shared/protocol/lines/csv-records';
import { readLines } from '../../shared/protocol/lines/text-lines';
import { gunzipIfNeeded } from '../../shared/serving/scoring/gunzip';
import { UsageError } from '../exit-code';
import { fieldsOf, numberOf } from '../prediction-log/log-entry';
import type { LogFile } from '../prediction-log/log-files';
import { readLogValues } from '../prediction-log/log-values';

/** What was true, by request; a request of several rows has one for each that is known. */
export interface Truth {
  /** Lines of which none could be made. */
  readonly unreadable: number;
  /** Lines about a row that an earlier one was about; the last one counts. */
  readonly repeated: number;
  /** Takes what was true of a request, so that it is counted once; by the number of the row, from 0. */
  take(requestId: string): ReadonlyMap<number, string> | undefined;
  /** How many were not taken. */
  remaining(): number;
}

/** One row's truth as a file has it. */
interface Label {
  readonly requestId: string;
  readonly row: number;
  readonly label: string;
}

/**
 * Reads truths from CSV whose first line names the columns `request_id`, `label` and, for requests of several rows,
 * `row`; or from NDJSON with the same members. Other columns are left alone.
 *
 * They are held in memory, the log is not.
 *
 * @throws {UsageError} for a file that has no such columns
 */
export async function readTruth(files: AsyncIterable<LogFile>): Promise<Truth> {
  const byRequest = new Map<string, Map<number, string>>();
  let unreadable = 0;
  let repeated = 0;
  for await (const label of labelsOf(files)) {
    if (label === undefined) {
      unreadable++;
      continue;
    }
    const rows = byRequest.get(label.requestId) ?? new Map<number, string>();
    if (rows.has(label.row)) repeated++;
    byRequest.set(label.requestId, rows.set(label.row, label.label));
  }
  return {
    unreadable,
    repeated,
    take(requestId) {
      const rows = byRequest.get(requestId);
      byRequest.delete(requestId);
      return rows;
    },
    remaining: () => [...byRequest.values()].reduce((sum, rows) => sum + rows.size, 0),
  };
}

async function* labelsOf(files: AsyncIterable<LogFile>): AsyncGenerator<Label | undefined> {
  for await (const file of files) {
    if (/\.(nd)?jsonl?(\.gz)?$/.test(file.name)) yield* labelsOfJson(file);
    else yield* labelsOfCsv(file);
  }
}

async function* labelsOfJson({ open }: LogFile): AsyncGenerator<Label | undefined> {
  for await (const { values, unreadable } of readLogValues(open())) {
    for (let line = 0; line < unreadable; line++) yield undefined;
    for (const value of values) {
      const fields = fieldsOf(value) ?? {};
      yield toLabel(idOf(fields['request_id']), fields['row'], fields['label']);
    }
  }
}

async function* labelsOfCsv({ name, open }: LogFile): AsyncGenerator<Label | undefined> {
  let columns: CsvColumns | undefined;
  for await (const records of readCsvRecords(readLines(gunzipIfNeeded(open())))) {
    for (const { cells, defect } of records) {
      if (columns === undefined) columns = findColumns(name, cells);
      else if (defect !== undefined) yield undefined;
      else yield toLabel(cells[columns.requestId], cells[columns.row], cells[columns.label]);
    }
  }
}

/** A number is the id that its digits are; of one beyond 2^53 the digits are lost. */
function idOf(value: unknown): unknown {
  return Number.isSafeInteger(value) ? String(value) : value;
}

interface CsvColumns {
  readonly requestId: number;
  readonly label: number;
  /** -1 where there is none. */
  readonly row: number;
}

function findColumns(name: string, cells: readonly string[]): CsvColumns {
  const names = cells.map((cell) => cell.trim());
  const [requestId, label, row] = [names.indexOf('request_id'), names.indexOf('label'), names.indexOf('row')];
  if (requestId >= 0 && label >= 0) return { requestId, label, row };
  throw new UsageError(
    `expected the columns request_id and label in the first line of ${name}, got ${names.slice(0, 10).join(', ')}`,
  );
}

function toLabel(requestId: unknown, row: unknown, label: unknown): Label | undefined {
  if (typeof requestId !== 'string' || requestId === '') return undefined;
  if ((typeof label !== 'string' && typeof label !== 'number') || label === '') return undefined;
  const number = row === undefined || row === null || row === '' ? 0 : numberOf(row);
  if (number === undefined || number < 0 || !Number.isInteger(number)) return undefined;
  return { requestId, row: number, label: String(label) };
}
