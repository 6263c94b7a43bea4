import type { FieldError } from '../../core/errors';

/** Longest line, and longest CSV record of several lines, in characters. */
export const MAX_LINE_LENGTH = 1024 * 1024;

/** A row as it was read, not yet held against the model. */
export interface ReadRow {
  /** Number of its first line, from 1. */
  readonly line: number;
  /** The line as it was sent. */
  readonly text: string;
  /** Any form of row that the native decoder takes. */
  readonly row: unknown;
  /** Its cells of the columns that are no features. */
  readonly kept: readonly string[];
}

/** A line of which no row could be made, or a row that does not fit the model. */
export interface BadRow {
  readonly line: number;
  /** The line as it was sent, or the beginning of one that is too long. */
  readonly text: string;
  /** What is wrong, one or more; pointers are into the row. */
  readonly defects: readonly FieldError[];
  /** Its cells of the columns that are no features, where the line has cells at all. */
  readonly kept?: readonly string[];
}

export type InputRow = ReadRow | BadRow;

/** Rows of any number, read as they are asked for. */
export interface RowSource {
  /** Names of the columns that are no features and that go through to the answer, in their order. */
  readonly keptColumns: readonly string[];
  /** The rows in order, as many at a time as came together. */
  readonly batches: AsyncIterable<readonly InputRow[]>;
  /** A row as its defects are to be told of: with names where its file has names. */
  toReported(row: unknown): unknown;
}

/** Says whether something was wrong with a row. */
export function isBad<T extends object>(row: T | BadRow): row is BadRow {
  return 'defects' in row;
}

/** A row with one thing wrong. */
export function badRow(line: number, text: string, detail: string): BadRow {
  return { line, text, defects: [{ pointer: '', detail }] };
}
