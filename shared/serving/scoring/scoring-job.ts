import { ServingError } from '../../core/errors';
import { describeValue, quote } from '../../core/schema-error';
import type { ObjectAddress, ObjectPrefix } from '../../registry/object-files';
import type { Config } from '../config';
import type { RowFormat } from './row-format';

/** A CloudEvent as the Functions Framework hands it over, as far as it matters here. */
export interface StorageEvent {
  readonly type: string;
  readonly id?: string;
  readonly source?: string;
  readonly subject?: string;
  /** The span that it belongs to (CloudEvents' extension for distributed tracing). */
  readonly traceparent?: string;
  readonly tracestate?: string;
  /** The object's description: StorageObjectData of the Cloud Storage events. */
  readonly data?: unknown;
}

/** One file to score, and where everything goes. */
export interface ScoringJob {
  readonly input: ObjectAddress;
  /** The one generation of the input that is read. */
  readonly generation: string;
  /** Undefined for a file of no known kind. */
  readonly format: RowFormat | undefined;
  readonly predictions: ObjectAddress;
  /** The rows that were not scored, as newline-delimited JSON; absent where all were. */
  readonly badRows: ObjectAddress;
  /** Written last: a job with a summary is done. */
  readonly summary: ObjectAddress;
  /** Why nothing was scored. */
  readonly failure: ObjectAddress;
  /** Where releases up to 0.1.0 wrote all of these. */
  readonly former: ObjectPrefix;
}

/** The event of an object that has been written whole. */
const FINALIZED = 'google.cloud.storage.object.v1.finalized';

/**
 * Says what an event asks for; undefined where it asks for nothing, as `jobOf` says.
 *
 * @throws {ServingError} `invalid-request` for an event that describes no object.
 */
export function readJob(scoring: Config['scoring'], event: StorageEvent): ScoringJob | undefined {
  return event.type === FINALIZED ? jobOf(scoring, readObject(event.data)) : undefined;
}

/** One generation of a file, wherever it is. */
export interface StoredFile extends ObjectAddress {
  readonly generation: string;
  readonly contentType?: unknown;
}

/**
 * The job of scoring a file; undefined for an object that is not to be scored: one elsewhere than under the input
 * prefix, one that this package wrote itself, or the empty object that some tools make for a folder.
 *
 * Names of outputs hold the whole name and the generation: a file that is replaced is scored again beside its
 * predecessor, and files that differ in their extension alone are told apart even if they are of one generation, as
 * files in a folder may be.
 */
export function jobOf(scoring: Config['scoring'], file: StoredFile): ScoringJob | undefined {
  const { inputPrefix, outputPrefix } = scoring;
  const { bucket, name, generation, contentType } = file;
  const outputBucket = scoring.outputBucket ?? bucket;
  const isOwn = bucket === outputBucket && name.startsWith(outputPrefix);
  if (isOwn || !name.startsWith(inputPrefix) || name.endsWith('/')) return undefined;
  const format = formatOf(name, contentType);
  const stem = `${outputPrefix}${name.slice(inputPrefix.length)}`;
  const output = (suffix: string) => ({ bucket: outputBucket, name: `${stem}.${generation}.${suffix}` });
  return {
    input: { bucket, name },
    generation,
    format,
    predictions: output(`predictions.${format ?? 'csv'}`),
    badRows: output('errors.ndjson'),
    summary: output('summary.json'),
    failure: output('error.json'),
    former: { bucket: outputBucket, prefix: `${stem.replace(EXTENSION, '')}.${generation}.` },
  };
}

/** Numbers of 64 bits are strings in these events, and numbers in some that tools make. */
function readObject(data: unknown): StoredFile {
  const { bucket, name, generation, contentType } = (data ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof bucket !== 'string' || typeof name !== 'string') {
    throw new ServingError(
      'invalid-request',
      `expected an event with "bucket" and "name", got ${describeValue(data)}`,
    );
  }
  if (!/^\d{1,19}$/.test(String(generation))) {
    throw new ServingError(
      'invalid-request',
      `expected a "generation" of digits, got ${describeValue(generation)}`,
    );
  }
  return { bucket, name, generation: String(generation), contentType };
}

const EXTENSION = /\.(csv|ndjson|jsonl)(\.gz)?$|\.gz$/i;

const MEDIA_TYPES: ReadonlyMap<string, RowFormat> = new Map([
  ['text/csv', 'csv'],
  ['application/csv', 'csv'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['application/x-jsonlines', 'ndjson'],
]);

/** By the name first: tools that upload guess the type, or leave it out. */
function formatOf(name: string, contentType: unknown): RowFormat | undefined {
  const extension = EXTENSION.exec(name)?.[1]?.toLowerCase();
  if (extension !== undefined) return extension === 'csv' ? 'csv' : 'ndjson';
  const [type = ''] = String(contentType).split(';');
  return MEDIA_TYPES.get(type.trim().toLowerCase());
}

/** The error for a file of no known kind. */
export function unknownFormat({ input }: ScoringJob): ServingError {
  return new ServingError(
    'unsupported-media-type',
    `expected a file that ends with .csv, .ndjson or .jsonl (or .gz after that), got ${quote(input.name)}`,
  );
}
