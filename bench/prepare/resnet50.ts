import { writeFile } from 'node:fs/promises';
import type { NamedTensors, Tensor } from '../../shared/core/tensor';
import { encodeModel } from '../../shared/onnx/encode';
import type { Attribute, Node, OnnxModel } from '../../shared/onnx/model';
import { createRandom, type Random } from '../../training/random';

/** The names of its input and of its output. */
export const RESNET50_TENSORS = { input: 'input', logits: 'logits' } as const;

/** Blocks of each stage, and the channels of their 3x3 convolutions; each block gives four times as many. */
const STAGES = [
  { blocks: 3, width: 64 },
  { blocks: 4, width: 128 },
  { blocks: 6, width: 256 },
  { blocks: 3, width: 512 },
];

const EXPANSION = 4;
const CLASSES = 1000;

/** The last convolution of a block is weak, so that sixteen sums in a row do not grow without bound. */
const RESIDUAL_GAIN = 0.25;

/**
 * The graph of torchvision's `resnet50` as `torch.onnx.export` writes it: v1.5, where the 3x3 convolution of a block
 * has its stride, and each of the 53 batch normalisations folded into the convolution before it, as a bias. That
 * leaves 25 530 472 parameters of 25 557 032. The weights are random, and equal for equal seeds: what it answers
 * means nothing, what it costs is what ResNet50 costs.
 *
 * Takes `input` float32 [N, 3, 224, 224]; gives `logits` float32 [N, 1000].
 * @see https://github.com/pytorch/vision/blob/main/torchvision/models/resnet.py
 */
export function createResnet50(seed = 42): OnnxModel {
  const { input, logits } = RESNET50_TENSORS;
  const graph = createGraph(createRandom(seed));
  const features = addStages(graph, addStem(graph, input));
  graph.add('GlobalAveragePool', [features.name], 'pooled');
  graph.add('Flatten', ['pooled'], 'flat');
  const weights = [graph.weight('fc', [CLASSES, features.channels], 1), graph.bias('fc', CLASSES)];
  graph.add('Gemm', ['flat', ...weights], logits, { transB: { type: 'INT', value: 1 } });
  return {
    name: 'resnet50',
    producer: 'onnx-functions',
    operatorSets: { '': 17 },
    signature: {
      inputs: [{ name: input, type: 'float32', shape: ['N', 3, 224, 224] }],
      outputs: [{ name: logits, type: 'float32', shape: ['N', CLASSES] }],
    },
    nodes: graph.nodes,
    initializers: graph.initializers,
  };
}

/** Writes that graph as an ONNX file of 102 MB. */
export async function writeResnet50(path: string, seed?: number): Promise<void> {
  await writeFile(path, encodeModel(createResnet50(seed)));
}

/** Images within the network. */
interface Features {
  readonly name: string;
  readonly channels: number;
}

function addStem(graph: Graph, input: string): Features {
  const stem = addConvolution(
    graph,
    { name: input, channels: 3 },
    { name: 'conv1', outputs: 64, kernel: 7, stride: 2 },
  );
  const name = graph.add('Relu', [stem.name], 'relu');
  graph.add('MaxPool', [name], 'maxpool', windowOf(3, 2));
  return { name: 'maxpool', channels: 64 };
}

function addStages(graph: Graph, stem: Features): Features {
  let features = stem;
  for (const [stage, { blocks, width }] of STAGES.entries()) {
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      features = addBlock(graph, features, { name: `layer${stage + 1}.${block}`, width, stride });
    }
  }
  return features;
}

/** A bottleneck: 1x1, 3x3, 1x1, and what went in is added again, through a 1x1 where the shapes differ. */
function addBlock(
  graph: Graph,
  input: Features,
  { name, width, stride }: { name: string; width: number; stride: number },
): Features {
  const outputs = width * EXPANSION;
  const add = (from: Features, convolution: Omit<Convolution, 'name'>, part: string) =>
    addConvolution(graph, from, { ...convolution, name: `${name}.${part}` });
  const relu = ({ name: of, channels }: Features): Features => ({
    name: graph.add('Relu', [of], `${of}.relu`),
    channels,
  });
  const narrow = relu(add(input, { outputs: width, kernel: 1, stride: 1 }, 'conv1'));
  const middle = relu(add(narrow, { outputs: width, kernel: 3, stride }, 'conv2'));
  const wide = add(middle, { outputs, kernel: 1, stride: 1, gain: RESIDUAL_GAIN }, 'conv3');
  const fits = input.channels === outputs && stride === 1;
  const shortcut = fits ? input : add(input, { outputs, kernel: 1, stride }, 'downsample');
  return relu({ name: graph.add('Add', [wide.name, shortcut.name], `${name}.sum`), channels: outputs });
}

interface Convolution {
  readonly name: string;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  /** What the weights are multiplied by. @default 1 */
  readonly gain?: number;
}

function addConvolution(
  graph: Graph,
  input: Features,
  { name, outputs, kernel, stride, gain = 1 }: Convolution,
): Features {
  const weight = graph.weight(name, [outputs, input.channels, kernel, kernel], gain);
  graph.add('Conv', [input.name, weight, graph.bias(name, outputs)], name, windowOf(kernel, stride));
  return { name, channels: outputs };
}

/** A square window whose border keeps the size at stride 1. */
function windowOf(kernel: number, stride: number): Readonly<Record<string, Attribute>> {
  const border = (kernel - 1) / 2;
  return {
    kernel_shape: { type: 'INTS', value: [kernel, kernel] },
    pads: { type: 'INTS', value: [border, border, border, border] },
    strides: { type: 'INTS', value: [stride, stride] },
  };
}

/** A graph that grows. */
interface Graph {
  readonly nodes: readonly Node[];
  readonly initializers: NamedTensors;
  /** Adds a node of one output and gives the name of that. */
  add(operator: string, inputs: readonly string[], output: string, attributes?: Node['attributes']): string;
  /** Adds random weights and gives their name. */
  weight(layer: string, dims: readonly number[], gain: number): string;
  /** Adds small random biases and gives their name. */
  bias(layer: string, length: number): string;
}

function createGraph(random: Random): Graph {
  const nodes: Node[] = [];
  const initializers: Record<string, Tensor> = {};
  const addInitializer = (name: string, dims: readonly number[], bound: number): string => {
    initializers[name] = { type: 'float32', dims, data: uniform(dims, bound, random) };
    return name;
  };
  return {
    nodes,
    initializers,
    add: (operator, inputs, output, attributes = {}) => {
      nodes.push({ operator, inputs, outputs: [output], attributes });
      return output;
    },
    // He et al., 2015: the variance 2 / inputs keeps the size of what passes a ReLU.
    weight: (layer, dims, gain) =>
      addInitializer(`${layer}.weight`, dims, gain * Math.sqrt(6 / (product(dims) / (dims[0] ?? 1)))),
    bias: (layer, length) => addInitializer(`${layer}.bias`, [length], 0.1),
  };
}

/** Filled in a plain loop: there are 25 million of them. */
function uniform(dims: readonly number[], bound: number, random: Random): Float32Array {
  const data = new Float32Array(product(dims));
  for (let i = 0; i < data.length; i++) data[i] = random.between(-bound, bound);
  return data;
}

function product(dims: readonly number[]): number {
  return dims.reduce((size, dim) => size * dim, 1);
}
