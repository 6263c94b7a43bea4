import type { TabularManifest } from '../../shared/core/manifest';
import type { Signature } from '../../shared/core/signature';
import type { DataType, Tensor } from '../../shared/core/tensor';

/** The reference model of the wire protocols: four lengths in, a label and three scores out. */
export const IRIS: Signature = {
  inputs: [{ name: 'X', type: 'float32', shape: ['N', 4] }],
  outputs: [
    { name: 'label', type: 'int64', shape: ['N'] },
    { name: 'scores', type: 'float32', shape: ['N', 3] },
  ],
};

/** What {@link IRIS} answers to two flowers. */
export const IRIS_OUTPUTS: readonly (readonly [string, Tensor])[] = [
  ['label', { type: 'int64', dims: [2], data: new BigInt64Array([0n, 2n]) }],
  ['scores', { type: 'float32', dims: [2, 3], data: new Float32Array([0.97, 0.02, 0.01, 0, 0.03, 0.97]) }],
];

/** Two flowers as a tensor. */
export const FLOWERS: Tensor = {
  type: 'float32',
  dims: [2, 4],
  data: new Float32Array([5.1, 3.5, 1.4, 0.2, 6.2, 3.4, 5.4, 2.3]),
};

/** A model of inputs only, each `name: [type, shape]`. */
export function signatureOf(
  inputs: Readonly<Record<string, readonly [DataType, readonly (number | string)[]]>>,
): Signature {
  return {
    inputs: Object.entries(inputs).map(([name, [type, shape]]) => ({ name, type, shape })),
    outputs: [],
  };
}

/** A model of rows with an input of its own for each kind of feature. */
export const VISITS: TabularManifest = {
  schema_version: 1,
  name: 'visits.v-2',
  version: '1.0.0',
  task: 'classification',
  artifact: { file: 'model.onnx', bytes: 1, sha256: '0'.repeat(64) },
  signature: {
    inputs: [
      { name: 'age', type: 'float32', shape: ['N', 1] },
      { name: 'visits', type: 'int64', shape: ['N', 1] },
      { name: 'city', type: 'string', shape: ['N', 1] },
      { name: 'member', type: 'bool', shape: ['N', 1] },
      { name: 'income `gross`', type: 'float64', shape: ['N', 1] },
    ],
    outputs: [{ name: 'p', type: 'float32', shape: ['N', 2] }],
  },
  features: [
    { name: 'age', example: 30 },
    { name: 'visits', example: 2 },
    { name: 'city', example: 'Rome' },
    { name: 'member', example: true },
    { name: 'income `gross`', nullable: true, example: 1000 },
  ],
  classes: ['stays', 'leaves'],
  output: { probabilities: 'p' },
};
