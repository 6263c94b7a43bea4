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
}

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads an entry as the server writes it, or as Cloud Logging and BigQuery wrap it: under `jsonPayload`, its time beside
 * it. BigQuery has `null` for what is absent, and integers as text.
 *
 * @returns undefined for an entry that is about no prediction.
 */
export function toPredictionEntry(value: unknown): PredictionEntry | undefined {
  const outer = fieldsOf(value);
  if (outer === undefined) return undefined;
  const payload = fieldsOf(outer['jsonPayload']) ?? outer;
  const { model, version } = payload;
  const rows = numberOf(payload['rows']);
  if (typeof model !== 'string' || typeof version !== 'string' || rows === undefined) return undefined;
  // What a shadow made of a copy was nobody's answer, and its rows are in the entry of the request.
  if (typeof payload['shadowVersion'] === 'string') return undefined;
  // Of runs that score the same file, the predictions of one stand.
  if (typeof payload['outcome'] === 'string' && payload['outcome'] !== 'scored') return undefined;
  return {
    model,
    version,
    versionReason: textOf(payload['versionReason']),
    requestId: textOf(payload['requestId']),
    time: timeOf(outer['timestamp'] ?? payload['time']),
    rows: rows - (numberOf(payload['badRows']) ?? 0),
    prediction: payload['prediction'] ?? undefined,
    confidence: numberOf(payload['confidence']),
    probabilities: numbersOf(payload['probabilities']),
    inputSummary: fieldsOf(payload['inputSummary']),
    outputSummary: fieldsOf(payload['outputSummary']),
    inputs: listOf(payload['inputs']),
    predictions: listOf(payload['predictions']),
  };
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

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
