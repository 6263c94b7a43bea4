import { createHash } from 'node:crypto';
import type { Feature, TabularManifest } from '../shared/core/manifest';
import { parseManifest } from '../shared/core/manifest-text';
import type { LabelledRows } from './labelled-rows';
import { at } from './linear-algebra';
import { describeValues, shareOfClasses } from './statistics';

/** What a trainer knows about the version it has made. The rest of the manifest is derived from it. */
export interface VersionFacts
  extends Pick<TabularManifest, 'name' | 'version' | 'task' | 'signature' | 'output' | 'classes'> {
  readonly description: string;
  readonly artifact: { readonly file: string; readonly bytes: Uint8Array };
  readonly features: readonly Feature[];
  readonly training: NonNullable<TabularManifest['training']>;
  /** The training rows, one column per feature: they give each feature's range, and the baseline. */
  readonly rows?: LabelledRows;
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

/** The text of a JSON file that people read too. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function withRange(rows: LabelledRows): (feature: Feature, column: number) => Feature {
  return ({ example, ...feature }, column) => {
    const { min, max } = describeValues(columnOf(rows, column));
    return { ...feature, range: [min, max], example };
  };
}

function baselineOf({ features, classes }: VersionFacts, rows: LabelledRows): TabularManifest['baseline'] {
  return {
    rows: rows.rows.length,
    features: Object.fromEntries(
      features.map(({ name }, column) => [name, describeValues(columnOf(rows, column))]),
    ),
    ...(classes && { classes: shareOfClasses(rows.labels, classes) }),
  };
}

function columnOf({ rows }: LabelledRows, column: number): number[] {
  return rows.map((row) => at(row, column));
}
