import { StringDecoder } from 'node:string_decoder';
import { MAX_LINE_LENGTH } from './input-rows';

/** One line of a text, without its newline; a carriage return before that is left. */
export interface TextLine {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** What made it unreadable; its text is then a part of it at most. */
  readonly defect?: string;
}

export interface LineOptions {
  /** Longest line, in characters. @default MAX_LINE_LENGTH */
  readonly maxLength?: number;
}

/** How much is looked at in one go, in bytes: what a caller holds at a time is bounded by it, however large his chunks. */
const PIECE_BYTES = 64 * 1024;

/** How much of a line that is too long is kept to be shown. */
const SHOWN = 200;

/** What the decoder puts in place of bytes that are not UTF-8. */
const REPLACEMENT = '\ufffd';

/**
 * Splits UTF-8 bytes into lines, however they are cut into chunks. A byte order mark is dropped, and a line that is
 * too long or not UTF-8 is marked as such; the next one is read as ever.
 *
 * @returns the lines that ended within each piece, so that memory is bounded by the longest line.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  { maxLength = MAX_LINE_LENGTH }: LineOptions = {},
): AsyncGenerator<readonly TextLine[]> {
  const decoder = new StringDecoder('utf8');
  const splitter = createSplitter(maxLength);
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const lines = splitter.split(decoder.write(bytes.subarray(at, at + PIECE_BYTES)));
      if (lines.length > 0) yield lines;
    }
  }
  const last = [...splitter.split(decoder.end()), ...splitter.end()];
  if (last.length > 0) yield last;
}

function createSplitter(maxLength: number) {
  let number = 1;
  /** The beginning of the line that has not ended yet. */
  let rest = '';
  /** Whether what is left of that line is only to be skipped. */
  let isSkipping = false;
  let isFirst = true;

  function toLine(text: string): TextLine {
    const line = { number: number++, text };
    const isTooLong = isSkipping || text.length > maxLength;
    isSkipping = false;
    if (isTooLong) return { ...line, text: text.slice(0, SHOWN), defect: tooLong(maxLength) };
    return text.includes(REPLACEMENT) ? { ...line, defect: 'the line is not UTF-8' } : line;
  }

  return {
    split(piece: string): TextLine[] {
      const text = rest + (isFirst && piece.startsWith('\ufeff') ? piece.slice(1) : piece);
      isFirst &&= piece === '';
      const lines: TextLine[] = [];
      let at = 0;
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', at)) {
        lines.push(toLine(text.slice(at, end)));
        at = end + 1;
      }
      rest = text.slice(at);
      isSkipping ||= rest.length > maxLength;
      if (isSkipping) rest = rest.slice(0, SHOWN);
      return lines;
    },
    end: (): TextLine[] => (rest === '' ? [] : [toLine(rest)]),
  };
}

function tooLong(maxLength: number): string {
  return `expected a line of at most ${maxLength} characters, got a longer one`;
}
