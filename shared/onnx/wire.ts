// The wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/), as far as ONNX files have it.
//
// Why not a library: a library that knows a schema turns weights into arrays of its own, and what it does not know
// it loses or moves. Here a message is its fields as they lie in the file, so what is not touched stays, byte for
// byte, and is not copied.

/** How a field's value is laid out: a varint, eight bytes, bytes after their length, four bytes. */
export type WireType = 0 | 1 | 2 | 5;

/** One field of a message, in two parts that follow each other in the file. */
export interface Field {
  readonly number: number;
  readonly wire: WireType;
  /** Its tag and, where it has one, its length. */
  readonly head: Uint8Array;
  /** Its value, in one piece where it was read, in several where it was put together. */
  readonly pieces: readonly Uint8Array[];
}

/** A message: its fields in the order of the file. */
export type Message = readonly Field[];

/** A file that is not what it should be. Its message says where and what. */
export class InvalidOnnx extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'InvalidOnnx';
  }
}

/**
 * Reads the fields of a message. Their values are views into `bytes`.
 *
 * @param what the message's name, for the error.
 * @param wanted which fields, by their number: trees have millions of numbers that nobody asks for.
 * @throws {InvalidOnnx} for bytes that are no message, or end too early.
 */
export function readMessage(
  bytes: Uint8Array,
  what: string,
  wanted: (number: number) => boolean = () => true,
): Message {
  const fields: Field[] = [];
  const cursor: Cursor = { bytes, at: 0, what };
  while (cursor.at < bytes.length) {
    const start = cursor.at;
    const tag = readLength(cursor);
    const number = Math.floor(tag / 8);
    if (number === 0 || number > MAX_FIELD_NUMBER) throw invalid(cursor, 'there is no such field');
    const wire = tag % 8;
    const valueAt = skipValue(cursor, wire);
    if (cursor.at > bytes.length) {
      throw invalid(cursor, `field ${number} ends ${cursor.at - bytes.length} bytes behind the end`);
    }
    if (!wanted(number)) continue;
    const head = bytes.subarray(start, valueAt);
    fields.push({ number, wire: wire as WireType, head, pieces: [bytes.subarray(valueAt, cursor.at)] });
  }
  return fields;
}

const MAX_FIELD_NUMBER = 2 ** 29 - 1;

/** Where in which bytes reading stands. */
interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
  readonly what: string;
}

/** Moves behind a value; gives where it begins, which is behind its length. */
function skipValue(cursor: Cursor, wire: number): number {
  let valueAt = cursor.at;
  switch (wire) {
    case 0:
      readLength(cursor);
      break;
    case 1:
      cursor.at += 8;
      break;
    case 2: {
      const length = readLength(cursor);
      valueAt = cursor.at;
      cursor.at += length;
      break;
    }
    case 5:
      cursor.at += 4;
      break;
    default:
      throw invalid(cursor, `a field of wire type ${wire} is not part of the format`);
  }
  return valueAt;
}

/** A number of seven bits to a byte, the lowest first; the eighth says that more follow. Exact up to 2^53. */
function readLength(cursor: Cursor): number {
  let value = 0;
  for (let factor = 1, count = 0; count < 10; factor *= 128, count++) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) throw invalid(cursor, 'a number is cut short');
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
  }
  throw invalid(cursor, 'a number has more than ten bytes');
}

function invalid({ what, at }: Cursor, detail: string): InvalidOnnx {
  return new InvalidOnnx(`${what}, before byte ${at}: ${detail}`);
}

/** The last value of a field counts (https://protobuf.dev/programming-guides/encoding/#last-one-wins). */
export function lastOf(message: Message, number: number): Field | undefined {
  return message.findLast((field) => field.number === number);
}

export function allOf(message: Message, number: number): readonly Field[] {
  return message.filter((field) => field.number === number);
}

/** A field's value; a view, unless the field was put together of several pieces. */
export function bytesOf({ pieces }: Field): Uint8Array {
  const [only, ...others] = pieces;
  return only !== undefined && others.length === 0 ? only : joinPieces(pieces);
}

export function textOf(field: Field | undefined): string {
  return field === undefined ? '' : viewOf(field).toString('utf8');
}

export function integerOf(field: Field | undefined): bigint {
  return field?.wire === 0 ? (unpackIntegers(bytesOf(field))[0] ?? 0n) : 0n;
}

function viewOf(field: Field): Buffer {
  const { buffer, byteOffset, byteLength } = bytesOf(field);
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Integers of a repeated field, whether each has a field of its own or all are packed into one. */
export function integersOf(message: Message, number: number): bigint[] {
  return allOf(message, number).flatMap((field) =>
    field.wire === 0 || field.wire === 2 ? unpackIntegers(bytesOf(field)) : [],
  );
}

/** Integers one after another; what is cut short at the end is left out. */
function unpackIntegers(bytes: Uint8Array): bigint[] {
  const values: bigint[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift = byte < 0x80 ? 0n : shift + 7n;
    if (byte >= 0x80) continue;
    values.push(BigInt.asIntN(64, value));
    value = 0n;
  }
  return values;
}

/** Floats of a repeated field, packed or not. */
export function floatsOf(message: Message, number: number): number[] {
  return allOf(message, number).flatMap((field) => {
    const view = viewOf(field);
    return Array.from({ length: Math.floor(view.length / 4) }, (_, index) => view.readFloatLE(index * 4));
  });
}

/** A field of bytes, a text or a message, which are not copied. */
export function bytesField(number: number, value: Uint8Array | string | Message): Field {
  const pieces = piecesOf(value);
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return { number, wire: 2, head: Buffer.concat([tagOf(number, 2), varint(length)]), pieces };
}

function piecesOf(value: Uint8Array | string | Message): readonly Uint8Array[] {
  if (typeof value === 'string') return [Buffer.from(value)];
  return value instanceof Uint8Array ? [value] : value.flatMap(({ head, pieces }) => [head, ...pieces]);
}

export function integerField(number: number, value: number | bigint): Field {
  return { number, wire: 0, head: tagOf(number, 0), pieces: [varint(value)] };
}

export function floatField(number: number, value: number): Field {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return { number, wire: 5, head: tagOf(number, 5), pieces: [bytes] };
}

function tagOf(number: number, wire: WireType): Uint8Array {
  return varint(number * 8 + wire);
}

/** The numbers of one byte: most tags and lengths, and much of what trees are made of. */
const SHORT = Array.from({ length: 0x80 }, (_, value) => Uint8Array.of(value));

function varint(value: number | bigint): Uint8Array {
  const short = typeof value === 'number' ? SHORT[value] : undefined;
  if (short !== undefined) return short;
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(rest)]);
}

/** The bytes of a message: the only place where weights are copied, once. */
export function writeMessage(message: Message): Uint8Array {
  return joinPieces(piecesOf(message));
}

function joinPieces(pieces: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(pieces);
}
