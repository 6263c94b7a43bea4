import type { GraphNode, OnnxFile } from '../decode';
import { editGraph, nodeField, replaceFields } from '../edit';
import { valueMessage } from '../encode';
import { type Finding, refusal, repair } from '../finding';
import { GRAPH, SEQUENCE, TYPE, VALUE } from '../format';
import type { Value } from '../value';
import { nameOfNode, nestedNodes, originOf } from '../walk';
import { bytesField, bytesOf, type Field, lastOf, readMessage, textOf } from '../wire';
import type { Repaired } from './repaired';

/** Labels of the columns of a score output: what ZipMap would have written beside each score. */
export type ClassLabels = readonly (string | bigint)[];

export interface WithoutZipMaps extends Repaired {
  /** By the name of the output. */
  readonly labels: ReadonlyMap<string, ClassLabels>;
}

/**
 * Puts the tensor of scores in the place of every list of dictionaries: a ZipMap pairs each score with its label and
 * changes neither, so an Identity of the same names gives what it was given, and the labels are kept beside the file.
 */
export function cutZipMaps(file: OnnxFile): WithoutZipMaps {
  const findings: Finding[] = nestedNodes(file)
    .filter(isZipMap)
    .map((node) =>
      refusal('zip-map', nameOfNode(node), 'it is not in the main graph: export with zipmap=False'),
    );
  const labels = new Map<string, ClassLabels>();
  const changes = new Map<Field, readonly Field[]>();
  for (const node of file.graph.nodes.filter(isZipMap)) {
    const passed = namesBehind(file, node);
    if (passed === undefined) {
      findings.push(
        refusal('zip-map', nameOfNode(node), 'other nodes take its dictionaries: export with zipmap=False'),
      );
      continue;
    }
    const classes = labelsOf(node);
    if (classes.length === 0) {
      findings.push(refusal('zip-map', nameOfNode(node), NO_LABELS));
      continue;
    }
    changes.set(node.field, [
      nodeField({ operator: 'Identity', inputs: node.inputs, outputs: node.outputs }),
    ]);
    for (const output of file.graph.outputs.filter(({ name }) => passed.has(name))) {
      labels.set(output.name, classes);
      changes.set(output.field, [scoresField(output, classes.length)]);
      const what = `a list of dictionaries becomes a tensor of ${classes.length} scores; their labels go into the manifest`;
      findings.push(repair('zip-map', `output "${output.name}"`, what));
    }
    for (const field of staleTypes(file, passed)) changes.set(field, []);
  }
  if (changes.size === 0) return { file, findings, labels };
  return { file: editGraph(file, (fields) => replaceFields(fields, changes)), findings, labels };
}

/** What skl2onnx makes of a forest of several labels; ONNX Runtime for Python refuses it too. */
const NO_LABELS = 'it has no labels, as of a classifier of several outputs: export with zipmap=False';

function isZipMap({ operator, domain }: GraphNode): boolean {
  return operator === 'ZipMap' && domain === 'ai.onnx.ml';
}

function labelsOf({ attributes }: GraphNode): ClassLabels {
  const texts = attributes.get('classlabels_strings')?.texts ?? [];
  return texts.length > 0 ? texts : (attributes.get('classlabels_int64s')?.integers() ?? []);
}

/** The names under which a value is handed on; undefined where a node does more with it than that. */
function namesBehind({ graph }: OnnxFile, { outputs }: GraphNode): Set<string> | undefined {
  const names = new Set(outputs);
  for (const name of names) {
    for (const node of graph.nodes.filter(({ inputs }) => inputs.includes(name))) {
      if (node.operator !== 'Identity') return undefined;
      for (const output of node.outputs) names.add(output);
    }
  }
  return names;
}

function scoresField({ name }: Value, classes: number): Field {
  return bytesField(GRAPH.output, valueMessage({ name, type: 'float32', shape: ['N', classes] }));
}

/** What the file says of the types of values between nodes; it is there to be read and may be left out. */
function staleTypes({ graph }: OnnxFile, names: ReadonlySet<string>): Field[] {
  return graph.fields.filter(
    (field) =>
      field.number === GRAPH.value_info &&
      names.has(textOf(lastOf(readMessage(bytesOf(field), 'a value'), VALUE.name))),
  );
}

/** Gives the tensors that a sequence is made of as outputs of their own, where the file shows which those are. */
export function openSequences(file: OnnxFile): Repaired {
  const findings: Finding[] = [];
  const changes = new Map<Field, readonly Field[]>();
  const taken = new Set(file.graph.nodes.flatMap(({ outputs }) => outputs));
  for (const output of file.graph.outputs.filter(({ kind }) => kind === 'sequence')) {
    const origin = originOf(file.graph, output.name);
    if (origin?.operator !== 'SequenceConstruct') continue;
    const names = origin.inputs.map((_, index) => freeName(`${output.name}_${index}`, taken));
    const nodes = names.map((name, index) =>
      nodeField({ operator: 'Identity', inputs: [origin.inputs[index] ?? ''], outputs: [name] }),
    );
    changes.set(origin.field, [origin.field, ...(changes.get(origin.field)?.slice(1) ?? []), ...nodes]);
    changes.set(
      output.field,
      names.map((name) => elementField(output, name)),
    );
    const list = names.map((name) => `"${name}"`).join(', ');
    findings.push(
      repair(
        'sequence-output',
        `output "${output.name}"`,
        `a sequence of tensors becomes the outputs ${list}`,
      ),
    );
  }
  if (changes.size === 0) return { file, findings };
  return { file: editGraph(file, (fields) => replaceFields(fields, changes)), findings };
}

function freeName(name: string, taken: Set<string>): string {
  if (taken.has(name)) return freeName(`${name}_`, taken);
  taken.add(name);
  return name;
}

/** An output of the type that the elements of a sequence have. */
function elementField({ field }: Value, name: string): Field {
  const value = readMessage(bytesOf(field), 'a value');
  const type = read(lastOf(value, VALUE.type));
  const element = lastOf(read(lastOf(type, TYPE.sequence_type)), SEQUENCE.elem_type);
  const typed = element === undefined ? [] : [bytesField(VALUE.type, bytesOf(element))];
  return bytesField(GRAPH.output, [bytesField(VALUE.name, name), ...typed]);
}

function read(field: Field | undefined) {
  return field === undefined ? [] : readMessage(bytesOf(field), 'a type');
}

/** Names what is left that is no tensor. */
export function findNonTensors({ graph }: OnnxFile, inputs: readonly Value[]): Finding[] {
  const isOther = ({ kind }: Value) => kind !== 'tensor' && kind !== 'untyped';
  return [
    ...inputs
      .filter(isOther)
      .map(({ name, kind }) =>
        refusal(
          'non-tensor-input',
          `input "${name}"`,
          `${article(kind)} cannot be sent: export the steps behind it, which take tensors`,
        ),
      ),
    ...graph.outputs
      .filter(isOther)
      .map(({ name, kind }) =>
        refusal(
          'non-tensor-output',
          `output "${name}"`,
          `${article(kind)} cannot be served, and the file does not show of which tensors it is made`,
        ),
      ),
  ];
}

function article(kind: string): string {
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}
