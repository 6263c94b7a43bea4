import { ServingError } from '../../core/errors';
import { shortestFloat32 } from '../../core/float32';
import { invalidAt } from '../../core/invalid';
import type { TabularManifest } from '../../core/manifest';
import { quote } from '../../core/schema-error';
import type { Predictions } from '../native/answer';
import { type OutputList, readOutputRows } from '../tfs/answer';
import type { BigQueryRequest } from './request';

/**
 * What a function `RETURNS`: `json` the whole prediction as a JSON value, `string` the same as text, `prediction` only
 * the label (STRING) or the number (FLOAT64, INT64).
 */
export type Returns = 'json' | 'string' | 'prediction';

/** Writes the reply to the call that a row came from. */
export type WriteReply = (row: number) => string;

/**
 * Reads `returns` of the function's `user_defined_context`; `json` where it does not say.
 *
 * @throws {ServingError} `validation-failed`
 */
export function returnsOf({ context }: BigQueryRequest): Returns {
  const { returns = 'json' } = context as { readonly returns?: string };
  if (returns === 'json' || returns === 'string' || returns === 'prediction') return returns;
  const detail = `expected one of json, string, prediction, got ${quote(returns)}`;
  throw invalidAt('/userDefinedContext/returns', detail);
}

/** Makes the writer of the replies of a model with features. */
export function predictionReplies(
  manifest: TabularManifest,
  predictions: Predictions,
  returns: Returns,
): WriteReply {
  const writeObject: WriteReply = (row) => `${predictions.writeRow(row)}}`;
  if (returns === 'prediction') return predictionOnly(manifest, predictions);
  return returns === 'string' ? asText(writeObject) : writeObject;
}

/**
 * Makes the writer of the replies of a model without features: an object of its outputs, or the value of an only one.
 *
 * @throws {ServingError} `inference-failed` where the outputs have another number of rows than the calls;
 *   `validation-failed` where only a prediction is asked for and the outputs hold more than that.
 */
export function outputReplies(
  outputs: OutputList,
  rows: number,
  { returns }: { readonly returns: Returns },
): WriteReply {
  const { count, writeRow } = readOutputRows(outputs);
  if (count !== rows) {
    const detail = `expected outputs of ${rows} rows, one for each call, got ${count}`;
    throw new ServingError('inference-failed', detail);
  }
  if (returns === 'prediction') return elementOnly(outputs);
  return returns === 'string' ? asText(writeRow) : writeRow;
}

/**
 * Writes the answer to BigQuery: one reply for each call, in their order.
 *
 * @param count the number of calls.
 * @param callOf the call of each row; a call without a row is answered with null.
 */
export function writeReplies(count: number, callOf: readonly number[], writeReply: WriteReply): string {
  const replies = new Array<string>(count).fill('null');
  for (let row = 0; row < callOf.length; row++) replies[callOf[row] as number] = writeReply(row);
  return `{"replies":[${replies.join(',')}]}`;
}

function asText(writeValue: WriteReply): WriteReply {
  return (row) => JSON.stringify(writeValue(row));
}

function predictionOnly(manifest: TabularManifest, { values }: Predictions): WriteReply {
  const { classes, output, signature } = manifest;
  if (classes !== undefined && manifest.task === 'classification') {
    const labels = classes.map((name) => JSON.stringify(name));
    return (row) => labels[values[row] as number] ?? 'null';
  }
  const isFloat32 = signature.outputs.find(({ name }) => name === output.value)?.type === 'float32';
  return (row) => writeFloat64(isFloat32 ? shortestFloat32(values[row] as number) : (values[row] as number));
}

/** A FLOAT64 as BigQuery reads it: it has NaN and infinities, as text. */
function writeFloat64(value: number): string {
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

function elementOnly(outputs: OutputList): WriteReply {
  const [first, ...others] = outputs;
  const [name, tensor] = first ?? [];
  if (name === undefined || tensor === undefined || others.length > 0)
    throw notOne(`expected a model with one output, got ${outputs.length}`);
  const { dims } = tensor;
  if (!dims.slice(1).every((size) => size === 1))
    throw notOne(`expected one value in each row of output "${name}", got [${dims.join(',')}]`);
  const { writeRow } = readOutputRows([[name, { ...tensor, dims: dims.slice(0, 1) }]]);
  return writeRow;
}

function notOne(detail: string): ServingError {
  return invalidAt('/userDefinedContext/returns', `"prediction" is not possible here: ${detail}`);
}
