import type { ImageShape, Layer, Parameter } from './cnn-layer';
import { createConvolution, createDense, createDropout, createMaxPool, createRelu } from './cnn-layers';
import type { Random } from './random';

/** The sizes of the network: two convolutions, a pooling, a hidden layer, and one score per class. */
export interface NetworkSizes {
  /** Height and width of an image of one channel; even. */
  readonly side: number;
  /** Channels after the first and after the second convolution. */
  readonly channels: readonly [first: number, second: number];
  /** Neurons of the hidden layer. */
  readonly hidden: number;
  readonly classes: number;
  /** Share of what goes into the last two layers that is silenced in training. */
  readonly dropout: number;
}

/** A network that turns images into one score (logit) per class. */
export interface Network {
  readonly sizes: NetworkSizes;
  /** Weights, then biases, of each layer that has some: two convolutions and two dense layers. */
  readonly parameters: readonly Parameter[];
  /** @returns images x classes. */
  forward(images: Float64Array, isTraining: boolean): Float64Array;
  /** Adds the gradient of the last forward pass to the gradients of the parameters. */
  backward(gradient: Float64Array): void;
}

/** A network with random weights. */
export function createNetwork(sizes: NetworkSizes, random: Random): Network {
  const layers = createLayers(sizes, random);
  const { side } = sizes;
  return {
    sizes,
    parameters: layers.flatMap(({ parameters }) => parameters),
    forward: (images, isTraining) => {
      const count = images.length / (side * side);
      return layers.reduce((values, layer) => layer.forward(values, count, isTraining), images);
    },
    backward: (gradient) => {
      layers.reduceRight((slopes, layer) => layer.backward(slopes), gradient);
    },
  };
}

function createLayers(
  { side, channels: [first, second], hidden, classes, dropout }: NetworkSizes,
  random: Random,
): Layer[] {
  const shapeOf = (channels: number): ImageShape => ({ height: side, width: side, channels });
  return [
    createConvolution(shapeOf(1), first, random),
    createRelu(),
    createConvolution(shapeOf(first), second, random),
    createRelu(),
    createMaxPool(shapeOf(second)),
    createDropout(dropout, random),
    createDense((side / 2) ** 2 * second, hidden, random),
    createRelu(),
    createDropout(dropout, random),
    createDense(hidden, classes, random),
  ];
}
