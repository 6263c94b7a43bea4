/** A share in percent, with as many digits as one looks at. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value !== 0 && Math.abs(value) < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** A number with four significant digits, and a dash for none. */
export function short(value: number | undefined): string {
  return value === undefined ? '–' : String(Number(value.toPrecision(4)));
}

/** A p-value; below a ten-thousandth nobody cares how small it is. */
export function pValueText(value: number | undefined): string {
  if (value === undefined) return '–';
  return value < 1e-4 ? '<0.0001' : value.toPrecision(2);
}

/** Rows of cells under each other: the first column to the left, the others to the right. */
export function alignTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return `  ${cells.join('  ')}`;
  });
}
