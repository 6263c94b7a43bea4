import { type FieldError, ServingError } from '../../core/errors';
import { inputOf, type TabularManifest } from '../../core/manifest';
import { escapePointer, quote, shorten } from '../../core/schema-error';
import type { DataType } from '../../core/tensor';
import { type CsvRecord, readCsvRecords } from './csv-records';
import { badRow, type InputRow, type RowSource } from './input-rows';
import { readLines } from './text-lines';

/**
 * Opens CSV for a model. Its first record names the columns: every feature once, in any order, and others, which go
 * through to the answer. Without one, which shows in a first record of numbers alone, one to a feature, the columns
 * are the features in their order.
 *
 * Cells become what the feature's tensor holds; an empty one is a missing value, or empty text.
 *
 * @param reserved names of columns that the answer has besides.
 * @throws {ServingError} `validation-failed` when the header does not fit the model.
 */
export async function openCsvRows(
  source: AsyncIterable<Uint8Array>,
  manifest: TabularManifest,
  reserved: readonly string[],
): Promise<RowSource> {
  const records = readCsvRecords(readLines(source));
  const { value: first = [] } = await records.next();
  try {
    const { layout, rows } = readLayout(first, manifest, reserved);
    return {
      keptColumns: layout.kept.map(({ name }) => name),
      batches: toBatches(layout, rows, records),
      toReported: (row) => nameCells(manifest, row),
    };
  } catch (error) {
    await records.return(undefined);
    throw error;
  }
}

/** Where in a record things are. */
interface Layout {
  readonly width: number;
  /** One for each feature, in their order. */
  readonly features: readonly { readonly index: number; readonly read: ReadCell }[];
  readonly kept: readonly { readonly index: number; readonly name: string }[];
}

/** What the first record says of the others, and those that came with it. */
function readLayout(
  first: readonly CsvRecord[],
  manifest: TabularManifest,
  reserved: readonly string[],
): { layout: Layout; rows: readonly CsvRecord[] } {
  const [head] = first;
  if (head === undefined) throw misfit([{ pointer: '', detail: 'expected a header, got an empty file' }]);
  if (isNumericRow(manifest, head)) return { layout: layoutOf(manifest, namesOf(manifest)), rows: first };
  const { defect } = head;
  if (defect !== undefined) throw misfit([{ pointer: '', detail: `the header cannot be read: ${defect}` }]);
  return { layout: readHeader(manifest, head, reserved), rows: first.slice(1) };
}

async function* toBatches(
  layout: Layout,
  beginning: readonly CsvRecord[],
  records: AsyncIterable<readonly CsvRecord[]>,
): AsyncGenerator<readonly InputRow[]> {
  if (beginning.length > 0) yield beginning.map((record) => toRow(layout, record));
  for await (const batch of records) yield batch.map((record) => toRow(layout, record));
}

function toRow({ width, features, kept }: Layout, { line, text, cells, defect }: CsvRecord): InputRow {
  if (defect !== undefined) return badRow(line, text, defect);
  if (cells.length !== width) return badRow(line, text, `expected ${width} cells, got ${cells.length}`);
  return {
    line,
    text,
    row: features.map(({ index, read }) => read(cells[index] as string)),
    kept: kept.map(({ index }) => cells[index] as string),
  };
}

function namesOf({ features }: TabularManifest): string[] {
  return features.map(({ name }) => name);
}

function nameCells(manifest: TabularManifest, row: unknown): unknown {
  return Object.fromEntries(
    namesOf(manifest).map((name, index) => [name, (row as readonly unknown[])[index]]),
  );
}

function isNumericRow({ features }: TabularManifest, { cells }: CsvRecord): boolean {
  return cells.length === features.length && cells.every((cell) => NUMBER.test(cell));
}

function readHeader(manifest: TabularManifest, { cells }: CsvRecord, reserved: readonly string[]): Layout {
  const columns = cells.map((cell) => cell.trim());
  const defects = [
    ...missingColumns(manifest, columns),
    ...repeatedColumns(columns),
    ...columns
      .filter((name) => reserved.includes(name))
      .map((name) => defectOf(name, `${quote(name)} is a column of the answer: rename or remove it`)),
  ];
  if (defects.length > 0) throw misfit(defects);
  return layoutOf(manifest, columns);
}

function layoutOf(manifest: TabularManifest, columns: readonly string[]): Layout {
  const names = namesOf(manifest);
  return {
    width: columns.length,
    features: manifest.features.map((feature) => ({
      index: columns.indexOf(feature.name),
      read: readerOf(inputOf(manifest, feature)?.type ?? 'float32'),
    })),
    kept: columns.map((name, index) => ({ name, index })).filter(({ name }) => !names.includes(name)),
  };
}

function missingColumns(manifest: TabularManifest, columns: readonly string[]): FieldError[] {
  const got = shorten(columns.map(quote).join(', '), 500);
  return namesOf(manifest)
    .filter((name) => !columns.includes(name))
    .map((name) => defectOf(name, `expected a column "${name}", got ${got}`));
}

function repeatedColumns(columns: readonly string[]): FieldError[] {
  return columns
    .filter((name, index) => columns.indexOf(name) < index)
    .map((name) => defectOf(name, `expected a column ${quote(name)} once, got it again`));
}

function defectOf(column: string, detail: string): FieldError {
  return { pointer: `/${escapePointer(column)}`, detail };
}

/** Most defects of a header that are told. */
const MAX_DEFECTS = 100;

function misfit(defects: readonly FieldError[]): ServingError {
  const [first] = defects;
  const detail =
    defects.length === 1
      ? `${first?.detail}`
      : `${defects.length} columns do not fit; the first: ${first?.detail}`;
  return new ServingError('validation-failed', detail, { errors: defects.slice(0, MAX_DEFECTS) });
}

type ReadCell = (cell: string) => unknown;

/** A decimal number as any program writes it. JavaScript would also take hexadecimals, and nothing for zero. */
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** What cannot be read is left as text, for the decoder to refuse and the reporter to quote. */
function readerOf(type: DataType): ReadCell {
  if (type === 'string') return (cell) => cell;
  return type === 'bool' ? readBoolean : readNumber;
}

function readNumber(cell: string): unknown {
  if (NUMBER.test(cell)) return Number(cell);
  return MISSING.has(cell.trim().toLowerCase()) ? null : cell;
}

/** How pandas, R and databases write that there is nothing. */
const MISSING: ReadonlySet<string> = new Set(['', 'nan', 'na', 'null']);

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
]);

function readBoolean(cell: string): unknown {
  const text = cell.trim().toLowerCase();
  return BOOLEANS.get(text) ?? (MISSING.has(text) ? null : cell);
}
