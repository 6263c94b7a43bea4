import { DIMENSION, SHAPE, TENSOR_TYPE, TYPE, VALUE } from './format';
import { allOf, bytesOf, type Field, integerOf, lastOf, readMessage, textOf } from './wire';

/** What kinds of values there are besides tensors. */
export type ValueKind = 'tensor' | 'sequence' | 'map' | 'sparse tensor' | 'optional' | 'untyped';

/** An input or an output. */
export interface Value {
  readonly field: Field;
  readonly name: string;
  readonly kind: ValueKind;
  /** TensorProto.DataType of a tensor, else 0. */
  readonly elementType: number;
  /** A number for a fixed size, a name or '' for one that is not; undefined where nothing is said. */
  readonly shape: readonly (number | string)[] | undefined;
}

const KINDS: readonly (readonly [number: number, kind: ValueKind])[] = [
  [TYPE.sequence_type, 'sequence'],
  [TYPE.map_type, 'map'],
  [TYPE.sparse_tensor_type, 'sparse tensor'],
  [TYPE.optional_type, 'optional'],
];

/** Reads what a field says of an input or output. */
export function toValue(field: Field): Value {
  const fields = readMessage(bytesOf(field), 'a value');
  const name = textOf(lastOf(fields, VALUE.name));
  const typeField = lastOf(fields, VALUE.type);
  const type = typeField === undefined ? [] : readMessage(bytesOf(typeField), `the type of "${name}"`);
  const tensorField = lastOf(type, TYPE.tensor_type);
  if (tensorField === undefined) {
    const kind = KINDS.find(([number]) => lastOf(type, number) !== undefined)?.[1] ?? 'untyped';
    return { field, name, kind, elementType: 0, shape: undefined };
  }
  const tensor = readMessage(bytesOf(tensorField), `the type of "${name}"`);
  const shape = lastOf(tensor, TENSOR_TYPE.shape);
  return {
    field,
    name,
    kind: 'tensor',
    elementType: Number(integerOf(lastOf(tensor, TENSOR_TYPE.elem_type))),
    shape: shape && allOf(readMessage(bytesOf(shape), `the shape of "${name}"`), SHAPE.dim).map(toSize),
  };
}

function toSize(field: Field): number | string {
  const dimension = readMessage(bytesOf(field), 'a dimension');
  const value = lastOf(dimension, DIMENSION.dim_value);
  return value === undefined ? textOf(lastOf(dimension, DIMENSION.dim_param)) : Number(integerOf(value));
}
