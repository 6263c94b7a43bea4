import { at } from './linear-algebra';

/** Rows of numbers and the class of each. */
export interface LabelledRows {
  /** One per example, one column per feature. */
  readonly rows: readonly (readonly number[])[];
  /** Index of the class of each row. */
  readonly labels: readonly number[];
}

/**
 * Reads CSV text whose first line names the columns, whose last column names the class and whose others are
 * plain numbers.
 *
 * @param classes the names of the classes, in the order of their indices.
 * @throws {Error} naming the line that is something else.
 */
export function parseLabelledRows(csv: string, classes: readonly string[]): LabelledRows {
  const [, ...lines] = csv.trim().split(/\r?\n/);
  const cells = lines.map((line) => line.split(','));
  return {
    rows: cells.map((row, index) => row.slice(0, -1).map((cell) => parseNumber(cell, index))),
    labels: cells.map((row, index) => parseClass(row.at(-1), classes, index)),
  };
}

/** Takes rows by their numbers, in the order of the numbers. */
export function selectRows({ rows, labels }: LabelledRows, numbers: readonly number[]): LabelledRows {
  return {
    rows: numbers.map((number) => at(rows, number)),
    labels: numbers.map((number) => at(labels, number)),
  };
}

function parseNumber(cell: string, index: number): number {
  const value = Number(cell);
  if (cell.trim() !== '' && Number.isFinite(value)) return value;
  throw new Error(`line ${lineOf(index)}: expected a number, got "${cell}"`);
}

function parseClass(name: string | undefined, classes: readonly string[], index: number): number {
  const label = classes.indexOf(name ?? '');
  if (label >= 0) return label;
  throw new Error(`line ${lineOf(index)}: expected one of ${classes.join(', ')}, got "${name}"`);
}

/** Line of a data row as an editor counts: from 1, and the first one holds the names. */
function lineOf(index: number): number {
  return index + 2;
}
