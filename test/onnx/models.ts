import type { TensorSpec } from '../../shared/core/signature';
import { encodeModel } from '../../shared/onnx/encode';
import type { Attribute, Node, OnnxModel } from '../../shared/onnx/model';

/** A model of the tests; what is not said is a model of operator sets 17 and ai.onnx.ml 3. */
export function encode(
  model: Pick<OnnxModel, 'nodes'> & {
    readonly inputs?: readonly TensorSpec[];
    readonly outputs?: readonly TensorSpec[];
  } & Partial<OnnxModel>,
): Uint8Array {
  const { inputs = [TABLE], outputs = [], ...rest } = model;
  return encodeModel({
    name: 'test',
    producer: 'test',
    operatorSets: { '': 17, 'ai.onnx.ml': 3 },
    signature: { inputs, outputs },
    ...rest,
  });
}

/** Two columns. */
export const TABLE: TensorSpec = { name: 'X', type: 'float32', shape: ['N', 2] };

const LABEL: TensorSpec = { name: 'label', type: 'string', shape: ['N'] };

/** A linear classifier of two columns and three classes, the way scikit-learn's exporter writes one. */
export function classifier(labels: Attribute = TEXTS, names = 'strings'): Node {
  return {
    operator: 'LinearClassifier',
    domain: 'ai.onnx.ml',
    inputs: ['X'],
    outputs: ['label', 'scores'],
    attributes: {
      [`classlabels_${names}`]: labels,
      coefficients: { type: 'FLOATS', value: [1, 0, 0, 1, -1, -1] },
      intercepts: { type: 'FLOATS', value: [0, 0.25, 0.5] },
      post_transform: { type: 'STRING', value: 'SOFTMAX' },
    },
  };
}

export const TEXTS: Attribute = { type: 'STRINGS', value: ['red', 'green', 'blue'] };

/** What makes dictionaries of scores. */
export function zipMap(input: string, output: string, labels: Attribute = TEXTS, names = 'strings'): Node {
  return {
    operator: 'ZipMap',
    domain: 'ai.onnx.ml',
    inputs: [input],
    outputs: [output],
    attributes: { [`classlabels_${names}`]: labels },
  };
}

/** A classifier of text labels whose scores come as dictionaries. */
export function zipMapModel(): Uint8Array {
  return encode({
    outputs: [LABEL],
    otherOutputs: ['probabilities'],
    nodes: [classifier(), zipMap('scores', 'probabilities')],
  });
}

/** One whose labels are numbers, by default not those of the classes' places. */
export function codedModel(labels: readonly number[] = [10, 20, -5]): Uint8Array {
  const codes: Attribute = { type: 'INTS', value: labels };
  return encode({
    outputs: [{ ...LABEL, type: 'int64' }],
    otherOutputs: ['probabilities'],
    nodes: [classifier(codes, 'ints'), zipMap('scores', 'probabilities', codes, 'int64s')],
  });
}

/** One number for each row, from two columns. */
export function regressor(batch: number | string = 'N', nodes: readonly Node[] = SUM): Uint8Array {
  return encode({
    inputs: [{ ...TABLE, shape: [batch, 2] }],
    outputs: [{ name: 'y', type: 'float32', shape: [batch, 1] }],
    nodes,
    initializers: {
      weights: { type: 'float32', dims: [2, 1], data: Float32Array.of(2, 3) },
      shape: { type: 'int64', dims: [2], data: BigInt64Array.of(1n, 2n) },
    },
  });
}

const SUM: readonly Node[] = [{ operator: 'MatMul', inputs: ['X', 'weights'], outputs: ['y'] }];

/** As exporters do that were given one row: its number is in a constant, too. */
export const RESHAPED: readonly Node[] = [
  { operator: 'Reshape', inputs: ['X', 'shape'], outputs: ['row'] },
  { operator: 'MatMul', inputs: ['row', 'weights'], outputs: ['y'] },
];

/** Rows that influence each other: each is less the mean of all. */
export const CENTRED: readonly Node[] = [
  {
    operator: 'ReduceMean',
    inputs: ['X'],
    outputs: ['mean'],
    attributes: { axes: { type: 'INTS', value: [0] } },
  },
  { operator: 'Sub', inputs: ['X', 'mean'], outputs: ['centred'] },
  { operator: 'MatMul', inputs: ['centred', 'weights'], outputs: ['y'] },
];

/** Two inputs of text, of which one number for each row is made. */
export function textModel(): Uint8Array {
  const value: Attribute = { type: 'FLOATS', value: [1, 2] };
  const encoded = (input: string, output: string): Node => ({
    operator: 'LabelEncoder',
    domain: 'ai.onnx.ml',
    inputs: [input],
    outputs: [output],
    attributes: { keys_strings: { type: 'STRINGS', value: ['x', 'y'] }, values_floats: value },
  });
  return encode({
    inputs: ['plan', 'id'].map((name) => ({ name, type: 'string', shape: ['N', 1] })),
    outputs: [{ name: 'y', type: 'float32', shape: ['N', 1] }],
    nodes: [
      encoded('plan', 'a'),
      encoded('id', 'b'),
      { operator: 'Add', inputs: ['a', 'b'], outputs: ['y'] },
    ],
  });
}
