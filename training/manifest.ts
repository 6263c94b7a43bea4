import { createHash } from 'node:crypto';
import type { Baseline, PredictionBaseline } from '../shared/core/baseline';
import type { Feature, TabularManifest } from '../shared/core/manifest';
import { parseManifest } from '../shared/core/manifest-text';
import type { LabelledRows } from './labelled-rows';
import { at } from './linear-algebra';
import { countNames, describeValues, roundForRecord, shareOfClasses } from './statistics';

/** What a trainer knows about the version it has made. The rest of the manifest is derived from it. */
export interface VersionFacts
  extends Pick<TabularManifest, 'name' | 'version' | 'task' | 'signature' | 'output' | 'classes'> {
  readonly description: string;
  readonly artifact: { readonly file: string; readonly bytes: Uint8Array };
  readonly features: readonly Feature[];
  readonly training: NonNullable<TabularManifest['training']>;
  /** The training rows, one column per feature: they give each feature's range, and the baseline. */
  readonly rows?: LabelledRows;
  /** What the model makes of those rows: one list of scores for each. */
  readonly probabilities?: readonly (readonly number[])[];
}

/**
 * Makes the manifest of a version, with its keys in the order in which a reader wants them.
 *
 * @throws {ServingError} `invalid-manifest` if the facts contradict each other.
 */
export function buildManifest(facts: VersionFacts): TabularManifest {
  const { name, version, task, description, artifact, signature, classes, output, training, rows } = facts;
  // What is built here has a task.
  return parseManifest(
    formatJson({
      schema_version: 1,
      name,
      version,
      task,
      description,
      artifact: { file: artifact.file, bytes: artifact.bytes.byteLength, sha256: sha256(artifact.bytes) },
      signature,
      features: rows === undefined ? facts.features : facts.features.map(withRange(rows)),
      classes,
      output,
      training,
      baseline: rows && baselineOf(facts, rows),
    }),
  ) as TabularManifest;
}

/** SHA-256 in lower-case hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The text of a JSON file that people read too: numbers in a list stand side by side. */
export function formatJson(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2);
  // A line break within a string would be escaped, so what looks like a list is one.
  return `${text.replace(/\[\s+(-?\d[^\]"[{]*?)\s+\]/g, (_, numbers: string) => `[${numbers.replace(/\s+/g, ' ')}]`)}\n`;
}

function withRange(rows: LabelledRows): (feature: Feature, column: number) => Feature {
  return ({ example, ...feature }, column) => {
    const { min, max } = describeValues(columnOf(rows, column));
    return { ...feature, range: [min, max], example };
  };
}

function baselineOf({ features, classes, probabilities }: VersionFacts, rows: LabelledRows): Baseline {
  return {
    rows: rows.rows.length,
    features: Object.fromEntries(
      features.map(({ name }, column) => [name, describeValues(columnOf(rows, column))]),
    ),
    ...(classes && { classes: shareOfClasses(rows.labels, classes) }),
    ...(classes && probabilities && { predictions: predictionsOf(probabilities, classes) }),
  };
}

function predictionsOf(
  probabilities: readonly (readonly number[])[],
  classes: readonly string[],
): PredictionBaseline {
  const confidences = probabilities.map((scores) => Math.max(...scores));
  const predicted = probabilities.map((scores, row) => scores.indexOf(at(confidences, row)));
  return {
    rows: probabilities.length,
    classes: countNames(predicted, classes),
    confidence: describeValues(confidences.map(roundForRecord)),
  };
}

function columnOf({ rows }: LabelledRows, column: number): number[] {
  return rows.map((row) => at(row, column));
}
