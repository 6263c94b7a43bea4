import { isUtf8 } from 'node:buffer';
import { invalidAt } from '../../core/invalid';
import { allocateData, type DataType, type Tensor } from '../../core/tensor';
import { countElements } from '../../core/tensor-json';

/** Bytes of one element of each type that has a fixed size. */
export const ELEMENT_BYTES = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  float16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
} as const satisfies Record<Exclude<DataType, 'string'>, number>;

/** Bytes of the length that precedes each element of a string tensor. */
const LENGTH_BYTES = 4;

/** The bytes that follow the JSON of a request, taken by its binary inputs in their order. */
export interface BinaryReader {
  /** @throws {ServingError} `validation-failed` when fewer bytes are left. */
  take(size: number, pointer: string): Buffer;
  /** @throws {ServingError} `validation-failed` when bytes are left. */
  end(): void;
}

export function createBinaryReader(bytes: Buffer): BinaryReader {
  let at = 0;
  return {
    take(size, pointer) {
      const left = bytes.length - at;
      if (size > left) {
        throw invalidAt(
          pointer,
          `expected ${size} bytes after the JSON, got ${left}: ${size - left} are missing`,
        );
      }
      at += size;
      return bytes.subarray(at - size, at);
    },
    end() {
      const left = bytes.length - at;
      if (left > 0)
        throw invalidAt(
          '',
          `expected ${at} bytes of binary data, got ${bytes.length}: ${left} are left over`,
        );
    },
  };
}

/**
 * Reads a tensor from its bytes: little-endian, row-major, each string after its length. The bytes are copied.
 *
 * @throws {ServingError} `validation-failed` when the bytes are not exactly the tensor.
 */
export function readBinary(type: DataType, dims: readonly number[], bytes: Buffer, pointer: string): Tensor {
  const count = countElements(dims);
  if (type === 'string') return { type, dims, data: readStrings(count, bytes, pointer) };
  const size = count * ELEMENT_BYTES[type];
  if (size !== bytes.length) {
    throw invalidAt(pointer, `expected ${size} bytes for shape [${dims.join(',')}], got ${bytes.length}`);
  }
  // A byte above 1 would be neither true nor false to the model.
  const wrong = type === 'bool' ? bytes.findIndex((byte) => byte > 1) : -1;
  if (wrong !== -1)
    throw invalidAt(pointer, `expected bytes of 0 and 1, got ${bytes[wrong]} at byte ${wrong}`);
  // The bytes start anywhere, a typed array only at a multiple of its element.
  const data = allocateData(type, count) as Float32Array;
  new Uint8Array(data.buffer, data.byteOffset, size).set(bytes);
  return { type, dims, data } as Tensor;
}

/** Gives the bytes of a tensor, as {@link readBinary} reads them; of numbers a view, not a copy. */
export function writeBinary({ type, data }: Tensor): Buffer {
  return type === 'string' ? writeStrings(data) : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function readStrings(count: number, bytes: Buffer, pointer: string): string[] {
  const strings: string[] = [];
  let at = 0;
  while (strings.length < count) {
    const start = at + LENGTH_BYTES;
    const end = start > bytes.length ? start : start + bytes.readUInt32LE(at);
    if (end > bytes.length) {
      throw invalidAt(
        pointer,
        `element ${strings.length}: expected ${end - bytes.length} more bytes, got ${bytes.length}`,
      );
    }
    const text = bytes.subarray(start, end);
    if (!isUtf8(text)) throw invalidAt(pointer, `element ${strings.length}: expected UTF-8`);
    strings.push(text.toString('utf8'));
    at = end;
  }
  if (at === bytes.length) return strings;
  throw invalidAt(pointer, `expected ${at} bytes for ${count} elements, got ${bytes.length}`);
}

function writeStrings(strings: readonly string[]): Buffer {
  const lengths = strings.map((text) => Buffer.byteLength(text));
  const bytes = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + LENGTH_BYTES + length, 0));
  let at = 0;
  for (const [index, text] of strings.entries()) {
    at = bytes.writeUInt32LE(lengths[index] as number, at);
    at += bytes.write(text, at);
  }
  return bytes;
}
