import { createSession } from '../../shared/runtime/session';
import type { Layer } from '../../training/cnn-layer';
import { createConvolution, createDense, createMaxPool, createRelu } from '../../training/cnn-layers';
import { lossGradient, softmax } from '../../training/cnn-loss';
import { createNetwork } from '../../training/cnn-network';
import { encodeNetwork, NETWORK_TENSORS } from '../../training/cnn-onnx';
import { createRandom } from '../../training/random';

const IMAGES = 2;

const layers: [name: string, layer: Layer, inputs: number][] = [
  ['a convolution', createConvolution({ height: 4, width: 6, channels: 2 }, 3, createRandom(1)), 48],
  ['a dense layer', createDense(5, 4, createRandom(2)), 5],
  ['a ReLU', createRelu(), 7],
  ['a pooling', createMaxPool({ height: 4, width: 2, channels: 3 }), 24],
];

describe.each(layers)('the gradient of %s', (_, layer, inputs) => {
  const random = createRandom(3);
  const input = randomValues(IMAGES * inputs, random);
  const slopes = randomValues(layer.forward(input, IMAGES, true).length, random);
  /** A number that depends on every output, each in its own way. */
  const value = () => dot(layer.forward(input, IMAGES, true), slopes);
  const back = gradientOf(layer);

  function gradientOf({ forward, backward }: Layer): Float64Array {
    forward(input, IMAGES, true);
    return backward(slopes);
  }

  test('by its input is what differences measure', () => {
    expect(largestDifference(back, differences(input, value))).toBeLessThan(1e-8);
  });

  test('by its parameters is what differences measure', () => {
    for (const { values, gradient } of layer.parameters) {
      expect(largestDifference(gradient, differences(values, value))).toBeLessThan(1e-8);
    }
  });
});

describe('lossGradient()', () => {
  test('is what differences measure', () => {
    const scores = randomValues(6, createRandom(4));
    const labels = [2, 0];
    const loss = () => {
      const probabilities = softmax(scores, 3);
      return -labels.reduce((sum, label, row) => sum + Math.log(probabilities[3 * row + label] ?? 0), 0) / 2;
    };

    expect(largestDifference(lossGradient(scores, labels, 3), differences(scores, loss))).toBeLessThan(1e-8);
  });
});

describe('softmax()', () => {
  test.each([
    ['equal scores', [7, 7], [0.5, 0.5]],
    ['small scores', [0, Math.log(3)], [0.25, 0.75]],
    ['scores whose powers are infinite', [1000, 1000, 0], [0.5, 0.5, 0]],
    ['scores that are far apart', [-39, 0], [1.1548224173015786e-17, 1]],
  ])('gives probabilities of %s', (_, scores, expected) => {
    const probabilities = softmax(Float64Array.from(scores), scores.length);

    expect(largestDifference(probabilities, expected)).toBeLessThan(1e-15);
  });
});

describe('encodeNetwork()', () => {
  test('writes a network that ONNX Runtime computes as training does, for any number of images', async () => {
    const random = createRandom(5);
    const sizes = { side: 8, channels: [4, 6], hidden: 5, classes: 3, dropout: 0.5 } as const;
    const network = createNetwork(sizes, random);
    for (const { values } of network.parameters) values.set(values.map(() => random.between(-0.5, 0.5)));
    const images = randomValues(2 * 64, random);
    const session = await createSession(encodeNetwork(network).bytes, { threads: 1 });

    const data = Float32Array.from(images);
    const outputs = await session.run({
      [NETWORK_TENSORS.input]: { type: 'float32', dims: [2, 1, 8, 8], data },
    });

    const scores = outputs[NETWORK_TENSORS.scores];
    expect(scores?.dims).toEqual([2, 3]);
    const expected = softmax(network.forward(images, false), 3);
    expect(largestDifference(expected, Array.from(scores?.data ?? [], Number))).toBeLessThan(1e-6);
    await session.release();
  });

  test('declares the signature that it gives', async () => {
    const sizes = { side: 4, channels: [1, 2], hidden: 3, classes: 2, dropout: 0 } as const;
    const { bytes, signature } = encodeNetwork(createNetwork(sizes, createRandom(6)));

    const session = await createSession(bytes, { threads: 1 });

    expect(session.signature).toEqual(signature);
    await session.release();
  });
});

function randomValues(length: number, random: { between(low: number, high: number): number }): Float64Array {
  return new Float64Array(length).map(() => random.between(-1, 1));
}

const STEP = 1e-6;

/** The slope of `value` by each of the variables, from its difference over a small step. */
function differences(variables: Float64Array, value: () => number): number[] {
  return Array.from(variables, (original, index) => {
    variables[index] = original + STEP;
    const above = value();
    variables[index] = original - STEP;
    const below = value();
    variables[index] = original;
    return (above - below) / (2 * STEP);
  });
}

function dot(left: Float64Array, right: Float64Array): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? Number.NaN), 0);
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  const size = Math.max(actual.length, expected.length);
  const each = Array.from({ length: size }, (_, index) =>
    Math.abs((actual[index] ?? Number.NaN) - (expected[index] ?? Number.NaN)),
  );
  return Math.max(...each);
}
