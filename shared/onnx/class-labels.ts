import type { Graph, GraphNode } from './decode';
import type { ClassLabels } from './repairs/non-tensors';
import { producerOf } from './walk';

/** Attributes of classifiers, all of ai.onnx.ml, that have the labels of the classes. */
const TEXTS = ['classlabels_strings'];
const NUMBERS = ['classlabels_ints', 'classlabels_int64s'];

/**
 * Finds the labels of the classes that a label output chooses from, in the order of the scores: those of the classifier
 * that it comes from, or the constants that an index picks one of.
 */
export function findClassLabels(graph: Graph, output: string): ClassLabels | undefined {
  const names = new Set([output]);
  // A set gives what is added while it is gone through, so this walks from the output to the inputs.
  for (const name of names) {
    const node = producerOf(graph, name);
    if (node === undefined) continue;
    const labels = labelsOf(graph, node);
    if (labels !== undefined && labels.length > 1) return labels;
    for (const input of node.inputs) names.add(input);
  }
  return undefined;
}

function labelsOf(graph: Graph, { operator, attributes, inputs }: GraphNode): ClassLabels | undefined {
  if (operator === 'ArrayFeatureExtractor') return constantOf(graph, inputs[0] ?? '');
  for (const name of TEXTS) {
    const texts = attributes.get(name)?.texts ?? [];
    if (texts.length > 0) return texts;
  }
  for (const name of NUMBERS) {
    const numbers = attributes.get(name)?.integers() ?? [];
    if (numbers.length > 0) return numbers;
  }
  return undefined;
}

function constantOf({ initializers }: Graph, name: string): ClassLabels | undefined {
  const tensor = initializers.find((each) => each.name === name);
  if (tensor === undefined) return undefined;
  const texts = tensor.texts();
  return texts.length > 0 ? texts : tensor.integers();
}
