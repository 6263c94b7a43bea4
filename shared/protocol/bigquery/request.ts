import { ServingError } from '../../core/errors';
import { invalidAt } from '../../core/invalid';
import { inputOf, type TabularManifest } from '../../core/manifest';
import { isIntegerType, rowValues } from '../../core/rows';
import { describeValue, escapePointer } from '../../core/schema-error';
import type { DataType } from '../../core/tensor';
import type { RowsRequest } from '../native/request';

/** The body of a call to a remote function of BigQuery. */
export interface BigQueryRequest {
  /** `user_defined_context` of the function's definition. */
  readonly context: Readonly<Record<string, string>>;
  /** The arguments of each call by position, not named and not typed. */
  readonly calls: readonly (readonly unknown[])[];
  readonly requestId?: string;
}

/**
 * Says whether a body comes from BigQuery. Its `requestId` is not asked for, so that a call can be tried by hand; no
 * other body has a list of that name.
 */
export function isBigQuery(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'calls' in body && Array.isArray(body.calls);
}

/**
 * Reads the body of a remote function.
 *
 * @param maxRows the most calls that one request may hold.
 * @throws {ServingError} `validation-failed`, `payload-too-large`
 * @see https://cloud.google.com/bigquery/docs/remote-functions#input_format
 */
export function readBigQuery(body: unknown, maxRows: number): BigQueryRequest {
  if (typeof body !== 'object' || body === null || !('calls' in body))
    throw invalidAt('', `expected an object with "calls", got ${describeValue(body)}`);
  const calls = readCalls(body.calls, maxRows);
  const context = readContext('userDefinedContext' in body ? body.userDefinedContext : undefined);
  const requestId = 'requestId' in body ? body.requestId : undefined;
  return typeof requestId === 'string' ? { context, calls, requestId } : { context, calls };
}

/** Rows of features, each of one call. */
export interface BigQueryRows extends RowsRequest {
  /** The call that a row came from. A call without a row is answered with NULL. */
  readonly callOf: readonly number[];
}

/**
 * Makes the calls rows of features: each has its features by position, or as one JSON argument that is an object or an
 * array. Numbers that BigQuery writes as text (NUMERIC, large INT64) become numbers where nothing is lost.
 *
 * A call with NULL or NaN for a feature that may not be missing has no row, because one such row of a table must not
 * fail the whole query. What else does not fit stays as it is, for the row decoder to refuse.
 */
export function toRows(manifest: TabularManifest, calls: readonly (readonly unknown[])[]): BigQueryRows {
  const parameters = manifest.features.map((feature) => {
    const type = inputOf(manifest, feature)?.type ?? 'float32';
    const isFloat = type === 'float32' || type === 'float64';
    return { name: feature.name, type, mayBeMissing: feature.nullable === true && isFloat };
  });
  const rows: unknown[] = [];
  const callOf: number[] = [];
  calls.forEach((call, index) => {
    const row = toRow(parameters, call);
    if (row === undefined) return;
    rows.push(row);
    callOf.push(index);
  });
  const pointerOf = (row: number) => {
    const index = callOf[row] ?? 0;
    return isJson(calls[index]?.[0]) ? `/calls/${index}/0` : `/calls/${index}`;
  };
  return { rows, callOf, pointerOf };
}

/**
 * The number that BigQuery wrote as text, as it does with NUMERIC and with INT64 beyond 2^53. Given back as it is when it
 * is no number, or none that the type holds exactly enough: an integer is never rounded.
 */
export function readNumber(text: string, type: DataType): number | string {
  if (!DECIMAL.test(text)) return text;
  const number = Number(text);
  const isExact = isIntegerType(type) ? Number.isSafeInteger(number) : Number.isFinite(number);
  return isExact ? number : text;
}

/** Whether a text is a number as BigQuery writes those that JSON numbers cannot hold. */
export function isNumberText(text: string): boolean {
  return DECIMAL.test(text) || text === 'NaN' || text === 'Infinity' || text === '-Infinity';
}

/** Whether an argument is of the SQL type JSON and holds several values. */
export function isJson(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null;
}

/** BIGNUMERIC has up to 77 digits; the bound keeps a long text from costing much. */
const DECIMAL = /^-?\d{1,77}(\.\d{1,77})?([eE][+-]?\d{1,3})?$/;

function readCalls(calls: unknown, maxRows: number): readonly (readonly unknown[])[] {
  if (!Array.isArray(calls)) throw invalidAt('/calls', `expected an array, got ${describeValue(calls)}`);
  if (calls.length > maxRows) throw tooManyCalls(calls.length, maxRows);
  const wrong = calls.findIndex((call) => !Array.isArray(call));
  if (wrong === -1) return calls;
  throw invalidAt(`/calls/${wrong}`, `expected an array of arguments, got ${describeValue(calls[wrong])}`);
}

function tooManyCalls(count: number, maxRows: number): ServingError {
  const detail = `expected at most ${maxRows} calls, got ${count}; max_batching_rows = ${maxRows} in the OPTIONS of the function keeps to it`;
  return new ServingError('payload-too-large', detail, {
    errors: [{ pointer: '/calls', detail }],
    members: { max_rows: maxRows },
  });
}

function readContext(context: unknown): Readonly<Record<string, string>> {
  if (context === undefined || context === null) return {};
  if (typeof context !== 'object' || Array.isArray(context))
    throw invalidAt('/userDefinedContext', `expected an object, got ${describeValue(context)}`);
  return Object.fromEntries(
    Object.entries(context).map(([key, value]: [string, unknown]) => {
      if (typeof value === 'string') return [key, value];
      const pointer = `/userDefinedContext/${escapePointer(key)}`;
      throw invalidAt(pointer, `expected a string, got ${describeValue(value)}`);
    }),
  );
}

/** A feature, as an argument of the function. */
interface Parameter {
  readonly name: string;
  readonly type: DataType;
  readonly mayBeMissing: boolean;
}

function toRow(parameters: readonly Parameter[], call: readonly unknown[]): unknown {
  const [first] = call;
  const isOne = call.length === 1;
  if (isOne && first === null && parameters.length > 1) return undefined;
  const row = isOne && isJson(first) ? first : call;
  const values = rowValues(row);
  if (values === undefined || (Array.isArray(values) && values.length !== parameters.length)) return row;
  return withNumbers(parameters, values as Values);
}

type Values = Readonly<Record<string | number, unknown>>;

/** Values that need no change, nearly all of them, are not copied. */
function withNumbers(parameters: readonly Parameter[], values: Values): unknown {
  let copy: Record<string | number, unknown> | undefined;
  for (let i = 0; i < parameters.length; i++) {
    const parameter = parameters[i] as Parameter;
    const key = Array.isArray(values) ? i : parameter.name;
    const value = values[key];
    // A name that is not there is no NULL but a mistake.
    if (typeof value === 'number' || value === undefined) continue;
    const isMissing = value === null || (value === 'NaN' && parameter.type !== 'string');
    if (isMissing && !parameter.mayBeMissing) return undefined;
    const number = isMissing ? null : numberOf(parameter, value);
    if (number === value) continue;
    copy ??= Array.isArray(values) ? Object.assign([], values) : { ...values };
    copy[key] = number;
  }
  return copy ?? values;
}

function numberOf({ type }: Parameter, value: unknown): unknown {
  return typeof value === 'string' && type !== 'string' ? readNumber(value, type) : value;
}
