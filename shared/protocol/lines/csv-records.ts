// Why not a library: csv-parse finds no way back after a broken quote or a record that is too long. It drops every
// row that follows, without a word of it. It also takes 2.5 s and more for a million short rows, and this 1.5 s and less.
// The tests compare the two.
import { MAX_LINE_LENGTH } from './input-rows';
import type { TextLine } from './text-lines';

/** The cells of one CSV record, or what is wrong with its first line. */
export interface CsvRecord {
  /** Number of its first line, from 1. */
  readonly line: number;
  /** The record as it was sent, without its last line break. */
  readonly text: string;
  readonly cells: readonly string[];
  readonly defect?: string;
}

export interface RecordOptions {
  /** Longest record, in characters. @default MAX_LINE_LENGTH */
  readonly maxLength?: number;
}

/**
 * Makes CSV records (RFC 4180) of lines: cells between commas, in double quotes where they hold a comma, a quote
 * (then doubled) or a line break. Empty lines between records are skipped.
 *
 * A record that is broken costs its first line and no other: reading goes on with the second.
 */
export async function* readCsvRecords(
  batches: AsyncIterable<readonly TextLine[]>,
  { maxLength = MAX_LINE_LENGTH }: RecordOptions = {},
): AsyncGenerator<readonly CsvRecord[]> {
  const assembler = createAssembler(maxLength);
  for await (const lines of batches) {
    const records = assembler.take(lines);
    if (records.length > 0) yield records;
  }
  const last = assembler.end();
  if (last.length > 0) yield last;
}

/** Lines that look like one record so far. */
interface Open {
  readonly lines: TextLine[];
  length: number;
}

function createAssembler(maxLength: number) {
  /** A record with a quote that has not been closed yet. */
  let open: Open | undefined;

  /** Gives up on the open record: its first line is bad, and the others are looked at by themselves. */
  function giveUp(defect: string, records: CsvRecord[]): TextLine[] {
    const [first, ...others] = open?.lines ?? [];
    open = undefined;
    if (first !== undefined) records.push(broken(first, defect));
    return others;
  }

  /** Takes one line; gives back those that are to be taken again. */
  function takeLine(line: TextLine, records: CsvRecord[]): TextLine[] {
    if (line.defect !== undefined) return takeUnreadable(line, line.defect, records);
    if (open === undefined && !line.text.includes('"')) {
      pushPlain(line, records);
      return [];
    }
    open ??= { lines: [], length: 0 };
    open.lines.push(line);
    open.length += line.text.length + 1;
    if (open.length > maxLength + 1)
      return giveUp(`a quote is not closed within ${maxLength} characters`, records);
    // Every quote opens or closes, so a record ends with the line that makes their number even.
    const isSplit =
      open.lines.length === 1 ? countQuotes(line.text) % 2 === 1 : countQuotes(line.text) % 2 === 0;
    if (isSplit) return [];
    const record = parseRecord(open.lines);
    if (record.defect !== undefined) return giveUp(record.defect, records);
    records.push(record);
    open = undefined;
    return [];
  }

  function takeUnreadable(line: TextLine, defect: string, records: CsvRecord[]): TextLine[] {
    if (open !== undefined) return [...giveUp('a quote is not closed', records), line];
    records.push(broken(line, defect));
    return [];
  }

  function takeAll(lines: readonly TextLine[], records: CsvRecord[]): void {
    const waiting = [...lines].reverse();
    for (let line = waiting.pop(); line !== undefined; line = waiting.pop()) {
      const again = takeLine(line, records);
      for (let i = again.length - 1; i >= 0; i--) waiting.push(again[i] as TextLine);
    }
  }

  return {
    take(lines: readonly TextLine[]): CsvRecord[] {
      const records: CsvRecord[] = [];
      takeAll(lines, records);
      return records;
    },
    end(): CsvRecord[] {
      const records: CsvRecord[] = [];
      while (open !== undefined) takeAll(giveUp('a quote is not closed before the end', records), records);
      return records;
    },
  };
}

function pushPlain({ number, text }: TextLine, records: CsvRecord[]): void {
  const plain = withoutReturn(text);
  if (plain !== '') records.push({ line: number, text: plain, cells: plain.split(',') });
}

function broken({ number, text }: TextLine, defect: string): CsvRecord {
  return { line: number, text: withoutReturn(text), cells: [], defect };
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}

function countQuotes(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) count++;
  return count;
}

/** Parses lines with an even number of quotes among them. */
function parseRecord(lines: readonly TextLine[]): CsvRecord {
  const line = lines[0]?.number ?? 0;
  const text = withoutReturn(lines.map((each) => each.text).join('\n'));
  const cells: string[] = [];
  let at = 0;
  do {
    const end = text[at] === '"' ? pushQuoted(text, at, cells) : pushUnquoted(text, at, cells);
    if (end === undefined) return { line, text, cells: [], defect: misplacedQuote(cells.length + 1) };
    at = end + 1;
  } while (at <= text.length);
  return { line, text, cells };
}

/** Adds the cell that begins with the quote at `start`; gives where it ends, undefined where more follows the quote. */
function pushQuoted(text: string, start: number, cells: string[]): number | undefined {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
  if (end === -1 || (end + 1 < text.length && text[end + 1] !== ',')) return undefined;
  cells.push(text.slice(start + 1, end).replaceAll('""', '"'));
  return end + 1;
}

/** Adds the cell that begins at `start`; gives where it ends, undefined where it has a quote. */
function pushUnquoted(text: string, start: number, cells: string[]): number | undefined {
  const comma = text.indexOf(',', start);
  const end = comma === -1 ? text.length : comma;
  const cell = text.slice(start, end);
  if (cell.includes('"')) return undefined;
  cells.push(cell);
  return end;
}

function misplacedQuote(cell: number): string {
  return `cell ${cell} has a quote in the wrong place: expected the whole cell in quotes, and those within doubled`;
}
