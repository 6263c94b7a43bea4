import { readFileSync } from 'node:fs';
import type { TabularManifest } from '../../shared/core/manifest';
import type { NamedTensors } from '../../shared/core/tensor';
import { encodeModel } from '../../shared/onnx/encode';
import { projectPath } from '../../training/project-path';

const CLASSES = 3;

/**
 * Writes a classifier that takes and gives what the committed iris model does, with two hidden layers of a width: the
 * matrix between them makes its size, of four bytes times the square of the width.
 */
export function encodeWideClassifier(width: number): Uint8Array {
  return encodeModel({
    name: 'wide',
    producer: 'bench',
    operatorSets: { '': 17 },
    signature: irisManifest().signature,
    nodes: [
      { operator: 'MatMul', inputs: ['X', 'W1'], outputs: ['H1'] },
      { operator: 'Relu', inputs: ['H1'], outputs: ['A1'] },
      { operator: 'MatMul', inputs: ['A1', 'W2'], outputs: ['H2'] },
      { operator: 'Add', inputs: ['H2', 'B2'], outputs: ['A2'] },
      { operator: 'MatMul', inputs: ['A2', 'W3'], outputs: ['scores'] },
      { operator: 'Softmax', inputs: ['scores'], outputs: ['probabilities'] },
      { operator: 'ArgMax', inputs: ['scores'], outputs: ['label'], attributes: ARGMAX },
    ],
    initializers: weights(width),
  });
}

/** The manifest of the committed model: what is written here takes and gives the same. */
export function irisManifest(): TabularManifest {
  return JSON.parse(
    readFileSync(projectPath('model-artifacts/iris/1.0.0/manifest.json'), 'utf8'),
  ) as TabularManifest;
}

const ARGMAX = { axis: { type: 'INT', value: 1 }, keepdims: { type: 'INT', value: 0 } } as const;

function weights(width: number): NamedTensors {
  return {
    W1: matrix(4, width),
    W2: matrix(width, width),
    B2: { type: 'float32', dims: [width], data: new Float32Array(width) },
    W3: matrix(width, CLASSES),
  };
}

/** Small numbers that differ, so that nothing on the way can compress them. */
function matrix(rows: number, columns: number) {
  const data = Float32Array.from(
    { length: rows * columns },
    (_, index) => Math.sin(index * 12.9898) / columns,
  );
  return { type: 'float32', dims: [rows, columns], data } as const;
}
