/** Rows of the table that a sink of Cloud Logging makes of entries in BigQuery, as its tools print them. */
export interface BigQueryRows {
  /** As `bq extract` writes newline-delimited JSON: what is absent is left out. */
  readonly extracted: readonly Record<string, unknown>[];
  /** As `bq query --format=json` prints: every value is text, and times have no zone. */
  readonly queried: readonly Record<string, unknown>[];
}

/**
 * Does to entries what the sink does: names of the payload become lower case, whatever is neither letter nor digit an
 * underscore, underscores at the front go; and every row has all the columns of the table.
 *
 * @see https://cloud.google.com/logging/docs/export/bigquery
 */
export function toBigQuery(
  entries: readonly Record<string, unknown>[],
  timestamp = '2026-10-06 08:30:00.123456',
): BigQueryRows {
  const payloads = entries.map((entry) => renameAll(withoutPlaces(entry)));
  const columns = payloads.reduce<unknown>(mergeColumns, undefined);
  return {
    extracted: payloads.map((jsonPayload) => ({ jsonPayload, timestamp: `${timestamp} UTC` })),
    queried: payloads.map((payload) => ({ timestamp, jsonPayload: toText(payload, columns) })),
  };
}

/** What Cloud Logging takes out of the payload, because it has a place of its own. */
function withoutPlaces(entry: Record<string, unknown>): Record<string, unknown> {
  const { severity, time, httpRequest, ...others } = entry;
  return Object.fromEntries(
    Object.entries(others).filter(([name]) => !name.startsWith('logging.googleapis.com/')),
  );
}

function renameAll(value: unknown): unknown {
  if (Array.isArray(value)) {
    if (value.some((item) => Array.isArray(item) || item === null)) throw new TypeError('no such column');
    return value.map(renameAll);
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const column = [...name].map((letter) => (/[a-z0-9]/i.test(letter) ? letter : '_')).join('');
      return [column.replace(/^_+/, '').toLowerCase(), renameAll(inner)];
    }),
  );
}

/** The columns of two values: of records those of both, of lists those of their items. */
function mergeColumns(left: unknown, right: unknown): unknown {
  if (Array.isArray(right)) return [[left].flat().concat(right).reduce(mergeColumns, undefined)];
  if (!isRecord(right)) return left ?? right;
  const before = isRecord(left) ? left : {};
  const merged = Object.entries(right).map(([name, value]) => [name, mergeColumns(before[name], value)]);
  return { ...before, ...Object.fromEntries(merged) };
}

function toText(value: unknown, columns: unknown): unknown {
  if (Array.isArray(columns))
    return Array.isArray(value) ? value.map((item) => toText(item, columns[0])) : [];
  if (value === undefined || value === null) return null;
  if (isRecord(columns)) {
    const fields = value as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(columns).map(([name, column]) => [name, toText(fields[name], column)]),
    );
  }
  // Numbers of a payload are FLOAT columns.
  return typeof value === 'number' && Number.isInteger(value) ? `${value}.0` : String(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
