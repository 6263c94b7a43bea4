import type { FieldError } from '../../core/errors';
import type { TabularManifest } from '../../core/manifest';
import { shorten } from '../../core/schema-error';
import type { NamedTensors } from '../../core/tensor';
import type { Predictions } from '../native/answer';
import { type BadRow, isBad } from './input-rows';

/** A row that the model answered. */
export interface ScoredRow {
  readonly line: number;
  readonly kept: readonly string[];
  /** Which of the batch's predictions is its own. */
  readonly index: number;
  /** As it was sent, or as its cells were read. */
  readonly row: unknown;
}

/** Rows that were scored together, good and bad, in the order of their lines. */
export interface ScoredBatch {
  readonly rows: readonly (ScoredRow | BadRow)[];
  /** Of the good rows. Absent where no row was good. */
  readonly inputs?: NamedTensors;
  /** Of the good rows. Absent where no row was good. */
  readonly predictions?: Predictions;
}

/** Writes batches in one format. */
export interface RowAnswers {
  /** Media type of the whole. */
  readonly contentType: string;
  /** What comes before the first row. */
  readonly head: string;
  /** The lines of a batch; empty when there is nothing to be said of it. */
  write(batch: ScoredBatch): string;
}

export interface RowAnswersOptions {
  /** Whether bad rows are answered too, in their places; left out otherwise. */
  readonly tellsDefects: boolean;
}

/** The columns that CSV answers of a model have, besides those that go through; `error` is last where there is one. */
export function answerColumns(
  { classes, task }: TabularManifest,
  { tellsDefects }: RowAnswersOptions,
): string[] {
  const probabilities = (classes ?? []).map((name) => `prob_${name}`);
  const columns = task === 'regression' ? [] : ['prediction_label', 'confidence', ...probabilities];
  return ['line', 'prediction', ...columns, ...(tellsDefects ? ['error'] : [])];
}

/**
 * Answers in CSV (RFC 4180, with bare newlines): the line, the columns that go through, the prediction and, of a
 * classification, its label, its confidence and one probability for each class.
 */
export function createCsvAnswers(
  manifest: TabularManifest,
  keptColumns: readonly string[],
  options: RowAnswersOptions,
): RowAnswers {
  const [line = '', ...columns] = answerColumns(manifest, options);
  const { tellsDefects } = options;
  // Of a bad row only the line, what goes through and the error are known.
  const blanks = ','.repeat(columns.length);
  return {
    contentType: 'text/csv; charset=utf-8',
    head: toRecord([line, ...keptColumns, ...columns]),
    write({ rows, predictions }) {
      let text = '';
      for (const row of rows) {
        if (!isBad(row)) {
          const cells = predictions === undefined ? [] : cellsOf(manifest, predictions, row.index);
          text += `${row.line}${toCells(row.kept)}${toCells(cells)}${tellsDefects ? ',' : ''}\n`;
        } else if (tellsDefects) {
          const kept = row.kept === undefined ? ','.repeat(keptColumns.length) : toCells(row.kept);
          text += `${row.line}${kept}${blanks}${toCell(summary(row.defects))}\n`;
        }
      }
      return text;
    },
  };
}

/** Answers in newline-delimited JSON: the object that `predict` answers, with its `line`. */
export function createNdjsonAnswers({ tellsDefects }: RowAnswersOptions): RowAnswers {
  return {
    contentType: 'application/x-ndjson',
    head: '',
    write({ rows, predictions }) {
      let text = '';
      for (const row of rows) {
        if (!isBad(row)) text += `${predictions?.writeRow(row.index)},"line":${row.line}}\n`;
        else if (tellsDefects) text += `${writeDefects(row)}\n`;
      }
      return text;
    },
  };
}

/** Most of a bad line that is quoted, in characters. */
const MAX_QUOTED = 500;

/** The bad rows of a batch as newline-delimited JSON: line, what is wrong, and the line itself, shortened. */
export function writeBadRows({ rows }: ScoredBatch): string {
  return rows
    .filter(isBad)
    .map(({ line, text, defects }) => {
      const entry = { line, detail: summary(defects), errors: defects, text: shorten(text, MAX_QUOTED) };
      return `${JSON.stringify(entry)}\n`;
    })
    .join('');
}

function writeDefects({ line, defects }: BadRow): string {
  return JSON.stringify({ line, error: { detail: summary(defects), errors: defects } });
}

function summary(defects: readonly FieldError[]): string {
  return defects.map(({ detail }) => detail).join('; ');
}

/** The cells of one prediction, in the order of the columns. A number that JSON cannot write is an empty cell. */
function cellsOf(
  { classes = [] }: TabularManifest,
  { valueAt, confidenceOf, scoresOf }: Predictions,
  index: number,
): string[] {
  const value = valueAt(index);
  if (confidenceOf === undefined || scoresOf === undefined) return [toText(value)];
  return [toText(value), classes[value] ?? '', toText(confidenceOf(index)), ...scoresOf(index).map(toText)];
}

function toText(value: number): string {
  return Number.isFinite(value) ? String(value) : '';
}

function toRecord(cells: readonly string[]): string {
  return `${cells.map(toCell).join(',')}\n`;
}

function toCells(cells: readonly string[]): string {
  let text = '';
  for (const cell of cells) text += `,${toCell(cell)}`;
  return text;
}

/** A cell in quotes where it needs them. */
function toCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
