import { columnName } from './column-name';

/** What one request that asked a model for predictions left in the log. */
export interface PredictionEntry {
  readonly model: string;
  readonly version: string;
  /** How the version was chosen, as in `split`; absent where the log does not say. */
  readonly versionReason: string | undefined;
  readonly requestId: string | undefined;
  /** Milliseconds since 1970. */
  readonly time: number | undefined;
  readonly rows: number;
  /** What was predicted for the only row, or how often each class was for several. */
  readonly prediction: unknown;
  readonly confidence: number | undefined;
  readonly probabilities: readonly number[] | undefined;
  readonly inputSummary: Fields | undefined;
  readonly outputSummary: Fields | undefined;
  /** The first rows as they were sent, with null for one that was not scored. */
  readonly inputs: readonly unknown[] | undefined;
  /** What was predicted for the first rows of several. */
  readonly predictions: readonly unknown[] | undefined;
  /** Whether features and classes are named as columns of BigQuery are, and any number may be text. */
  readonly hasColumnNames: boolean;
}

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads an entry as the server writes it, or as Cloud Logging and BigQuery wrap it: under `jsonPayload`, its time beside
 * it; of `LOG_TRANSPORT=cloud` under `jsonPayload.metadata`. BigQuery has names of its own for all members, `null` for
 * what is absent, and numbers as text.
 *
 * @returns undefined for an entry that is about no prediction.
 */
export function toPredictionEntry(value: unknown): PredictionEntry | undefined {
  const outer = fieldsOf(value);
  if (outer === undefined) return undefined;
  const payload = payloadOf(outer);
  const { model, version } = payload;
  const rows = numberOf(payload['rows']);
  if (typeof model !== 'string' || typeof version !== 'string' || rows === undefined) return undefined;
  const hasColumnNames = RENAMED.some((name) => name in payload);
  const member = (name: string) => payload[hasColumnNames ? columnName(name) : name];
  // What a shadow made of a copy was nobody's answer, and its rows are in the entry of the request.
  if (typeof member('shadowVersion') === 'string') return undefined;
  const { outcome } = payload;
  // Of runs that score the same file, the predictions of one stand.
  if (typeof outcome === 'string' && outcome !== 'scored') return undefined;
  const badRows = numberOf(member('badRows')) ?? 0;
  // A list of BigQuery has no null for a line that was not scored: nobody knows which lines the others are.
  const isShifted = hasColumnNames && badRows > 0;
  return {
    model,
    version,
    versionReason: textOf(member('versionReason')),
    requestId: textOf(member('requestId')),
    time: timeOf(outer['timestamp'] ?? payload['time']),
    rows: rows - badRows,
    prediction: payload['prediction'] ?? undefined,
    confidence: numberOf(payload['confidence']),
    probabilities: numbersOf(payload['probabilities']),
    inputSummary: fieldsOf(member('inputSummary')),
    outputSummary: fieldsOf(member('outputSummary')),
    inputs: listOf(payload['inputs']),
    predictions: isShifted ? undefined : listOf(payload['predictions']),
    hasColumnNames,
  };
}

/**
 * What BigQuery makes of members that have capital letters. Every entry of a request has the first three of them, that of
 * a scored file the last.
 */
const RENAMED = ['requestId', 'coldStart', 'latencyMs', 'inputSummary', 'badRows', 'durationMs'].map(
  columnName,
);

/** The Cloud Logging client puts all but the message under `metadata`. */
function payloadOf(outer: Fields): Fields {
  const payload = fieldsOf(outer['jsonPayload']) ?? outer;
  return typeof payload['model'] === 'string' ? payload : (fieldsOf(payload['metadata']) ?? payload);
}

/** An object that is no list; undefined for anything else. */
export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** A number, also one that is written as text; undefined for anything else. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A list of nothing but numbers. */
export function numbersOf(value: unknown): number[] | undefined {
  const numbers = listOf(value)?.map(numberOf);
  return numbers?.every((number) => number !== undefined) ? numbers : undefined;
}

/** BigQuery has an empty list for one that is absent. */
function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** What has no time zone is UTC: `bq` prints the timestamps of BigQuery so. */
function timeOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const time = Date.parse(WITHOUT_ZONE.test(value) ? `${value.replace(' ', 'T')}Z` : value);
  return Number.isNaN(time) ? undefined : time;
}

/** A date and a time. @see https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#timestamp_type */
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?$/;
