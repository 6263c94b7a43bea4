import { ATTRIBUTE, FUNCTION, GRAPH, MODEL, NODE, OPERATOR_SET } from './format';
import { type StoredTensor, toStoredTensor } from './stored-tensor';
import { toValue, type Value } from './value';
import {
  allOf,
  bytesOf,
  type Field,
  floatsOf,
  InvalidOnnx,
  integerOf,
  integersOf,
  lastOf,
  type Message,
  readMessage,
  textOf,
} from './wire';

/** An ONNX file: what it says, over the fields that say it. */
export interface OnnxFile {
  readonly fields: Message;
  readonly irVersion: number;
  readonly producer: string;
  /** Version of each operator set, by domain; the standard one is ''. */
  readonly operatorSets: ReadonlyMap<string, number>;
  readonly graph: Graph;
  /** Operators that the file defines itself, as `domain:name`, with the nodes that they are made of. */
  readonly functions: ReadonlyMap<string, readonly GraphNode[]>;
}

/** A graph, or one that a node holds, such as the branch of an `If`. */
export interface Graph {
  readonly fields: Message;
  readonly nodes: readonly GraphNode[];
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly initializers: readonly StoredTensor[];
}

export interface GraphNode {
  readonly field: Field;
  readonly operator: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, NodeAttribute>;
}

/** An attribute without its lists of numbers, which are read when somebody asks for them. */
export interface NodeAttribute {
  readonly field: Field;
  readonly text: string;
  readonly integer: bigint;
  readonly texts: readonly string[];
  readonly tensors: readonly StoredTensor[];
  readonly graphs: readonly Graph[];
  integers(): readonly bigint[];
  floats(): readonly number[];
}

/** The most graphs within one another: more than any exporter makes, and fewer than the stack bears. */
const MAX_DEPTH = 32;

/**
 * Reads an ONNX file. Weights are not looked at, and nothing of them is copied.
 *
 * @throws {InvalidOnnx} for bytes that are no ONNX file.
 */
export function decodeModel(bytes: Uint8Array): OnnxFile {
  return toFile(readMessage(bytes, 'the file'));
}

function toFile(fields: Message): OnnxFile {
  const graph = lastOf(fields, MODEL.graph);
  if (graph?.wire !== 2) throw new InvalidOnnx('the file has no graph, as every ONNX model has');
  const sets = allOf(fields, MODEL.opset_import).map((field) =>
    readMessage(bytesOf(field), 'an operator set'),
  );
  return {
    fields,
    irVersion: Number(integerOf(lastOf(fields, MODEL.ir_version))),
    producer: textOf(lastOf(fields, MODEL.producer_name)),
    operatorSets: new Map(
      sets.map((set) => [
        standardDomain(textOf(lastOf(set, OPERATOR_SET.domain))),
        Number(integerOf(lastOf(set, OPERATOR_SET.version))),
      ]),
    ),
    graph: graphOf(readMessage(bytesOf(graph), 'the graph'), 0),
    functions: new Map(allOf(fields, MODEL.functions).map(toFunction)),
  };
}

/** The standard operator set has two names. */
function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** What a graph says; `depth` counts the graphs that it lies in. */
export function graphOf(fields: Message, depth: number): Graph {
  if (depth > MAX_DEPTH) throw new InvalidOnnx(`more than ${MAX_DEPTH} graphs lie within one another`);
  return {
    fields,
    nodes: allOf(fields, GRAPH.node).map((node) => toNode(node, depth)),
    inputs: allOf(fields, GRAPH.input).map(toValue),
    outputs: allOf(fields, GRAPH.output).map(toValue),
    initializers: allOf(fields, GRAPH.initializer).map(toStoredTensor),
  };
}

function toFunction(field: Field): [name: string, nodes: readonly GraphNode[]] {
  const fields = readMessage(bytesOf(field), 'a function');
  const domain = standardDomain(textOf(lastOf(fields, FUNCTION.domain)));
  const name = textOf(lastOf(fields, FUNCTION.name));
  return [`${domain}:${name}`, allOf(fields, FUNCTION.node).map((node) => toNode(node, 0))];
}

function toNode(field: Field, depth: number): GraphNode {
  const fields = readMessage(bytesOf(field), 'a node');
  return {
    field,
    operator: textOf(lastOf(fields, NODE.op_type)),
    domain: standardDomain(textOf(lastOf(fields, NODE.domain))),
    inputs: allOf(fields, NODE.input).map(textOf),
    outputs: allOf(fields, NODE.output).map(textOf),
    attributes: new Map(allOf(fields, NODE.attribute).map((attribute) => toAttribute(attribute, depth))),
  };
}

const LISTS: ReadonlySet<number> = new Set([ATTRIBUTE.floats, ATTRIBUTE.ints]);

function toAttribute(field: Field, depth: number): [name: string, attribute: NodeAttribute] {
  const bytes = bytesOf(field);
  const fields = readMessage(bytes, 'an attribute', (number) => !LISTS.has(number));
  const list = (wanted: number) => readMessage(bytes, 'an attribute', (number) => number === wanted);
  const tensors = [...allOf(fields, ATTRIBUTE.t), ...allOf(fields, ATTRIBUTE.tensors)];
  const graphs = [...allOf(fields, ATTRIBUTE.g), ...allOf(fields, ATTRIBUTE.graphs)];
  return [
    textOf(lastOf(fields, ATTRIBUTE.name)),
    {
      field,
      text: textOf(lastOf(fields, ATTRIBUTE.s)),
      integer: integerOf(lastOf(fields, ATTRIBUTE.i)),
      texts: allOf(fields, ATTRIBUTE.strings).map(textOf),
      tensors: tensors.map(toStoredTensor),
      graphs: graphs.map((graph) => graphOf(readMessage(bytesOf(graph), 'a graph'), depth + 1)),
      integers: () => integersOf(list(ATTRIBUTE.ints), ATTRIBUTE.ints),
      floats: () => floatsOf(list(ATTRIBUTE.floats), ATTRIBUTE.floats),
    },
  ];
}

/** The inputs that a caller gives: older files name their initializers among the inputs. */
export function callerInputs({ inputs, initializers }: Graph): Value[] {
  const stored = new Set(initializers.map(({ name }) => name));
  return inputs.filter(({ name }) => !stored.has(name));
}
