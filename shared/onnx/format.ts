import type { DataType } from '../core/tensor';

/**
 * The numbers of the fields that are read or written here, by message; `onnx.proto` beside this file says what they
 * are, and a test holds the two together.
 */
export const MODEL = {
  ir_version: 1,
  producer_name: 2,
  graph: 7,
  opset_import: 8,
  functions: 25,
} as const;

export const OPERATOR_SET = { domain: 1, version: 2 } as const;

export const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12, value_info: 13 } as const;

export const NODE = { input: 1, output: 2, name: 3, op_type: 4, attribute: 5, domain: 7 } as const;

export const FUNCTION = { name: 1, node: 7, domain: 10 } as const;

export const ATTRIBUTE = {
  name: 1,
  f: 2,
  i: 3,
  s: 4,
  t: 5,
  g: 6,
  floats: 7,
  ints: 8,
  strings: 9,
  tensors: 10,
  graphs: 11,
  type: 20,
} as const;

/** AttributeProto.AttributeType. */
export const ATTRIBUTE_TYPE = {
  FLOAT: 1,
  INT: 2,
  STRING: 3,
  TENSOR: 4,
  FLOATS: 6,
  INTS: 7,
  STRINGS: 8,
} as const;

export const TENSOR = {
  dims: 1,
  data_type: 2,
  float_data: 4,
  int32_data: 5,
  string_data: 6,
  int64_data: 7,
  name: 8,
  raw_data: 9,
  external_data: 13,
  data_location: 14,
} as const;

/** An entry of `TensorProto.external_data`. */
export const ENTRY = { key: 1, value: 2 } as const;

export const VALUE = { name: 1, type: 2 } as const;

export const TYPE = {
  tensor_type: 1,
  sequence_type: 4,
  map_type: 5,
  sparse_tensor_type: 8,
  optional_type: 9,
} as const;

export const SEQUENCE = { elem_type: 1 } as const;

export const TENSOR_TYPE = { elem_type: 1, shape: 2 } as const;

export const SHAPE = { dim: 1 } as const;

export const DIMENSION = { dim_value: 1, dim_param: 2 } as const;

/** TensorProto.DataType of the datatypes that a tensor of this package can have. */
export const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
} as const satisfies Record<DataType, number>;

/** Bytes of one element, by TensorProto.DataType, where it is whole bytes. */
export const ELEMENT_BYTES: Readonly<Record<number, number>> = {
  1: 4,
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  6: 4,
  7: 8,
  9: 1,
  10: 2,
  11: 8,
  12: 4,
  13: 8,
  14: 8,
  15: 16,
  16: 2,
  17: 1,
  18: 1,
  19: 1,
  20: 1,
};

/** The others, which have no array in JavaScript. */
const FOREIGN_TYPES: Readonly<Record<number, string>> = {
  14: 'complex64',
  15: 'complex128',
  16: 'bfloat16',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  21: 'uint4',
  22: 'int4',
  23: 'float4e2m1',
  24: 'float8e8m0',
  25: 'uint2',
  26: 'int2',
};

const NAMES = new Map<number, DataType>(
  Object.entries(ELEMENT_TYPES).map(([name, number]) => [number, name as DataType]),
);

/** The datatype of a TensorProto.DataType; undefined for those that tensors of this package cannot have. */
export function dataTypeOf(elementType: number): DataType | undefined {
  return NAMES.get(elementType);
}

/** What a TensorProto.DataType is called, whether it can be served or not. */
export function nameOfElementType(elementType: number): string {
  return dataTypeOf(elementType) ?? FOREIGN_TYPES[elementType] ?? `datatype ${elementType}`;
}
