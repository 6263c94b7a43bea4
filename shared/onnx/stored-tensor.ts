import { dataTypeOf, ENTRY, TENSOR } from './format';
import { allOf, bytesOf, type Field, integerOf, integersOf, lastOf, readMessage, textOf } from './wire';

/** A constant tensor as it is stored. */
export interface StoredTensor {
  readonly field: Field;
  readonly name: string;
  readonly dims: readonly number[];
  readonly elementType: number;
  /** Where the data lies, if it is not in this file: `location`, `offset`, `length`. */
  readonly external: ReadonlyMap<string, string> | undefined;
  /** The texts of a tensor of text. */
  texts(): readonly string[];
  /** The integers of a tensor of int64 or int32. */
  integers(): readonly bigint[];
}

/** Data that a tensor may have in the file, which is read only when asked for. */
const DATA: ReadonlySet<number> = new Set([
  TENSOR.float_data,
  TENSOR.int32_data,
  TENSOR.string_data,
  TENSOR.int64_data,
]);

/** TensorProto.DataLocation. */
const EXTERNAL = 1n;

/** Reads what a field says of a tensor, and not its data. */
export function toStoredTensor(field: Field): StoredTensor {
  const bytes = bytesOf(field);
  const fields = readMessage(bytes, 'a tensor', (number) => !DATA.has(number));
  const list = (wanted: number) => readMessage(bytes, 'a tensor', (number) => number === wanted);
  const elementType = Number(integerOf(lastOf(fields, TENSOR.data_type)));
  const raw = lastOf(fields, TENSOR.raw_data);
  const isExternal = integerOf(lastOf(fields, TENSOR.data_location)) === EXTERNAL;
  return {
    field,
    name: textOf(lastOf(fields, TENSOR.name)),
    dims: integersOf(fields, TENSOR.dims).map(Number),
    elementType,
    external: isExternal ? readEntries(allOf(fields, TENSOR.external_data)) : undefined,
    texts: () => list(TENSOR.string_data).map(textOf),
    integers() {
      if (raw !== undefined) return rawIntegers(bytesOf(raw), dataTypeOf(elementType) === 'int32' ? 4 : 8);
      const where = dataTypeOf(elementType) === 'int32' ? TENSOR.int32_data : TENSOR.int64_data;
      return integersOf(list(where), where);
    },
  };
}

function rawIntegers({ buffer, byteOffset, byteLength }: Uint8Array, size: 4 | 8): bigint[] {
  const view = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  return Array.from({ length: Math.floor(byteLength / size) }, (_, index) =>
    size === 4 ? BigInt(view.readInt32LE(index * 4)) : view.readBigInt64LE(index * 8),
  );
}

function readEntries(fields: readonly Field[]): Map<string, string> {
  return new Map(
    fields.map((field) => {
      const entry = readMessage(bytesOf(field), 'external data');
      return [textOf(lastOf(entry, ENTRY.key)), textOf(lastOf(entry, ENTRY.value))];
    }),
  );
}
