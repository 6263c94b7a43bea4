/** Weights or biases of a layer, with the gradient of the loss that the last backward passes added up. */
export interface Parameter {
  readonly dims: readonly number[];
  readonly values: Float64Array;
  readonly gradient: Float64Array;
}

/** One step of a network, over a batch of images that lie one after the other. */
export interface Layer {
  readonly parameters: readonly Parameter[];
  /** @param isTraining whether a backward pass follows. */
  forward(input: Float64Array, images: number, isTraining: boolean): Float64Array;
  /**
   * Takes the gradient of the last output back to the last input, and adds to the gradients of the parameters. The
   * layer keeps what it needs for that from its last forward pass.
   */
  backward(gradient: Float64Array): Float64Array;
}

/** The shape of each image that goes into a layer. Channels lie innermost: row, column, channel. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A parameter of the given values, with no gradient yet. */
export function createParameter(dims: readonly number[], values: Float64Array): Parameter {
  return { dims, values, gradient: new Float64Array(values.length) };
}
