import type { Signature } from '../shared/core/signature';
import { encodeModel } from './onnx/encode';
import type { OnnxModel } from './onnx/model';
import type { SoftmaxRegression } from './softmax-regression';

/** The two outputs, by their part in a classification. */
export const LINEAR_CLASSIFIER_OUTPUTS = { label: 'label', probabilities: 'probabilities' } as const;

/** An ONNX file and what it takes and gives. */
export interface EncodedModel {
  readonly bytes: Uint8Array;
  readonly signature: Signature;
}

/**
 * Writes a softmax regression as ONNX with the operators that scikit-learn's exporter (skl2onnx, with ZipMap
 * switched off) uses.
 *
 * Takes `X` float32 [N, features]; gives `label` int64 [N], the class's index, and `probabilities` float32
 * [N, classes].
 * @see https://onnx.ai/onnx/operators/onnx_aionnxml_LinearClassifier.html
 */
export function encodeLinearClassifier(model: SoftmaxRegression): EncodedModel {
  const signature = signatureOf(model);
  return { signature, bytes: encodeModel(toOnnx(model, signature)) };
}

function signatureOf({ coefficients, intercepts }: SoftmaxRegression): Signature {
  const { label, probabilities } = LINEAR_CLASSIFIER_OUTPUTS;
  const features = coefficients[0]?.length ?? 0;
  return {
    inputs: [{ name: 'X', type: 'float32', shape: ['N', features] }],
    outputs: [
      { name: label, type: 'int64', shape: ['N'] },
      { name: probabilities, type: 'float32', shape: ['N', intercepts.length] },
    ],
  };
}

function toOnnx({ coefficients, intercepts }: SoftmaxRegression, signature: Signature): OnnxModel {
  const { label, probabilities } = LINEAR_CLASSIFIER_OUTPUTS;
  const domain = 'ai.onnx.ml';
  return {
    name: 'softmax-regression',
    producer: 'onnx-functions',
    operatorSets: { '': 17, [domain]: 1 },
    signature,
    nodes: [
      {
        operator: 'LinearClassifier',
        domain,
        inputs: ['X'],
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
