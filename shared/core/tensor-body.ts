import { ServingError } from './errors';
import { parseJson } from './json';

/**
 * Parses a body that holds tensors: as {@link parseJson}, but what a double cannot hold is kept. Integers beyond
 * 2^53 arrive as strings of their digits, and the bare words `NaN`, `Infinity` and `-Infinity`, which Python
 * writes and JSON has not, as strings too.
 *
 * @throws {ServingError} `invalid-encoding`, `invalid-json`, as {@link parseJson}.
 */
export function parseTensorJson(bytes: Buffer): unknown {
  const count = countSpecial(bytes);
  if (count === 0) return parseJson(bytes);
  try {
    return parseJson(quoteSpecial(bytes, count));
  } catch (error) {
    // A defect is looked for again in a text of the sender's length, so that its place is right.
    if (error instanceof ServingError) parseJson(maskSpecial(bytes));
    throw error;
  }
}

function countSpecial(bytes: Buffer): number {
  let count = 0;
  visitSpecial(bytes, () => count++);
  return count;
}

function quoteSpecial(bytes: Buffer, count: number): Buffer {
  const quoted = Buffer.allocUnsafe(bytes.length + 2 * count);
  let from = 0;
  let to = 0;
  visitSpecial(bytes, (start, end) => {
    to += bytes.copy(quoted, to, from, start);
    quoted[to++] = QUOTE;
    to += bytes.copy(quoted, to, start, end);
    quoted[to++] = QUOTE;
    from = end;
  });
  bytes.copy(quoted, to, from);
  return quoted;
}

/** Puts a number of the same length in the place of each word. */
function maskSpecial(bytes: Buffer): Buffer {
  const masked = Buffer.from(bytes);
  visitSpecial(bytes, (start, end) => masked.fill('1', start, end));
  return masked;
}

/** Fewest digits of an integer that a double may not hold: 2^53 has 16. */
const LONG = 16;

/** Calls back for each word and long integer that stands outside of strings, `end` exclusive. */
function visitSpecial(bytes: Buffer, visit: (start: number, end: number) => void): void {
  // Indexed and by byte: this runs over every body that holds a tensor.
  for (let i = 0; i < bytes.length; ) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) i = endOfString(bytes, i);
    else if (IS_TOKEN[byte] === 0) i++;
    else {
      const end = endOfToken(bytes, i);
      if (mayBeSpecial(bytes, i, end) && isSpecial(bytes, i, end)) visit(i, end);
      i = end;
    }
  }
}

function endOfString(bytes: Buffer, start: number): number {
  for (let i = start + 1; i < bytes.length; i++) {
    if (bytes[i] === BACKSLASH) i++;
    else if (bytes[i] === QUOTE) return i + 1;
  }
  return bytes.length;
}

function endOfToken(bytes: Buffer, start: number): number {
  let end = start + 1;
  while (end < bytes.length && IS_TOKEN[bytes[end] as number] === 1) end++;
  return end;
}

/** Says for most numbers, without making a string of them, that they are plain. */
function mayBeSpecial(bytes: Buffer, start: number, end: number): boolean {
  const last = bytes[end - 1];
  return last === LETTER_N || last === LETTER_Y || (end - start >= LONG && isInteger(bytes, start, end));
}

/** A long fraction, the usual case, shows its point within a digit or two. */
function isInteger(bytes: Buffer, start: number, end: number): boolean {
  let i = bytes[start] === MINUS ? start + 1 : start;
  while (i < end && (bytes[i] as number) >= DIGIT_0 && (bytes[i] as number) <= DIGIT_9) i++;
  return i === end;
}

const SPECIAL = /^(?:NaN|-?Infinity|-?[1-9]\d*)$/;

function isSpecial(bytes: Buffer, start: number, end: number): boolean {
  const token = bytes.toString('latin1', start, end);
  return SPECIAL.test(token) && !Number.isSafeInteger(Number(token)) && !isKey(bytes, end);
}

/** A bare word before a colon is a defect that quoting would hide. */
function isKey(bytes: Buffer, end: number): boolean {
  let i = end;
  while (i < bytes.length && (bytes[i] as number) <= SPACE) i++;
  return bytes[i] === COLON;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const SPACE = 0x20;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const LETTER_N = 0x4e;
const LETTER_Y = 0x79;

/** 1 for each byte that a number or a word of JSON is made of. */
const IS_TOKEN = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[\w+.-]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
