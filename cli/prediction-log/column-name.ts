/**
 * The name of a column that a sink of Cloud Logging makes in BigQuery of a field of an entry's payload: all but letters
 * and digits become underscores, those at the front are left out, and what remains is lower case.
 *
 * @see https://cloud.google.com/logging/docs/export/bigquery#naming
 */
export function columnName(name: string): string {
  return name
    .replace(/[^A-Za-z0-9]/g, '_')
    .replace(/^_+/, '')
    .toLowerCase();
}

/** Finds names by their columns: several where BigQuery has one column for them. */
export function groupByColumn(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const name of new Set(names)) {
    const column = columnName(name);
    groups.set(column, [...(groups.get(column) ?? []), name]);
  }
  return groups;
}
