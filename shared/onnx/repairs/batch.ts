import { callerInputs, type OnnxFile } from '../decode';
import { editGraph, replaceFields } from '../edit';
import { refusal, repair } from '../finding';
import { DIMENSION, GRAPH, SHAPE, TENSOR_TYPE, TYPE, VALUE } from '../format';
import type { Value } from '../value';
import { bytesField, bytesOf, type Field, lastOf, type Message, readMessage } from '../wire';
import type { Repaired } from './repaired';

export interface FreedBatch extends Repaired {
  /** How many rows the file wanted; undefined where it takes any number. */
  readonly rows: number | undefined;
}

const REMEDY =
  "export with dynamic_axes={'NAME': {0: 'N'}} (PyTorch), or with None first in the initial types";

/**
 * Declares that any number of rows may come where the file says one number. Whether the nodes between bear that only
 * running it shows, so this repair is a guess until it was proved.
 */
export function freeBatch(file: OnnxFile): FreedBatch {
  const inputs = callerInputs(file.graph).filter(
    ({ kind, shape }) => kind === 'tensor' && shape?.length !== 0,
  );
  const fixed = inputs.filter(({ shape }) => typeof shape?.[0] === 'number' && shape[0] > 0);
  const [first] = fixed;
  if (first === undefined) return { file, findings: [], rows: undefined };
  const rows = Number(first.shape?.[0]);
  const where = fixed.map(({ name }) => `input "${name}"`).join(', ');
  if (fixed.length < inputs.length || fixed.some(({ shape }) => shape?.[0] !== rows)) {
    const detail = `the inputs do not agree on a number of rows, so that rows cannot be sent together: ${REMEDY}`;
    return { file, findings: [refusal('fixed-batch', where, detail)], rows };
  }
  const values = [...fixed, ...file.graph.outputs.filter(({ shape }) => shape?.[0] === rows)];
  const changes = new Map<Field, readonly Field[]>(
    values.map((value) => [value.field, [withoutRows(value)]]),
  );
  // Sizes between nodes were worked out for that one number; the runtime works them out anew.
  for (const field of file.graph.fields) if (field.number === GRAPH.value_info) changes.set(field, []);
  const detail = `the number of rows, fixed at ${rows}, is free: it answers several as it answers each`;
  return {
    file: editGraph(file, (fields) => replaceFields(fields, changes)),
    findings: [repair('fixed-batch', where, detail)],
    rows,
  };
}

/** The refusal of a file whose nodes need the number of rows that it was exported with. */
export function boundBatch(rows: number, reason: string) {
  return refusal('fixed-batch', `${rows} rows`, `the number of rows cannot be freed: ${reason}; ${REMEDY}`);
}

function withoutRows({ field }: Value): Field {
  const free = bytesField(SHAPE.dim, [bytesField(DIMENSION.dim_param, 'N')]);
  return change(field, [VALUE.type, TYPE.tensor_type, TENSOR_TYPE.shape], (shape) => {
    const [first] = shape.filter(({ number }) => number === SHAPE.dim);
    return shape.map((each) => (each === first ? free : each));
  });
}

/** Changes a message that lies within messages, and nothing around it. */
function change(field: Field, path: readonly number[], to: (message: Message) => Message): Field {
  const message = readMessage(bytesOf(field), 'a value');
  const [next, ...rest] = path;
  if (next === undefined) return bytesField(field.number, to(message));
  const inner = lastOf(message, next);
  const fields = message.map((each) => (each === inner ? change(each, rest, to) : each));
  return bytesField(field.number, fields);
}
