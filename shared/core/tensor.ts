/** The JavaScript array that holds each ONNX element type, spelled as ONNX Runtime spells it. */
export interface DataTypeMap {
  float32: Float32Array;
  float64: Float64Array;
  /** The bits of each half-precision number: Node has no array type for them before 24. */
  float16: Uint16Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  /** One byte per element, 0 or 1. */
  bool: Uint8Array;
  string: string[];
}

export type DataType = keyof DataTypeMap;

/** Typed data in row-major order; `data.length` is the product of `dims`. Switching on `type` narrows `data`. */
export type Tensor = {
  [T in DataType]: { readonly type: T; readonly dims: readonly number[]; readonly data: DataTypeMap[T] };
}[DataType];

export type NamedTensors = Readonly<Record<string, Tensor>>;

/** The data of any tensor. */
export type TensorData = DataTypeMap[DataType];

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

/** Makes the data of a tensor of `length` elements, all zero or empty. */
export function allocateData(type: DataType, length: number): TensorData {
  return type === 'string' ? new Array<string>(length).fill('') : new ARRAYS[type](length);
}
