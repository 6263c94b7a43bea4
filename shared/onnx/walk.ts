import type { Graph, GraphNode, OnnxFile } from './decode';
import type { StoredTensor } from './stored-tensor';

/** Every node of a file, with those of graphs within nodes and of functions. */
export function allNodes({ graph, functions }: OnnxFile): GraphNode[] {
  return [...nodesOf(graph.nodes), ...[...functions.values()].flatMap(nodesOf)];
}

/** The nodes of graphs within nodes, and of functions: those that repairs leave alone. */
export function nestedNodes(file: OnnxFile): GraphNode[] {
  const outer = new Set(file.graph.nodes);
  return allNodes(file).filter((node) => !outer.has(node));
}

function nodesOf(nodes: readonly GraphNode[]): GraphNode[] {
  return nodes.flatMap((node) => [node, ...graphsOf(node).flatMap((graph) => nodesOf(graph.nodes))]);
}

function graphsOf({ attributes }: GraphNode): Graph[] {
  return [...attributes.values()].flatMap(({ graphs }) => graphs);
}

/** Every constant tensor of a file: the initializers of all graphs, and those in attributes. */
export function allTensors(file: OnnxFile): StoredTensor[] {
  const nodes = allNodes(file);
  const graphs = [file.graph, ...nodes.flatMap(graphsOf)];
  return [
    ...graphs.flatMap(({ initializers }) => initializers),
    ...nodes.flatMap(({ attributes }) => [...attributes.values()].flatMap(({ tensors }) => tensors)),
  ];
}

/** What a node is called in a finding. */
export function nameOfNode({ operator, outputs }: GraphNode): string {
  return `${operator} "${outputs[0] ?? ''}"`;
}

/** The node that gives a value; undefined for inputs and constants. */
export function producerOf({ nodes }: Graph, name: string): GraphNode | undefined {
  return nodes.find(({ outputs }) => outputs.includes(name));
}

/** The node that a value comes from, behind any that only hand it on. */
export function originOf(graph: Graph, name: string): GraphNode | undefined {
  const seen = new Set<string>();
  for (let at = name; !seen.has(at); ) {
    seen.add(at);
    const node = producerOf(graph, at);
    if (node?.operator !== 'Identity') return node;
    at = node.inputs[0] ?? '';
  }
  return undefined;
}
