import { type Baseline, isNumberBaseline } from '../../shared/core/baseline';
import type { Feature, TabularManifest } from '../../shared/core/manifest';
import { rowValues } from '../../shared/core/rows';
import { groupByColumn } from '../prediction-log/column-name';
import { type Fields, fieldsOf, numberOf, type PredictionEntry } from '../prediction-log/log-entry';
import { PREDICTED_CLASS } from './predicted-class';

/** Gives entries that BigQuery has renamed the names of the manifest, and numbers that it has as text their kind. */
export interface ManifestNames {
  /** An entry as the server wrote it is left as it is. */
  restore(entry: PredictionEntry): PredictionEntry;
  /** Columns of the comparison that entries had values of under a name that may be one or another's; they lack those. */
  readonly indistinct: ReadonlySet<string>;
}

/** What is known of one feature. */
interface KnownFeature {
  readonly isNumber: boolean;
  readonly categories: Names;
}

type Names = ReadonlyMap<string, readonly string[]>;

/** Reads from a manifest which names there are. */
export function createManifestNames({ features, classes = [], baseline }: TabularManifest): ManifestNames {
  const known = new Map(features.map((feature) => [feature.name, toKnown(feature, baseline)]));
  const byColumn = groupByColumn(features.map(({ name }) => name));
  const classNames = groupByColumn(classes);
  const indistinct = new Set<string>();

  /** Members under their own names; null, which BigQuery has for what is absent, is left out. */
  function rename(fields: Fields, names: Names, noteShared: (shared: readonly string[]) => void): Fields {
    const renamed: Record<string, unknown> = {};
    for (const [column, value] of Object.entries(fields)) {
      if (value === null) continue;
      const [name = column, ...others] = names.get(column) ?? [];
      if (others.length === 0) renamed[name] = value;
      else noteShared([name, ...others]);
    }
    return renamed;
  }

  function renameFeatures(fields: Fields): Fields {
    return rename(fields, byColumn, (shared) => {
      for (const name of shared) indistinct.add(name);
    });
  }

  function renameCounts(fields: Fields, names: Names, of: string): Fields {
    const some = Object.entries(fields).filter(([, count]) => (numberOf(count) ?? 0) > 0);
    return rename(Object.fromEntries(some), names, () => indistinct.add(of));
  }

  function restorePrediction(prediction: unknown): unknown {
    const counts = fieldsOf(prediction);
    if (counts !== undefined) return renameCounts(counts, classNames, PREDICTED_CLASS);
    return classes.length === 0 ? (numberOf(prediction) ?? prediction) : prediction;
  }

  function restoreSummaries(summaries: Fields): Fields {
    const renamed = Object.entries(renameFeatures(summaries)).map(([name, summary]) => {
      const { categories, ...others } = fieldsOf(summary) ?? {};
      const counts = fieldsOf(categories);
      const names = known.get(name)?.categories;
      if (counts === undefined || names === undefined) return [name, summary];
      return [name, { ...others, categories: renameCounts(counts, names, name) }];
    });
    return Object.fromEntries(renamed);
  }

  function restoreRow(row: unknown): unknown {
    const fields = fieldsOf(row);
    const present =
      fields && Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
    const values = rowValues(present ?? row);
    if (values === undefined) return row;
    if (Array.isArray(values)) {
      return values.map((value, index) => toKind(known.get(features[index]?.name ?? ''), value));
    }
    const named = Object.entries(renameFeatures(values as Fields));
    return Object.fromEntries(named.map(([name, value]) => [name, toKind(known.get(name), value)]));
  }

  return {
    indistinct,
    restore(entry) {
      if (!entry.hasColumnNames) return entry;
      return {
        ...entry,
        prediction: restorePrediction(entry.prediction),
        inputSummary: entry.inputSummary && restoreSummaries(entry.inputSummary),
        inputs: entry.inputs?.map(restoreRow),
      };
    },
  };
}

function toKnown(feature: Feature, baseline: Baseline | undefined): KnownFeature {
  const of = baseline?.features[feature.name];
  const isNumber = of !== undefined && isNumberBaseline(of);
  const trained = of === undefined || isNumberBaseline(of) ? [] : Object.keys(of.categories);
  return { isNumber, categories: groupByColumn([...trained, ...(feature.categories ?? [])]) };
}

function toKind(known: KnownFeature | undefined, value: unknown): unknown {
  return known?.isNumber === true ? (numberOf(value) ?? value) : value;
}
