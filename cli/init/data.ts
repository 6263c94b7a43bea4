import { createReadStream } from 'node:fs';
import { readCsvRecords } from '../../shared/protocol/lines/csv-records';
import { readLines } from '../../shared/protocol/lines/text-lines';

/** A table of texts, as a CSV file has it. */
export interface DataTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/**
 * Reads a CSV file whose first record names the columns.
 *
 * @throws {Error} naming the line that is broken.
 */
export async function readData(path: string): Promise<DataTable> {
  const records: (readonly string[])[] = [];
  for await (const batch of readCsvRecords(readLines(createReadStream(path)))) {
    for (const { line, cells, defect } of batch) {
      const width = records[0]?.length ?? cells.length;
      const wrong =
        defect ?? (cells.length === width ? undefined : `expected ${width} cells, got ${cells.length}`);
      if (wrong !== undefined) throw new Error(`${path}, line ${line}: ${wrong}`);
      records.push(cells);
    }
  }
  const [header = [], ...rows] = records;
  const columns = header.map((name) => name.trim());
  if (rows.length === 0)
    throw new Error(`${path}: expected a line of column names and rows of data below it`);
  return { columns, rows };
}

/** The texts of one column. */
export function columnOf({ columns, rows }: DataTable, name: string): string[] {
  const index = columns.indexOf(name);
  return rows.map((row) => row[index] ?? '');
}
