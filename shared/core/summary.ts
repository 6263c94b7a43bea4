import { binsOf, isNumberBaseline, type NumberBaseline } from './baseline';
import {
  type CategorySummary,
  type ColumnTally,
  createNumberTally,
  createTextTally,
  type Expected,
  type NumberSummary,
  summariseColumn,
} from './column-summary';
import { locateNumbers, locateTexts, type NumberColumn } from './feature-column';
import type { Feature, TabularManifest } from './manifest';
import type { NamedTensors } from './tensor';

export type FeatureSummary = NumberSummary | CategorySummary;

/**
 * Summarises every feature: numbers, where what is not finite is left out of the count; truth values; and texts, where
 * the manifest names the values that there are.
 */
export function summarise(manifest: TabularManifest, inputs: NamedTensors): Record<string, FeatureSummary> {
  const summaries: Record<string, FeatureSummary> = {};
  manifest.features.forEach((feature, index) => {
    const numbers = locateNumbers(manifest, inputs, index);
    const summary =
      numbers === undefined
        ? summariseTexts(manifest, inputs, index)
        : summariseColumn(numbers, expectedOf(manifest, feature));
    if (summary !== undefined) summaries[feature.name] = summary;
  });
  return summaries;
}

/** Summarises rows that come in pieces, in memory that does not grow with them. */
export interface SummaryTally {
  add(inputs: NamedTensors): void;
  /** As `summarise` has it of all of them together. */
  total(): Record<string, FeatureSummary>;
}

/** Begins with no row. */
export function createSummaryTally(manifest: TabularManifest): SummaryTally {
  const numbers = new Map<number, ColumnTally<NumberColumn, NumberSummary>>();
  const texts = new Map<number, ColumnTally<readonly string[], CategorySummary>>();

  function addFeature(feature: Feature, index: number, inputs: NamedTensors): void {
    const column = locateNumbers(manifest, inputs, index);
    if (column !== undefined) {
      const tally = numbers.get(index) ?? createNumberTally(expectedOf(manifest, feature));
      numbers.set(index, tally);
      tally.add(column);
      return;
    }
    const located = locateTexts(manifest, inputs, index);
    const known = located && knownTexts(manifest, feature, located.type);
    if (located === undefined || known === undefined) return;
    const tally = texts.get(index) ?? createTextTally(known);
    texts.set(index, tally);
    tally.add(located.values);
  }

  return {
    add(inputs) {
      for (const [index, feature] of manifest.features.entries()) addFeature(feature, index, inputs);
    },
    total() {
      const summaries: Record<string, FeatureSummary> = {};
      manifest.features.forEach(({ name }, index) => {
        const summary = numbers.get(index)?.total() ?? texts.get(index)?.total();
        if (summary !== undefined) summaries[name] = summary;
      });
      return summaries;
    },
  };
}

/**
 * Summarises numbers that come in pieces and lie side by side.
 *
 * @param rows how many rows the baseline was made of.
 */
export function createNumbersTally(
  baseline: NumberBaseline | undefined,
  rows: number,
): ColumnTally<ArrayLike<number>, NumberSummary> {
  const tally = createNumberTally({ edges: edgesOf(baseline, rows) });
  return { add: (data) => tally.add(sideBySide(data)), total: tally.total };
}

function summariseTexts(
  manifest: TabularManifest,
  inputs: NamedTensors,
  index: number,
): CategorySummary | undefined {
  const located = locateTexts(manifest, inputs, index);
  const known = located && knownTexts(manifest, manifest.features[index] as Feature, located.type);
  if (located === undefined || known === undefined) return undefined;
  const tally = createTextTally(known);
  tally.add(located.values);
  return tally.total();
}

function expectedOf({ baseline }: TabularManifest, { name, range }: Feature): Expected {
  const of = baseline?.features[name];
  return { edges: of && isNumberBaseline(of) ? edgesOf(of, baseline?.rows ?? 0) : undefined, range };
}

function edgesOf(baseline: NumberBaseline | undefined, rows: number): readonly number[] | undefined {
  return baseline && binsOf(baseline, rows)?.edges;
}

/** The values that are counted one by one, where it is known which there are. */
function knownTexts(
  { baseline }: TabularManifest,
  { name, categories }: Feature,
  type: 'string' | 'bool',
): readonly string[] | undefined {
  if (type === 'bool') return ['true', 'false'];
  const of = baseline?.features[name];
  return categories ?? (of && !isNumberBaseline(of) ? Object.keys(of.categories) : undefined);
}

function sideBySide(data: ArrayLike<number>): NumberColumn {
  return { data, offset: 0, stride: 1 };
}
