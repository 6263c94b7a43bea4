import { readFileSync } from 'node:fs';
import { parse, type Type } from 'protobufjs';
import type { TensorSpec } from '../../shared/core/signature';
import type { DataType, Tensor } from '../../shared/core/tensor';
import { projectPath } from '../project-path';
import type { Attribute, Node, OnnxModel } from './model';

/**
 * Belongs to operator set 17; ONNX Runtime reads it since 1.12.
 * https://github.com/onnx/onnx/blob/main/docs/Versioning.md#released-versions
 */
const IR_VERSION = 8;

/** TensorProto.DataType. */
const ELEMENT_TYPES = {
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

/**
 * Gives the bytes of a model's `.onnx` file. Equal models give equal bytes.
 *
 * Nothing is checked about the graph: ONNX Runtime does that when it loads the file.
 */
export function encodeModel(model: OnnxModel): Uint8Array {
  const type = modelProtoType();
  return type.encode(type.fromObject(modelProto(model))).finish();
}

function modelProtoType(): Type {
  const definition = readFileSync(projectPath('training/onnx/onnx.proto'), 'utf8');
  return parse(definition, { keepCase: true }).root.lookupType('onnx.ModelProto');
}

function modelProto({ name, producer, operatorSets, signature, nodes, initializers = {} }: OnnxModel) {
  return {
    ir_version: IR_VERSION,
    producer_name: producer,
    opset_import: Object.entries(operatorSets).map(([domain, version]) => ({ domain, version })),
    graph: {
      name,
      node: nodes.map(nodeProto),
      initializer: Object.entries(initializers).map(([name, tensor]) => ({ name, ...tensorProto(tensor) })),
      input: signature.inputs.map(valueInfoProto),
      output: signature.outputs.map(valueInfoProto),
    },
  };
}

function nodeProto({ operator, domain = '', inputs, outputs, attributes = {} }: Node) {
  return {
    // Outputs are unique in a graph, so the first one names its node.
    name: `${operator}:${outputs[0]}`,
    op_type: operator,
    domain,
    input: inputs,
    output: outputs,
    attribute: Object.entries(attributes).map(([name, attribute]) => ({
      name,
      type: attribute.type,
      ...attributeValue(attribute),
    })),
  };
}

function attributeValue({ type, value }: Attribute) {
  switch (type) {
    case 'FLOAT':
      return { f: value };
    case 'INT':
      return { i: value };
    case 'STRING':
      return { s: Buffer.from(value) };
    case 'TENSOR':
      return { t: tensorProto(value) };
    case 'FLOATS':
      return { floats: value };
    case 'INTS':
      return { ints: value };
    case 'STRINGS':
      return { strings: value.map((text) => Buffer.from(text)) };
  }
}

function tensorProto(tensor: Tensor) {
  const { dims, type, data } = tensor;
  const values =
    type === 'string'
      ? { string_data: data.map((text) => Buffer.from(text)) }
      : // A view: weights are not copied. The format wants little-endian, which is what Node.js runs on.
        { raw_data: Buffer.from(data.buffer, data.byteOffset, data.byteLength) };
  return { dims, data_type: ELEMENT_TYPES[type], ...values };
}

function valueInfoProto({ name, type, shape }: TensorSpec) {
  const dim = shape.map((size) => (typeof size === 'string' ? { dim_param: size } : { dim_value: size }));
  return { name, type: { tensor_type: { elem_type: ELEMENT_TYPES[type], shape: { dim } } } };
}
