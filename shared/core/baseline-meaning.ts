import { type FeatureBaseline, isNumberBaseline } from './baseline';
import type { FieldError } from './errors';
import type { TabularManifest } from './manifest';

/** Checks that the baseline of a manifest fits its features and classes, and itself. */
export function checkBaseline({ baseline, features, classes = [] }: TabularManifest): FieldError[] {
  if (baseline === undefined) return [];
  const names = new Set(features.map(({ name }) => name));
  const { confidence, value, classes: predicted = {} } = baseline.predictions ?? {};
  return [
    ...Object.keys(baseline.features)
      .filter((name) => !names.has(name))
      .map((name) => ({
        pointer: `/baseline/features/${name}`,
        detail: `there is no feature "${name}"`,
      })),
    ...Object.keys(predicted)
      .filter((name) => !classes.includes(name))
      .map((name) => ({
        pointer: `/baseline/predictions/classes/${name}`,
        detail: `there is no class "${name}"`,
      })),
    ...Object.entries(baseline.features).flatMap(([name, feature]) =>
      checkColumn(`/baseline/features/${name}`, feature),
    ),
    ...(confidence ? checkColumn('/baseline/predictions/confidence', confidence) : []),
    ...(value ? checkColumn('/baseline/predictions/value', value) : []),
  ];
}

const MOMENTS = ['mean', 'std', 'min', 'max'] as const;

function checkColumn(pointer: string, column: FeatureBaseline): FieldError[] {
  if (!isNumberBaseline(column)) return [];
  const missing = MOMENTS.filter((moment) => column[moment] === undefined);
  if (missing.length > 0) {
    return [{ pointer, detail: `expected "categories", or ${missing.join(', ')}, which is missing` }];
  }
  const { edges = [], counts = [0] } = column.bins ?? {};
  const defects: FieldError[] = [];
  if (edges.some((edge, index) => edge <= (edges[index - 1] ?? Number.NEGATIVE_INFINITY))) {
    defects.push({ pointer: `${pointer}/bins/edges`, detail: 'expected each edge above the one before' });
  }
  if (counts.length !== edges.length + 1) {
    const detail = `expected ${edges.length + 1}, one more than there are edges, got ${counts.length}`;
    defects.push({ pointer: `${pointer}/bins/counts`, detail });
  }
  return defects;
}
