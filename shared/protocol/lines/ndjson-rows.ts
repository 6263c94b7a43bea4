import { ServingError } from '../../core/errors';
import { parseJson } from '../../core/json';
import { badRow, type InputRow, type RowSource } from './input-rows';
import { readLines, type TextLine } from './text-lines';

/**
 * Opens newline-delimited JSON: each line is a row in any form that a `predict` body may have, or an array of values
 * in feature order. Empty lines are skipped.
 *
 * @see https://github.com/ndjson/ndjson-spec
 */
export function openNdjsonRows(source: AsyncIterable<Uint8Array>): RowSource {
  return { keptColumns: [], batches: toBatches(readLines(source)), toReported: (row) => row };
}

async function* toBatches(batches: AsyncIterable<readonly TextLine[]>): AsyncGenerator<readonly InputRow[]> {
  for await (const lines of batches) {
    const rows = lines
      .map((line) => ({ ...line, text: line.text.trim() }))
      .filter(({ text }) => text !== '')
      .map(toRow);
    if (rows.length > 0) yield rows;
  }
}

function toRow({ number, text, defect }: TextLine): InputRow {
  if (defect !== undefined) return badRow(number, text, defect);
  try {
    return { line: number, text, row: parseJson(Buffer.from(text)), kept: NONE };
  } catch (error) {
    if (!(error instanceof ServingError)) throw error;
    return badRow(number, text, ofLine(error.message));
  }
}

const NONE: readonly string[] = [];

/** The parser speaks of a body and its lines. */
function ofLine(message: string): string {
  return message.replace('the body', 'the line').replace('at line 1, column', 'at column');
}
