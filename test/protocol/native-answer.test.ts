import type { TabularManifest } from '../../shared/core/manifest';
import type { Tensor } from '../../shared/core/tensor';
import { readPredictions } from '../../shared/protocol/native/answer';

const manifest: TabularManifest = {
  schema_version: 1,
  name: 'colours',
  version: '1.0.0',
  task: 'classification',
  artifact: { file: 'model.onnx', bytes: 1, sha256: '0'.repeat(64) },
  signature: { inputs: [], outputs: [] },
  features: [],
  classes: ['red', 'green', 'blue'],
  output: { label: 'label', probabilities: 'scores' },
};

const scores: Tensor = {
  type: 'float32',
  dims: [2, 3],
  data: Float32Array.of(0.5, 0.25, 0.25, 0.5, 0.25, 0.25),
};

function labelsFor(label: Tensor, label_values?: readonly (number | string)[]): unknown[] {
  const output = { ...manifest.output, ...(label_values && { label_values }) };
  const { writeRow } = readPredictions({ ...manifest, output }, { label, scores }, 2);
  return [0, 1].map((row) => JSON.parse(`${writeRow(row)}}`).prediction_label);
}

describe('the predicted class', () => {
  test.each<[what: string, label: Tensor, values: readonly (number | string)[] | undefined]>([
    ['an index', { type: 'int64', dims: [2], data: BigInt64Array.of(2n, 1n) }, undefined],
    ['a name', { type: 'string', dims: [2], data: ['blue', 'green'] }, undefined],
    ['a number of its own', { type: 'int64', dims: [2], data: BigInt64Array.of(-5n, 20n) }, [10, 20, -5]],
    ['a text of its own', { type: 'string', dims: [2], data: ['b', 'g'] }, ['r', 'g', 'b']],
  ])('is the one whose label the model gives, as %s', (_, label, values) => {
    expect(labelsFor(label, values)).toEqual(['blue', 'green']);
  });

  test('is not guessed from a label that the manifest does not name', () => {
    const label: Tensor = { type: 'int64', dims: [2], data: BigInt64Array.of(1n, 2n) };

    expect(() => labelsFor(label, [10, 20, -5])).toThrow('a class that its manifest does not name');
  });
});
