import type { Signature } from '../shared/core/signature';
import type { NamedTensors } from '../shared/core/tensor';
import { encodeModel } from '../shared/onnx/encode';
import type { Node, OnnxModel } from '../shared/onnx/model';
import type { SoftmaxRegression } from './softmax-regression';

/** The two outputs, by their part in a classification. */
export const LINEAR_CLASSIFIER_OUTPUTS = { label: 'label', probabilities: 'probabilities' } as const;

/** An ONNX file and what it takes and gives. */
export interface EncodedModel {
  readonly bytes: Uint8Array;
  readonly signature: Signature;
}

/** What is done to a row before it is classified. */
export interface Preparation {
  /** Number of columns of `X`. */
  readonly features: number;
  /** They take `X`, and must not name their outputs as the classifier does. */
  readonly nodes: readonly Node[];
  readonly initializers: NamedTensors;
  /** The output with the columns that the coefficients belong to. */
  readonly output: string;
}

/**
 * Writes a softmax regression as ONNX with the operators that scikit-learn's exporter (skl2onnx, with ZipMap
 * switched off) uses.
 *
 * Takes `X` float32 [N, features]; gives `label` int64 [N], the class's index, and `probabilities` float32
 * [N, classes].
 *
 * @param preparation what makes the columns that the model was fitted to; without it they are those of `X`.
 * @see https://onnx.ai/onnx/operators/onnx_aionnxml_LinearClassifier.html
 */
export function encodeLinearClassifier(
  model: SoftmaxRegression,
  preparation: Preparation = noPreparation(model),
): EncodedModel {
  const signature = signatureOf(preparation.features, model.intercepts.length);
  return { signature, bytes: encodeModel(toOnnx(model, preparation, signature)) };
}

function noPreparation({ coefficients }: SoftmaxRegression): Preparation {
  return { features: coefficients[0]?.length ?? 0, nodes: [], initializers: {}, output: 'X' };
}

function signatureOf(features: number, classes: number): Signature {
  const { label, probabilities } = LINEAR_CLASSIFIER_OUTPUTS;
  return {
    inputs: [{ name: 'X', type: 'float32', shape: ['N', features] }],
    outputs: [
      { name: label, type: 'int64', shape: ['N'] },
      { name: probabilities, type: 'float32', shape: ['N', classes] },
    ],
  };
}

function toOnnx(
  { coefficients, intercepts }: SoftmaxRegression,
  { nodes, initializers, output }: Preparation,
  signature: Signature,
): OnnxModel {
  const { label, probabilities } = LINEAR_CLASSIFIER_OUTPUTS;
  const domain = 'ai.onnx.ml';
  return {
    name: 'softmax-regression',
    producer: 'onnx-functions',
    operatorSets: { '': 17, [domain]: 1 },
    signature,
    initializers,
    nodes: [
      ...nodes,
      {
        operator: 'LinearClassifier',
        domain,
        inputs: [output],
        outputs: [label, 'scores'],
        attributes: {
          classlabels_ints: { type: 'INTS', value: intercepts.map((_, index) => index) },
          coefficients: { type: 'FLOATS', value: coefficients.flat() },
          intercepts: { type: 'FLOATS', value: intercepts },
          multi_class: { type: 'INT', value: 1 },
          post_transform: { type: 'STRING', value: 'SOFTMAX' },
        },
      },
      {
        operator: 'Normalizer',
        domain,
        inputs: ['scores'],
        outputs: [probabilities],
        attributes: { norm: { type: 'STRING', value: 'L1' } },
      },
    ],
  };
}
