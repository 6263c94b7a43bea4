import type { TensorSpec } from '../core/signature';
import type { Tensor } from '../core/tensor';
import {
  ATTRIBUTE,
  ATTRIBUTE_TYPE,
  DIMENSION,
  ELEMENT_TYPES,
  GRAPH,
  MODEL,
  NODE,
  OPERATOR_SET,
  SHAPE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE,
} from './format';
import type { Attribute, Node, OnnxModel } from './model';
import { bytesField, type Field, floatField, integerField, type Message, writeMessage } from './wire';

/**
 * Belongs to operator set 17; ONNX Runtime reads it since 1.12.
 * https://github.com/onnx/onnx/blob/main/docs/Versioning.md#released-versions
 */
const IR_VERSION = 8;

/**
 * Gives the bytes of a model's `.onnx` file. Equal models give equal bytes: the fields of a message are in the order
 * of their numbers.
 *
 * Nothing is checked about the graph: ONNX Runtime does that when it loads the file.
 */
export function encodeModel(model: OnnxModel): Uint8Array {
  const { producer, operatorSets, irVersion = IR_VERSION } = model;
  return writeMessage([
    integerField(MODEL.ir_version, irVersion),
    bytesField(MODEL.producer_name, producer),
    bytesField(MODEL.graph, graphMessage(model)),
    ...Object.entries(operatorSets).map(([domain, version]) =>
      bytesField(MODEL.opset_import, [
        bytesField(OPERATOR_SET.domain, domain),
        integerField(OPERATOR_SET.version, version),
      ]),
    ),
  ]);
}

function graphMessage({ name, signature, nodes, initializers = {}, otherOutputs = [] }: OnnxModel): Message {
  return [
    ...nodes.map((node) => bytesField(GRAPH.node, nodeMessage(node))),
    bytesField(GRAPH.name, name),
    ...Object.entries(initializers).map(([key, tensor]) =>
      bytesField(GRAPH.initializer, tensorMessage(tensor, key)),
    ),
    ...signature.inputs.map((spec) => bytesField(GRAPH.input, valueMessage(spec))),
    ...signature.outputs.map((spec) => bytesField(GRAPH.output, valueMessage(spec))),
    ...otherOutputs.map((other) => bytesField(GRAPH.output, [bytesField(VALUE.name, other)])),
  ];
}

/** A node as a graph holds it. */
export function nodeMessage({ operator, domain = '', inputs, outputs, attributes = {} }: Node): Message {
  return [
    ...inputs.map((input) => bytesField(NODE.input, input)),
    ...outputs.map((output) => bytesField(NODE.output, output)),
    // Outputs are unique in a graph, so the first one names its node.
    bytesField(NODE.name, `${operator}:${outputs[0]}`),
    bytesField(NODE.op_type, operator),
    ...Object.entries(attributes).map(([name, attribute]) =>
      bytesField(NODE.attribute, attributeMessage(name, attribute)),
    ),
    bytesField(NODE.domain, domain),
  ];
}

/** An attribute as a node holds it. */
export function attributeMessage(name: string, attribute: Attribute): Message {
  return [
    bytesField(ATTRIBUTE.name, name),
    ...attributeValues(attribute),
    integerField(ATTRIBUTE.type, ATTRIBUTE_TYPE[attribute.type]),
  ];
}

function attributeValues({ type, value }: Attribute): Field[] {
  switch (type) {
    case 'FLOAT':
      return [floatField(ATTRIBUTE.f, value)];
    case 'INT':
      return [integerField(ATTRIBUTE.i, value)];
    case 'STRING':
      return [bytesField(ATTRIBUTE.s, value)];
    case 'TENSOR':
      return [bytesField(ATTRIBUTE.t, tensorMessage(value))];
    case 'FLOATS':
      return value.map((each) => floatField(ATTRIBUTE.floats, each));
    case 'INTS':
      return value.map((each) => integerField(ATTRIBUTE.ints, each));
    case 'STRINGS':
      return value.map((each) => bytesField(ATTRIBUTE.strings, each));
  }
}

function tensorMessage({ dims, type, data }: Tensor, name?: string): Message {
  return [
    ...dims.map((size) => integerField(TENSOR.dims, size)),
    integerField(TENSOR.data_type, ELEMENT_TYPES[type]),
    ...(type === 'string' ? data.map((text) => bytesField(TENSOR.string_data, text)) : []),
    ...(name === undefined ? [] : [bytesField(TENSOR.name, name)]),
    ...(type === 'string' ? [] : [bytesField(TENSOR.raw_data, rawBytes(data))]),
  ];
}

/** A view: weights are not copied. The format wants little-endian, which is what Node.js runs on. */
function rawBytes({ buffer, byteOffset, byteLength }: Exclude<Tensor['data'], string[]>): Uint8Array {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}

/** What a graph says of one of its inputs or outputs. */
export function valueMessage({ name, type, shape }: TensorSpec): Message {
  const dims = shape.map((size) =>
    bytesField(SHAPE.dim, [
      typeof size === 'string'
        ? bytesField(DIMENSION.dim_param, size)
        : integerField(DIMENSION.dim_value, size),
    ]),
  );
  const tensor = [
    integerField(TENSOR_TYPE.elem_type, ELEMENT_TYPES[type]),
    bytesField(TENSOR_TYPE.shape, dims),
  ];
  return [bytesField(VALUE.name, name), bytesField(VALUE.type, [bytesField(TYPE.tensor_type, tensor)])];
}
