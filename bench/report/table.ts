/** Rows of figures under a title. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table for a terminal, its columns aligned. */
export function toText({ title, columns, rows }: Table): string {
  const widths = columns.map((_, column) =>
    Math.max(...[columns, ...rows].map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return [title, line(columns), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)]
    .map((text) => text.trimEnd())
    .join('\n');
}

/** The same in Markdown. */
export function toMarkdown({ title, columns, rows }: Table): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = `|${'---|'.repeat(columns.length)}`;
  return [`### ${title}`, '', line(columns), rule, ...rows.map(line)].join('\n');
}

/** A figure with as many digits as mean something. */
export function formatNumber(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return value.toPrecision(value >= 1 ? 3 : 2);
}
