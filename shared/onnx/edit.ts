import { type Graph, type GraphNode, graphOf, type OnnxFile } from './decode';
import { attributeMessage, nodeMessage } from './encode';
import { ATTRIBUTE, GRAPH, MODEL, NODE } from './format';
import type { Attribute, Node } from './model';
import {
  bytesField,
  bytesOf,
  type Field,
  lastOf,
  type Message,
  readMessage,
  textOf,
  writeMessage,
} from './wire';

/** Gives the bytes of a file. What was not changed is what was read, byte for byte. */
export function writeFile({ fields }: OnnxFile): Uint8Array {
  return writeMessage(fields);
}

/** Changes the fields of the graph; the others stay as and where they are. */
export function editGraph(file: OnnxFile, change: (fields: Message) => Message): OnnxFile {
  const current = lastOf(file.fields, MODEL.graph);
  const fields = change(file.graph.fields);
  const changed = bytesField(MODEL.graph, fields);
  let graph: Graph | undefined;
  return {
    ...file,
    fields: file.fields.map((field) => (field === current ? changed : field)),
    // Read when somebody asks: a file that is only written after its weights came in need not be.
    get graph() {
      graph ??= graphOf(fields, 0);
      return graph;
    },
  };
}

/** Puts other fields, or none, in the place of some. */
export function replaceFields(message: Message, replacements: ReadonlyMap<Field, readonly Field[]>): Message {
  return message.flatMap((field) => replacements.get(field) ?? [field]);
}

/** A field of a graph for a new node. */
export function nodeField(node: Node): Field {
  return bytesField(GRAPH.node, nodeMessage(node));
}

/** The field of a node with one attribute set to another value, or added. */
export function withAttribute(node: GraphNode, name: string, value: Attribute): Field {
  const fields = readMessage(bytesOf(node.field), 'a node');
  const changed = bytesField(NODE.attribute, attributeMessage(name, value));
  const isNamed = (field: Field) =>
    field.number === NODE.attribute &&
    textOf(lastOf(readMessage(bytesOf(field), 'an attribute'), ATTRIBUTE.name)) === name;
  const others = fields.filter((field) => !isNamed(field));
  return bytesField(GRAPH.node, [...others, changed]);
}
