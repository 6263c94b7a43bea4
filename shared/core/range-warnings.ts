import type { FieldError } from './errors';
import { locateNumbers, rowsOutside } from './feature-column';
import { shortestFloat32 } from './float32';
import type { Feature, TabularManifest } from './manifest';
import { valuePointer } from './rows';
import type { NamedTensors } from './tensor';

/** Most warnings that one answer lists. */
const MAX_WARNINGS = 100;

/** Rows as they were sent, and where each lies in the body. */
interface SentRows {
  readonly rows: readonly unknown[];
  readonly pointerOf: (row: number) => string;
}

/** Says which values lie outside the range that the model was trained on. */
export function rangeWarnings(manifest: TabularManifest, inputs: NamedTensors, sent: SentRows): FieldError[] {
  const warnings: FieldError[] = [];
  manifest.features.forEach((feature, index) => {
    const values = feature.range && locateNumbers(manifest, inputs, index);
    if (feature.range === undefined || values === undefined) return;
    for (const row of rowsOutside(feature.range, values, MAX_WARNINGS - warnings.length)) {
      const value = values.data[values.offset + row * values.stride] as number;
      const pointer = valuePointer(sent.rows[row], sent.pointerOf(row), feature, index);
      warnings.push({ pointer, detail: describeOutside(feature, feature.range, value) });
    }
  });
  return warnings;
}

function describeOutside(
  { name, unit }: Feature,
  [min, max]: readonly [number, number],
  value: number,
): string {
  return `"${name}" is ${shortestFloat32(value)}, outside ${min} to ${max}${unit === undefined ? '' : ` ${unit}`} seen in training`;
}
