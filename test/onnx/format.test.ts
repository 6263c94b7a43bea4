import { readFileSync } from 'node:fs';
import { parse, type Type } from 'protobufjs';
import * as format from '../../shared/onnx/format';
import { projectPath } from '../../training/project-path';

const { root } = parse(readFileSync(projectPath('shared/onnx/onnx.proto'), 'utf8'), { keepCase: true });

const MESSAGES = {
  ModelProto: format.MODEL,
  OperatorSetIdProto: format.OPERATOR_SET,
  GraphProto: format.GRAPH,
  NodeProto: format.NODE,
  FunctionProto: format.FUNCTION,
  AttributeProto: format.ATTRIBUTE,
  TensorProto: format.TENSOR,
  StringStringEntryProto: format.ENTRY,
  ValueInfoProto: format.VALUE,
  TypeProto: format.TYPE,
  'TypeProto.Sequence': format.SEQUENCE,
  'TypeProto.Tensor': format.TENSOR_TYPE,
  TensorShapeProto: format.SHAPE,
  'TensorShapeProto.Dimension': format.DIMENSION,
};

test.each(Object.entries(MESSAGES))('the fields of %s have their official numbers', (name, fields) => {
  const message: Type = root.lookupType(`onnx.${name}`);

  expect(fields).toEqual(Object.fromEntries(message.fieldsArray.map((field) => [field.name, field.id])));
});
