import { binsOf, isNumberBaseline } from '../../shared/core/baseline';
import { type Feature, inputOf, type TabularManifest } from '../../shared/core/manifest';
import { rowValues } from '../../shared/core/rows';
import { type Fields, fieldsOf, numberOf, type PredictionEntry } from '../prediction-log/log-entry';
import { type CategoryTally, createCategoryTally, type LiveCategories } from './category-tally';
import { createManifestNames } from './manifest-names';
import { createNumberTally, type LiveNumbers, type NumberTally } from './number-tally';

/** What the log says of one version. */
export interface LiveVersion {
  readonly entries: number;
  readonly rows: number;
  /** Rows of which the log has no inputs. */
  readonly rowsWithoutInputs: number;
  readonly numbers: ReadonlyMap<string, LiveNumbers>;
  readonly categories: ReadonlyMap<string, LiveCategories>;
  readonly classes: LiveCategories;
  readonly confidence: LiveNumbers;
  /** The predicted numbers of a regression. */
  readonly value: LiveNumbers;
  /** Columns that lack values, because BigQuery has one name for two of the manifest's. */
  readonly indistinct: readonly string[];
}

/** Gathers the entries of one version in memory that does not grow with them. */
export interface VersionTally {
  add(entry: PredictionEntry): void;
  total(): LiveVersion;
}

/** One feature, and where what is known of it goes. */
interface Column {
  readonly feature: Feature;
  readonly index: number;
  readonly tally:
    | { readonly kind: 'number'; readonly into: NumberTally }
    | { readonly kind: 'category'; readonly into: CategoryTally };
}

/** Begins with no entry. */
export function createVersionTally(manifest: TabularManifest): VersionTally {
  const { baseline, classes = [] } = manifest;
  const columns = manifest.features.flatMap((feature, index) => toColumn(manifest, feature, index) ?? []);
  const names = createManifestNames(manifest);
  const predicted = baseline?.predictions;
  const binsOfOutput = (of: 'confidence' | 'value') =>
    predicted?.[of] && { bins: binsOf(predicted[of], predicted.rows) };
  const outcomes: Outcomes = {
    classes: createCategoryTally(classes),
    confidence: createNumberTally(binsOfOutput('confidence') ?? {}),
    value: createNumberTally(binsOfOutput('value') ?? {}),
  };
  let entries = 0;
  let rows = 0;
  let rowsWithoutInputs = 0;
  return {
    add(logged) {
      const entry = names.restore(logged);
      entries++;
      rows += entry.rows;
      if (!addInputs(columns, entry)) rowsWithoutInputs += entry.rows;
      addOutcomes(outcomes, entry);
    },
    total: () => ({
      entries,
      rows,
      rowsWithoutInputs,
      numbers: new Map(
        columns.flatMap(({ feature, tally }) =>
          tally.kind === 'number' ? [[feature.name, tally.into.total()]] : [],
        ),
      ),
      categories: new Map(
        columns.flatMap(({ feature, tally }) =>
          tally.kind === 'category' ? [[feature.name, tally.into.total()]] : [],
        ),
      ),
      classes: outcomes.classes.total(),
      confidence: outcomes.confidence.total(),
      value: outcomes.value.total(),
      indistinct: [...names.indistinct],
    }),
  };
}

/** A feature that the baseline says nothing of has no column. */
function toColumn(manifest: TabularManifest, feature: Feature, index: number): Column | undefined {
  const { rows = 0, features = {} } = manifest.baseline ?? {};
  const baseline = features[feature.name];
  if (baseline === undefined) return undefined;
  if (!isNumberBaseline(baseline)) {
    const into = createCategoryTally(Object.keys(baseline.categories));
    return { feature, index, tally: { kind: 'category', into } };
  }
  const into = createNumberTally({
    bins: binsOf(baseline, rows),
    range: feature.range ?? [baseline.min, baseline.max],
    ...(inputOf(manifest, feature)?.type === 'float32' && { round: Math.fround }),
  });
  return { feature, index, tally: { kind: 'number', into } };
}

/** Adds every value where the entry has every row, else their summaries. Says whether there was either. */
function addInputs(
  columns: readonly Column[],
  { rows, inputs = [], inputSummary }: PredictionEntry,
): boolean {
  const scored = inputs.filter((row) => row !== null);
  if (scored.length > 0 && scored.length >= rows) {
    for (const row of scored) addRow(columns, row);
    return true;
  }
  if (inputSummary === undefined) return false;
  for (const { feature, tally } of columns) {
    const summary = fieldsOf(inputSummary[feature.name]);
    // An entry may have had no room for it, which is not to say that its values were missing.
    if (summary !== undefined) tally.into.addSummary(summary, rows);
  }
  return true;
}

function addRow(columns: readonly Column[], row: unknown): void {
  const values = rowValues(row);
  for (const { feature, index, tally } of columns) {
    const value = Array.isArray(values) ? values[index] : (values as Fields | undefined)?.[feature.name];
    if (tally.kind === 'category' && value !== null && value !== undefined)
      tally.into.addValue(String(value));
    else if (tally.kind === 'number' && typeof value === 'number') tally.into.addValue(value);
    else tally.into.addMissing(1);
  }
}

interface Outcomes {
  readonly classes: CategoryTally;
  readonly confidence: NumberTally;
  readonly value: NumberTally;
}

function addOutcomes(
  { classes, confidence, value }: Outcomes,
  { rows, prediction, confidence: only, outputSummary }: PredictionEntry,
): void {
  const counts = fieldsOf(prediction);
  if (counts !== undefined) classes.addCounts(counts);
  else if (typeof prediction === 'string') classes.addValue(prediction);
  else if (typeof prediction === 'number') value.addValue(prediction);
  if (only !== undefined) confidence.addValue(only);
  addOutput(confidence, outputSummary?.['confidence']);
  addOutput(value, outputSummary?.['value']);

  function addOutput(tally: NumberTally, summary: unknown): void {
    const fields = fieldsOf(summary);
    if (fields !== undefined) tally.addSummary(fields, numberOf(fields['count']) ?? rows);
  }
}
