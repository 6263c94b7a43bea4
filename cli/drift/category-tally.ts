import { type Fields, fieldsOf, numberOf } from '../prediction-log/log-entry';

/** Names that were seen in the log: of classes, or of the values of a feature. */
export interface LiveCategories {
  readonly counts: ReadonlyMap<string, number>;
  /** How many had a name that training did not. */
  readonly other: number;
  readonly missing: number;
}

/** Gathers names in memory that does not grow with them. */
export interface CategoryTally {
  addValue(name: string): void;
  addMissing(count: number): void;
  /** Adds how often each name stands in one entry. */
  addCounts(counts: Fields): void;
  /** Adds the summary of one entry over so many rows. */
  addSummary(summary: Fields, rows: number): void;
  total(): LiveCategories;
}

/** Begins with no name. Others than the known ones are counted together. */
export function createCategoryTally(known: readonly string[]): CategoryTally {
  const counts = new Map(known.map((name) => [name, 0]));
  let other = 0;
  let missing = 0;
  function add(name: string, count: number): void {
    const before = counts.get(name);
    if (before === undefined) other += count;
    else counts.set(name, before + count);
  }
  function addCounts(fields: Fields): void {
    for (const [name, count] of Object.entries(fields)) add(name, numberOf(count) ?? 0);
  }
  return {
    addValue: (name) => add(name, 1),
    addMissing(count) {
      missing += count;
    },
    addCounts,
    addSummary(summary, rows) {
      missing += Math.max(rows - (numberOf(summary['count']) ?? 0), 0);
      addCounts(fieldsOf(summary['categories']) ?? {});
      other += numberOf(summary['other']) ?? 0;
    },
    total: () => ({ counts, other, missing }),
  };
}
