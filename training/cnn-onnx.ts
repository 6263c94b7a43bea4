import type { Signature } from '../shared/core/signature';
import type { NamedTensors, Tensor } from '../shared/core/tensor';
import { encodeModel } from '../shared/onnx/encode';
import type { Attribute, Node } from '../shared/onnx/model';
import type { Parameter } from './cnn-layer';
import type { Network, NetworkSizes } from './cnn-network';
import { KERNEL } from './cnn-windows';
import { at } from './linear-algebra';
import type { EncodedModel } from './linear-classifier';

/** The names of the network's input and of its output. */
export const NETWORK_TENSORS = { input: 'image', scores: 'probabilities' } as const;

/**
 * Writes a network as ONNX.
 *
 * Takes `image` float32 [N, 1, side, side]; gives `probabilities` float32 [N, classes].
 */
export function encodeNetwork(network: Network): EncodedModel {
  const signature = signatureOf(network.sizes);
  const bytes = encodeModel({
    name: 'convolutional-network',
    producer: 'onnx-functions',
    operatorSets: { '': 17 },
    signature,
    nodes: NODES,
    initializers: initializersOf(network),
  });
  return { signature, bytes };
}

function signatureOf({ side, classes }: NetworkSizes): Signature {
  const { input, scores } = NETWORK_TENSORS;
  return {
    inputs: [{ name: input, type: 'float32', shape: ['N', 1, side, side] }],
    outputs: [{ name: scores, type: 'float32', shape: ['N', classes] }],
  };
}

const WINDOW: Readonly<Record<string, Attribute>> = {
  kernel_shape: { type: 'INTS', value: [KERNEL, KERNEL] },
  pads: { type: 'INTS', value: [1, 1, 1, 1] },
};

const SQUARE: Readonly<Record<string, Attribute>> = {
  kernel_shape: { type: 'INTS', value: [2, 2] },
  strides: { type: 'INTS', value: [2, 2] },
};

const TRANSPOSED: Readonly<Record<string, Attribute>> = { transB: { type: 'INT', value: 1 } };

const NODES: readonly Node[] = [
  {
    operator: 'Conv',
    inputs: [NETWORK_TENSORS.input, 'conv1.weight', 'conv1.bias'],
    outputs: ['edges'],
    attributes: WINDOW,
  },
  { operator: 'Relu', inputs: ['edges'], outputs: ['edges.relu'] },
  {
    operator: 'Conv',
    inputs: ['edges.relu', 'conv2.weight', 'conv2.bias'],
    outputs: ['strokes'],
    attributes: WINDOW,
  },
  { operator: 'Relu', inputs: ['strokes'], outputs: ['strokes.relu'] },
  { operator: 'MaxPool', inputs: ['strokes.relu'], outputs: ['pooled'], attributes: SQUARE },
  { operator: 'Flatten', inputs: ['pooled'], outputs: ['flat'] },
  {
    operator: 'Gemm',
    inputs: ['flat', 'hidden.weight', 'hidden.bias'],
    outputs: ['hidden'],
    attributes: TRANSPOSED,
  },
  { operator: 'Relu', inputs: ['hidden'], outputs: ['hidden.relu'] },
  {
    operator: 'Gemm',
    inputs: ['hidden.relu', 'classes.weight', 'classes.bias'],
    outputs: ['logits'],
    attributes: TRANSPOSED,
  },
  { operator: 'Softmax', inputs: ['logits'], outputs: [NETWORK_TENSORS.scores] },
];

/** Names of the layers that have weights, in the order in which the network has its parameters. */
const LAYERS = ['conv1', 'conv2', 'hidden', 'classes'];

function initializersOf({ parameters, sizes }: Network): NamedTensors {
  const entries = LAYERS.flatMap((layer, index): [string, Tensor][] => {
    const weights = toTensor(at(parameters, 2 * index));
    const bias = toTensor(at(parameters, 2 * index + 1));
    const ordered = layer === 'hidden' ? channelsFirst(weights, sizes.channels[1]) : weights;
    return [
      [`${layer}.weight`, ordered],
      [`${layer}.bias`, bias],
    ];
  });
  return Object.fromEntries(entries);
}

type FloatTensor = Extract<Tensor, { type: 'float32' }>;

function toTensor({ dims, values }: Parameter): FloatTensor {
  return { type: 'float32', dims, data: Float32Array.from(values) };
}

/** Training flattens images pixel by pixel, ONNX channel by channel: reorders the columns of the weights. */
function channelsFirst({ dims, data }: FloatTensor, channels: number): FloatTensor {
  const columns = dims[1] ?? 0;
  const pixels = columns / channels;
  const ordered = data.map((_, index) => {
    const column = index % columns;
    const channel = Math.floor(column / pixels);
    const pixel = column % pixels;
    return data[index - column + pixel * channels + channel] ?? Number.NaN;
  });
  return { type: 'float32', dims, data: ordered };
}
