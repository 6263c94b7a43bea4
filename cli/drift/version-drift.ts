import type { Baseline } from '../../shared/core/baseline';
import { isNumberBaseline } from '../../shared/core/baseline';
import type { TabularManifest } from '../../shared/core/manifest';
import { type ColumnDrift, compareCategories, compareNumbers } from './column-drift';
import { PREDICTED_CLASS } from './predicted-class';
import type { Thresholds } from './thresholds';
import type { LiveVersion } from './version-tally';

/** One difference that is drift. */
export interface Alarm {
  /** The feature, or `predicted class`, `confidence`, `predicted value`. */
  readonly column: string;
  readonly test: 'psi' | 'ks' | 'missing' | 'outside';
  readonly value: number;
  readonly threshold: number;
  readonly pValue: number;
}

/** How one version's traffic differs from what the version was trained on. */
export interface VersionDrift {
  readonly version: string;
  readonly entries: number;
  readonly rows: number;
  readonly rowsWithoutInputs: number;
  /** Features in the order of the manifest, then what was predicted. */
  readonly columns: readonly ColumnDrift[];
  /** Features that the baseline says nothing of. */
  readonly withoutBaseline: readonly string[];
  /** Columns of which BigQuery does not tell apart what there is. */
  readonly indistinct: readonly string[];
  readonly alarms: readonly Alarm[];
  /** A p-value below this is no chance: the one asked for, divided by the number of tests (Bonferroni). */
  readonly significance: number;
  readonly verdict: 'drift' | 'no drift' | 'not enough to judge' | 'cannot be judged';
  /** Why nothing was compared; undefined where something was. */
  readonly notCompared: string | undefined;
}

/** Compares what the log says of a version with the baseline of its manifest. */
export function compareVersion(
  manifest: TabularManifest,
  live: LiveVersion,
  thresholds: Thresholds,
): VersionDrift {
  const { version, baseline } = manifest;
  const { entries, rows, rowsWithoutInputs, indistinct } = live;
  const counts = { version, entries, rows, rowsWithoutInputs };
  if (baseline === undefined) return uncompared(counts, 'its manifest has no baseline');
  if (rows < thresholds.minRows) {
    const few = `${rows} ${rows === 1 ? 'row' : 'rows'}, ${thresholds.minRows} are needed`;
    return uncompared(counts, few, 'not enough to judge');
  }
  const columns = [
    ...compareFeatures(manifest, baseline, live),
    ...comparePredictions(baseline, live),
  ].filter(({ name }) => !indistinct.includes(name));
  const tests = columns.flatMap((column) => testsOf(column, thresholds));
  if (tests.length === 0) {
    const why = indistinct.length > 0 ? 'the log does not tell apart what it has of it' : NO_COLUMNS;
    return { ...uncompared(counts, why), indistinct };
  }
  const significance = thresholds.alpha / tests.length;
  const alarms = tests.filter(({ value, threshold, pValue }) => value >= threshold && pValue < significance);
  return {
    ...counts,
    columns,
    withoutBaseline: manifest.features.map(({ name }) => name).filter((name) => !(name in baseline.features)),
    indistinct,
    alarms,
    significance,
    verdict: alarms.length > 0 ? 'drift' : 'no drift',
    notCompared: undefined,
  };
}

const NO_COLUMNS = 'the log has neither inputs nor predictions of it';

/** A version of which nothing is known but how much of it there was, and why. */
export function uncompared(
  counts: Pick<VersionDrift, 'version' | 'entries' | 'rows' | 'rowsWithoutInputs'>,
  notCompared: string,
  verdict: VersionDrift['verdict'] = 'cannot be judged',
): VersionDrift {
  return {
    ...counts,
    ...{ columns: [], withoutBaseline: [], indistinct: [], alarms: [], significance: 0 },
    verdict,
    notCompared,
  };
}

function compareFeatures(
  { features }: TabularManifest,
  { rows, features: baselines }: Baseline,
  { numbers, categories }: LiveVersion,
): ColumnDrift[] {
  return features.flatMap(({ name }) => {
    const baseline = baselines[name];
    if (baseline === undefined) return [];
    const number = numbers.get(name);
    if (isNumberBaseline(baseline)) {
      return number === undefined ? [] : [compareNumbers(name, { baseline, rows }, number)];
    }
    const category = categories.get(name);
    return category === undefined ? [] : [compareCategories(name, { baseline, rows }, category)];
  });
}

function comparePredictions({ rows, classes, predictions }: Baseline, live: LiveVersion): ColumnDrift[] {
  const columns: ColumnDrift[] = [];
  const counts = predictions?.classes ?? countsOf(classes, rows);
  if (counts !== undefined) {
    const baseline = { baseline: { categories: counts }, rows: predictions?.rows ?? rows };
    columns.push({ ...compareCategories(PREDICTED_CLASS, baseline, live.classes), missing: undefined });
  }
  for (const [of, name] of OUTPUTS) {
    const baseline = predictions?.[of];
    if (predictions === undefined || baseline === undefined) continue;
    const drift = compareNumbers(name, { baseline, rows: predictions.rows }, live[of]);
    // Scores are never missing, and more certainty than ever is no mistake of the caller's.
    columns.push({ ...drift, missing: undefined, outside: undefined });
  }
  return columns;
}

const OUTPUTS = [
  ['confidence', 'confidence'],
  ['value', 'predicted value'],
] as const;

/** Shares of labels stand for what was predicted where the manifest does not say. */
function countsOf(
  shares: Readonly<Record<string, number>> | undefined,
  rows: number,
): Record<string, number> | undefined {
  if (shares === undefined) return undefined;
  return Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, Math.round(share * rows)]));
}

function testsOf(column: ColumnDrift, thresholds: Thresholds): Alarm[] {
  const { name, psi, chiSquared, ks, missing, outside } = column;
  const tests: Alarm[] = [];
  function test(kind: Alarm['test'], value: number, pValue: number): void {
    tests.push({ column: name, test: kind, value, threshold: thresholds[kind], pValue });
  }
  if (psi !== undefined && chiSquared !== undefined) test('psi', psi, chiSquared.pValue);
  if (ks !== undefined) test('ks', ks.statistic, ks.pValue);
  if (missing !== undefined) test('missing', missing.share - missing.baseline, missing.pValue);
  if (outside !== undefined) test('outside', outside.share, outside.pValue);
  return tests;
}
