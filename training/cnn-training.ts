import { lossGradient, softmax } from './cnn-loss';
import { createNetwork, type Network, type NetworkSizes } from './cnn-network';
import { createOptimizer } from './cnn-optimizer';
import type { LabelledRows } from './labelled-rows';
import { at } from './linear-algebra';
import { createRandom, type Random, shuffledIndices } from './random';

/** How a network is trained. */
export interface TrainingOptions {
  readonly sizes: NetworkSizes;
  readonly seed: number;
  readonly epochs: number;
  /** Images per step. */
  readonly batch: number;
  /** At the first step; it falls in a straight line to zero. */
  readonly learningRate: number;
  /** Share by which the weights shrink per step and unit of the learning rate. */
  readonly weightDecay: number;
  /** Gives an image that a person might have drawn instead. */
  readonly vary: (image: readonly number[], random: Random) => ArrayLike<number>;
}

/** Trains a network: equal rows and options give equal weights, which are rounded to what a float32 holds. */
export function trainNetwork(data: LabelledRows, options: TrainingOptions): Network {
  const { sizes, seed, epochs, batch, learningRate, weightDecay } = options;
  const random = createRandom(seed);
  const network = createNetwork(sizes, random);
  const optimizer = createOptimizer(network.parameters, weightDecay);
  const steps = epochs * Math.ceil(data.rows.length / batch);
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const rows of batchesOf(data.rows.length, batch, random)) {
      accumulateGradients(network, data, { rows, random, vary: options.vary });
      optimizer.step(learningRate * (1 - step / steps));
      step += 1;
    }
  }
  for (const { values } of network.parameters) values.set(Float32Array.from(values));
  return network;
}

/** Probabilities of each row, one row of them per row. */
export function classify(network: Network, rows: readonly (readonly number[])[]): number[][] {
  const { classes } = network.sizes;
  const scores = network.forward(Float64Array.from(rows.flat()), false);
  const probabilities = Array.from(softmax(scores, classes));
  return rows.map((_, row) => probabilities.slice(row * classes, (row + 1) * classes));
}

/** Row numbers in batches, in a new random order; the last batch may be shorter. */
function batchesOf(rows: number, size: number, random: Random): number[][] {
  const order = Array.from(shuffledIndices(rows, random));
  return Array.from({ length: Math.ceil(rows / size) }, (_, index) =>
    order.slice(index * size, (index + 1) * size),
  );
}

interface Batch extends Pick<TrainingOptions, 'vary'> {
  readonly rows: readonly number[];
  readonly random: Random;
}

function accumulateGradients(network: Network, data: LabelledRows, { rows, random, vary }: Batch): void {
  const { side, classes } = network.sizes;
  const images = new Float64Array(rows.length * side * side);
  for (const [index, row] of rows.entries()) {
    images.set(vary(at(data.rows, row), random), index * side * side);
  }
  const labels = rows.map((row) => at(data.labels, row));
  network.backward(lossGradient(network.forward(images, true), labels, classes));
}
