import { isUtf8 } from 'node:buffer';
import { fromFloat16, toFloat16 } from './float16';
import { shortestFloat32 } from './float32';
import type { DataType, TensorData } from './tensor';

/** Puts one JSON value into the data of a tensor; false, with nothing written, when the value does not fit its type. */
export type ReadElement = (data: TensorData, at: number, value: unknown) => boolean;

/** Writes one element of a tensor as JSON. */
export type WriteElement = (data: TensorData, at: number) => string;

/** Numbers of this magnitude and above become infinite as this type: halfway from its largest to the next power of two. */
export const FLOAT_LIMITS = {
  float16: 65520,
  float32: 2 ** 128 - 2 ** 103,
  float64: Number.POSITIVE_INFINITY,
} as const;

/** Smallest and largest value of each integer type. */
const INTEGER_RANGES = {
  int8: [-128n, 127n],
  int16: [-32768n, 32767n],
  int32: [-2147483648n, 2147483647n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint8: [0n, 255n],
  uint16: [0n, 65535n],
  uint32: [0n, 4294967295n],
  uint64: [0n, 2n ** 64n - 1n],
} as const;

type FloatType = keyof typeof FLOAT_LIMITS;
type IntegerType = keyof typeof INTEGER_RANGES;

/** Gives the reader of a type's elements. */
export function elementReader(type: DataType): ReadElement {
  if (type === 'string') return readString;
  if (type === 'bool') return readBool;
  return isFloat(type) ? floatReader(type) : integerReader(type);
}

/** Says what {@link elementReader} takes, for an error message. */
export function expectedElement(type: DataType): string {
  if (type === 'string') return 'a string, or {"b64": "…"} of UTF-8';
  if (type === 'bool') return 'true or false';
  if (isFloat(type)) return `a number that ${type} can hold`;
  const [min, max] = INTEGER_RANGES[type];
  return `an integer from ${min} to ${max}`;
}

/**
 * Gives the writer of a type's elements. Every element reads back as it was; JSON has no NaN and no infinities
 * (RFC 8259, section 6), so NaN is null and the infinities are strings.
 */
export function elementWriter(type: DataType): WriteElement {
  if (type === 'string') return (data, at) => JSON.stringify(data[at]);
  if (type === 'bool') return (data, at) => (data[at] === 1 ? 'true' : 'false');
  if (type === 'float16') return (data, at) => writeFloat(fromFloat16(data[at] as number));
  if (type === 'float32') return (data, at) => writeFloat(shortestFloat32(data[at] as number));
  if (type === 'float64') return (data, at) => writeFloat(data[at] as number);
  return (data, at) => String(data[at]);
}

/**
 * Decodes base64 (RFC 4648, either alphabet, padding optional) that holds UTF-8; undefined when it is not that.
 */
export function decodeBase64Text(text: string): string | undefined {
  const digits = text.replace(/={1,2}$/, '');
  if (!/^[\w+/-]*$/.test(digits) || digits.length % 4 === 1) return undefined;
  const bytes = Buffer.from(digits, 'base64');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

function isFloat(type: FloatType | IntegerType): type is FloatType {
  return type in FLOAT_LIMITS;
}

function floatReader(type: FloatType): ReadElement {
  const limit = FLOAT_LIMITS[type];
  const bits = type === 'float16' ? toFloat16 : (value: number) => value;
  return (data, at, value) => {
    const number = typeof value === 'number' ? value : namedNumber(value);
    if (number === undefined) return false;
    const wasNumber = typeof value === 'number' || Number.isFinite(number);
    if (wasNumber && !(Math.abs(number) < limit)) return false;
    // All three are number arrays.
    (data as Float32Array)[at] = bits(number);
    return true;
  };
}

const NAMED_NUMBERS: ReadonlyMap<unknown, number> = new Map([
  [null, Number.NaN],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/** An integer too long for a double, which `parseTensorJson` gives as its digits. */
const LONG_INTEGER = /^-?[1-9]\d{15,}$/;

function namedNumber(value: unknown): number | undefined {
  const named = NAMED_NUMBERS.get(value);
  if (named !== undefined || typeof value !== 'string' || !LONG_INTEGER.test(value)) return named;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function integerReader(type: IntegerType): ReadElement {
  const [min, max] = INTEGER_RANGES[type];
  if (type === 'int64' || type === 'uint64') {
    return (data, at, value) => {
      const integer = exactInteger(value);
      if (integer === undefined || integer < min || integer > max) return false;
      (data as BigInt64Array)[at] = integer;
      return true;
    };
  }
  const [low, high] = [Number(min), Number(max)];
  return (data, at, value) => {
    const number = typeof value === 'number' ? value : Number(exactInteger(value) ?? Number.NaN);
    if (!Number.isInteger(number) || number < low || number > high) return false;
    // Every array of the narrower integers takes numbers.
    (data as Int32Array)[at] = number;
    return true;
  };
}

/** No 64-bit integer has more digits; the bound also keeps a long text from costing much. */
const INTEGER_TEXT = /^-?\d{1,20}$/;

function exactInteger(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && INTEGER_TEXT.test(value) ? BigInt(value) : undefined;
}

const readBool: ReadElement = (data, at, value) => {
  if (value !== true && value !== false && value !== 0 && value !== 1) return false;
  (data as Uint8Array)[at] = Number(value);
  return true;
};

const readString: ReadElement = (data, at, value) => {
  const text = typeof value === 'string' ? value : textOfBase64(value);
  if (text === undefined) return false;
  (data as string[])[at] = text;
  return true;
};

function textOfBase64(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('b64' in value)) return undefined;
  if (typeof value.b64 !== 'string' || Object.keys(value).length > 1) return undefined;
  return decodeBase64Text(value.b64);
}

function writeFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0';
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'null' : `"${value}"`;
}
