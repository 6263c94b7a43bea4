import type { Chart } from './chart';
import type { Table } from './table';
import type { Outcomes } from './target-table';

/** What one part of the benchmark gives to the report. */
export interface PartResult {
  readonly outcomes: Outcomes;
  readonly tables: readonly Table[];
  readonly charts: readonly Chart[];
  /** Everything that was measured, for the JSON. */
  readonly samples: unknown;
}
