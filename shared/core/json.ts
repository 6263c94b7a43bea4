import { isUtf8 } from 'node:buffer';
import { printParseErrorCode, visit } from 'jsonc-parser';
import { ServingError } from './errors';

/** Deepest nesting of arrays and objects that is parsed. A prediction needs 4; a tensor of rank 60 needs 62. */
export const MAX_JSON_DEPTH = 64;

/**
 * Parses a request body. Stricter than `JSON.parse` where leniency would hurt: bytes must be UTF-8, nesting is
 * bounded before it costs anything, and a `__proto__` member is refused instead of made.
 *
 * @throws {ServingError} `invalid-encoding`, or `invalid-json` that says where, never what the body held.
 */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new ServingError('invalid-encoding', 'the body is not UTF-8');
  if (bytes.length > MAX_JSON_DEPTH && isTooDeep(bytes)) {
    throw new ServingError('invalid-json', `the body nests deeper than ${MAX_JSON_DEPTH} levels`);
  }
  const text = withoutByteOrderMark(bytes.toString('utf8'));
  // An escape may spell the name too, so any text with one takes the slower way.
  const reviver = text.includes('__proto__') || text.includes('\\u') ? refuseProto : undefined;
  try {
    return JSON.parse(text, reviver);
  } catch (error) {
    throw error instanceof ServingError ? error : notJson(text, error);
  }
}

function withoutByteOrderMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new ServingError('invalid-json', 'a member named __proto__ is not accepted');
  return value;
}

/** Runs over the bytes once, without the stack that a parser would need. */
function isTooDeep(bytes: Buffer): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) depth--;
  }
  return false;
}

const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** V8's message quotes the body and often leaves the place out, so the place is looked for again. */
function notJson(text: string, cause: unknown): ServingError {
  if (text.trim() === '')
    return new ServingError('invalid-json', 'the body is empty, expected a JSON object');
  const { offset, problem } = firstDefect(text);
  return new ServingError('invalid-json', `the body is not JSON: ${problem} at ${place(text, offset)}`, {
    cause,
  });
}

function place(text: string, offset: number): string {
  if (offset >= text.length) return 'its end';
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return `line ${line}, column ${offset - before.lastIndexOf('\n')}`;
}

interface Defect {
  readonly offset: number;
  readonly problem: string;
}

function firstDefect(text: string): Defect {
  try {
    // Stopping at the first error keeps a body of many errors from costing more than one of none.
    visit(text, {
      onError(error, offset) {
        throw Object.assign(new Error(), { offset, problem: words(printParseErrorCode(error)) });
      },
    });
  } catch (defect) {
    return defect as Defect;
  }
  return { offset: text.length, problem: 'something is wrong' };
}

/** `PropertyNameExpected` as "property name expected". */
function words(code: string): string {
  return code.replaceAll(/\B[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase();
}
