import { createParameter, type ImageShape, type Layer, type Parameter } from './cnn-layer';
import { addProductGradients, multiplyAddBias, type ProductSizes } from './cnn-matrix';
import { columnsOfImages, imagesOfColumns, KERNEL } from './cnn-windows';
import type { Random } from './random';

/** A layer of neurons that each see the whole image: weights are `outputs` x `inputs`. */
export function createDense(inputs: number, outputs: number, random: Random): Layer {
  const weights = initialWeights([outputs, inputs], random);
  return createProductLayer(weights, (images) => ({ rows: images, columns: outputs, inner: inputs }));
}

/**
 * A convolution of 3x3 windows at stride 1 with a border of zeros, so that the size stays: weights are
 * `outputs` x channels x 3 x 3, as ONNX orders them. It is a matrix product of windows laid out as rows.
 */
export function createConvolution(shape: ImageShape, outputs: number, random: Random): Layer {
  const { height, width, channels } = shape;
  const weights = initialWeights([outputs, channels, KERNEL, KERNEL], random);
  const product = createProductLayer(weights, (images) => ({
    rows: images * height * width,
    columns: outputs,
    inner: channels * KERNEL * KERNEL,
  }));
  return {
    parameters: product.parameters,
    forward: (input, images, isTraining) =>
      product.forward(columnsOfImages(input, shape, images), images, isTraining),
    backward: (gradient) => imagesOfColumns(product.backward(gradient), shape),
  };
}

/** Lets through what is positive. */
export function createRelu(): Layer {
  let last = new Float64Array();
  return {
    parameters: [],
    forward: (input) => {
      last = input.map((value) => (value > 0 ? value : 0));
      return last;
    },
    backward: (gradient) => gradient.map((slope, index) => ((last[index] as number) > 0 ? slope : 0)),
  };
}

/** Keeps the largest of each 2x2 square of every channel; height and width are even. */
export function createMaxPool(shape: ImageShape): Layer {
  let winners = new Uint32Array();
  let inputLength = 0;
  return {
    parameters: [],
    forward: (input) => {
      inputLength = input.length;
      winners = winnersOfSquares(input, shape);
      return Float64Array.from(winners, (index) => input[index] as number);
    },
    backward: (gradient) => {
      const back = new Float64Array(inputLength);
      for (let i = 0; i < winners.length; i++) back[winners[i] as number] = gradient[i] as number;
      return back;
    },
  };
}

/** In training, silences each value with a probability of `rate` and raises the others, so that the mean stays. */
export function createDropout(rate: number, random: Random): Layer {
  let mask = new Float64Array();
  const silence = (values: Float64Array) => values.map((value, index) => value * (mask[index] as number));
  return {
    parameters: [],
    forward: (input, _images, isTraining) => {
      if (!isTraining) return input;
      mask = Float64Array.from(input, () => (random.next() < rate ? 0 : 1 / (1 - rate)));
      return silence(input);
    },
    backward: silence,
  };
}

function createProductLayer(weights: Parameter, sizesOf: (images: number) => ProductSizes): Layer {
  const outputs = weights.dims[0] ?? 0;
  const bias = createParameter([outputs], new Float64Array(outputs));
  let left: Float64Array = new Float64Array();
  let sizes = sizesOf(0);
  return {
    parameters: [weights, bias],
    forward: (input, images) => {
      left = input;
      sizes = sizesOf(images);
      return multiplyAddBias(left, weights.values, bias.values, sizes);
    },
    backward: (gradient) => {
      const back = new Float64Array(left.length);
      const gradients = { left: back, right: weights.gradient, bias: bias.gradient };
      addProductGradients(gradient, { left, right: weights.values, sizes }, gradients);
      return back;
    },
  };
}

/** Uniform with the variance 2 / inputs, which keeps the size of what passes a ReLU (He et al., 2015). */
function initialWeights(dims: readonly number[], random: Random): Parameter {
  const [outputs = 0, ...inner] = dims;
  const inputs = inner.reduce((product, size) => product * size, 1);
  const bound = Math.sqrt(6 / inputs);
  const values = new Float64Array(outputs * inputs).map(() => random.between(-bound, bound));
  return createParameter(dims, values);
}

/** Where in the input the largest value of each square lies, in the order of the output. */
function winnersOfSquares(input: Float64Array, { width, channels }: ImageShape): Uint32Array<ArrayBuffer> {
  const winners = new Uint32Array(input.length / 4);
  const rows = input.length / (width * channels);
  // Images lie one below the other, and height is even: no square reaches over two of them.
  let next = 0;
  for (let y = 0; y < rows; y += 2) {
    for (let x = 0; x < width; x += 2) {
      for (let channel = 0; channel < channels; channel++) {
        const corner = (y * width + x) * channels + channel;
        winners[next++] = winnerOfSquare(input, corner, { right: channels, down: width * channels });
      }
    }
  }
  return winners;
}

function winnerOfSquare(
  input: Float64Array,
  corner: number,
  { right, down }: { right: number; down: number },
): number {
  let winner = corner;
  for (const index of [corner + right, corner + down, corner + down + right]) {
    if ((input[index] as number) > (input[winner] as number)) winner = index;
  }
  return winner;
}
