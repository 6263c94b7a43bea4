import type { TabularManifest } from '../../core/manifest';
import { createSummaryTally } from '../../core/summary';
import { isBad } from '../../protocol/lines/input-rows';
import type { ScoredBatch } from '../../protocol/lines/row-answers';
import type { Predictions } from '../../protocol/native/answer';
import type { Config } from '../config';
import { fitRows, fitSummaries } from '../entry-size';
import { createOutcomesTally, MAX_LOGGED_ROWS, outcomeOf } from '../payload-entry';

/** What is to be said of rows that come one after another, kept in memory that does not grow with them. */
export interface RowsTally {
  readonly rows: number;
  /** Rows that were not scored; `rows` has them too. */
  readonly badRows: number;
  /** How often each class was predicted; undefined for a regression. */
  readonly classes: Readonly<Record<string, number>> | undefined;
  add(batch: ScoredBatch): void;
  /** Puts into a log entry what `PREDICTION_LOG` says of inputs and scores. */
  note(entry: Record<string, unknown>): void;
}

/** Begins with no row. */
export function createRowsTally(manifest: TabularManifest, detail: Config['log']['predictions']): RowsTally {
  const classes = manifest.classes && Object.fromEntries(manifest.classes.map((name) => [name, 0]));
  const summaries = detail === 'none' ? undefined : createSummaries(manifest);
  const sample = detail === 'full' ? createSample(manifest) : undefined;
  let rows = 0;
  let badRows = 0;
  return {
    get rows() {
      return rows;
    },
    get badRows() {
      return badRows;
    },
    classes,
    add(batch) {
      rows += batch.rows.length;
      badRows += batch.rows.length - (batch.predictions?.values.length ?? 0);
      if (classes !== undefined) countClasses(classes, manifest.classes ?? [], batch.predictions);
      summaries?.add(batch);
      sample?.add(batch);
    },
    note(entry) {
      if (badRows > 0) entry['badRows'] = badRows;
      // Of none at all there is nothing to be said.
      if (rows === badRows) return;
      summaries?.note(entry);
      sample?.note(entry);
    },
  };
}

/** What an entry has of rows, as far as they came. */
type Part = Pick<RowsTally, 'add' | 'note'>;

function createSummaries(manifest: TabularManifest): Part {
  const summary = createSummaryTally(manifest);
  const outcomes = createOutcomesTally(manifest);
  return {
    add({ inputs, predictions }) {
      if (inputs === undefined || predictions === undefined) return;
      summary.add(inputs);
      outcomes.add(predictions);
    },
    note(entry) {
      entry['inputSummary'] = fitSummaries(summary.total());
      entry['outputSummary'] = outcomes.total();
    },
  };
}

/** The first rows in their places, with null for what was not scored. */
function createSample(manifest: TabularManifest): Part {
  const inputs: unknown[] = [];
  const predicted: unknown[] = [];
  return {
    add({ rows, predictions }) {
      for (const each of rows.slice(0, MAX_LOGGED_ROWS - inputs.length)) {
        const isScored = !isBad(each) && predictions !== undefined;
        inputs.push(isScored ? each.row : null);
        predicted.push(isScored ? outcomeOf(manifest, predictions, each.index) : null);
      }
    },
    note(entry) {
      entry['inputs'] = fitRows(inputs);
      entry['predictions'] = predicted;
    },
  };
}

function countClasses(
  counts: Record<string, number>,
  names: readonly string[],
  predictions: Predictions | undefined,
): void {
  if (predictions === undefined) return;
  const { values } = predictions;
  const byIndex = new Float64Array(names.length);
  for (let row = 0; row < values.length; row++) {
    const index = values[row] as number;
    byIndex[index] = (byIndex[index] as number) + 1;
  }
  for (const [index, name] of names.entries()) counts[name] = (counts[name] ?? 0) + (byIndex[index] ?? 0);
}
