import type { JsonSchema } from '../../core/row-schema';
import { isIntegerType } from '../../core/rows';
import type { TensorSpec } from '../../core/signature';
import type { DataType } from '../../core/tensor';
import { FLOAT_LIMITS } from '../../core/tensor-element';
import { anyOf, exactObject } from './parts';

/** The schema of one element of an input tensor, in every form that is taken. */
export function inputElement(type: DataType): JsonSchema {
  if (type === 'string') return anyOf({ type: 'string' }, exactObject({ b64: { type: 'string' } }));
  if (type === 'bool') return { enum: [true, false, 0, 1] };
  if (isIntegerType(type)) return integerElement(type);
  const limit = FLOAT_LIMITS[type as keyof typeof FLOAT_LIMITS];
  const bounds = Number.isFinite(limit) ? { exclusiveMinimum: -limit, exclusiveMaximum: limit } : {};
  return anyOf({ type: ['number', 'null'], ...bounds }, { enum: ['NaN', 'Infinity', '-Infinity'] });
}

/** The schema of one element of an output tensor. JSON has no NaN, which is null, and no infinities. */
export function outputElement(type: DataType): JsonSchema {
  if (type === 'string') return { type: ['string', 'object'] };
  if (type === 'bool') return { type: 'boolean' };
  if (isIntegerType(type)) return { type: 'integer' };
  return anyOf({ type: ['number', 'null'] }, { enum: ['Infinity', '-Infinity'] });
}

/**
 * Elements in lists, nested as deep as the shape is long. A symbolic size may be any from 1; that lists beside one another
 * are of one length no schema can say.
 */
export function nested(shape: TensorSpec['shape'], element: JsonSchema): JsonSchema {
  return shape.reduceRight<JsonSchema>((items, size) => ({ type: 'array', ...bounds(size), items }), element);
}

/** Elements of an output, nested as deep as it has dimensions: of what sizes, exporters declare wrongly. */
export function nestedOutput({ type, shape }: TensorSpec, { from = 0 } = {}): JsonSchema {
  return shape
    .slice(from)
    .reduceRight<JsonSchema>((items) => ({ type: 'array', items }), outputElement(type));
}

/** How many items a list of a dimension has. */
export function bounds(size: number | string | undefined): JsonSchema {
  return typeof size === 'number' ? { minItems: size, maxItems: size } : { minItems: 1 };
}

function integerElement(type: DataType): JsonSchema {
  const bits = Number(type.replace(/^u?int/, ''));
  const isUnsigned = type.startsWith('u');
  const digits = { type: 'string', pattern: isUnsigned ? '^\\d{1,19}$' : '^-?\\d{1,18}$' };
  // The bounds of 64 bits are no doubles, which JSON numbers are to most.
  if (bits === 64) return anyOf({ type: 'integer', ...safeBounds(isUnsigned) }, digits);
  const maximum = 2 ** (isUnsigned ? bits : bits - 1) - 1;
  return { type: 'integer', minimum: isUnsigned ? 0 : -maximum - 1, maximum };
}

function safeBounds(isUnsigned: boolean): JsonSchema {
  return { minimum: isUnsigned ? 0 : Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };
}
