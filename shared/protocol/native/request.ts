import { ServingError } from '../../core/errors';
import { exampleFeatures, type TabularManifest } from '../../core/manifest';
import type { RowReporter } from '../../core/row-report';
import { MAX_REPORTED } from '../../core/rows';
import { describeValue, escapePointer, quote } from '../../core/schema-error';

/** The rows of a request, and where each lies in its body. */
export interface RowsRequest {
  readonly rows: readonly unknown[];
  readonly pointerOf: (row: number) => string;
}

/**
 * Takes the one row of a `predict` body, which is the body itself.
 *
 * @throws {ServingError} `validation-failed`
 */
export function readPredict(manifest: TabularManifest, body: unknown): RowsRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw wrongShape(manifest, 'row', '', `expected an object, got ${describeValue(body)}`);
  }
  if ('instances' in body || ('features' in body && isTable(body.features))) {
    const pointer = 'instances' in body ? '/instances' : '/features';
    throw wrongShape(
      manifest,
      'row',
      pointer,
      'expected one row; many go to predictBatch as {"instances": [...]}',
    );
  }
  return { rows: [body], pointerOf: () => '' };
}

function isTable(value: unknown): boolean {
  return Array.isArray(value) && Array.isArray(value[0]);
}

/**
 * Takes the rows of a `predictBatch` body.
 *
 * @param maxRows the most rows that one request may hold.
 * @throws {ServingError} `validation-failed`, `payload-too-large`
 */
export function readPredictBatch(manifest: TabularManifest, body: unknown, maxRows: number): RowsRequest {
  const refuse = (pointer: string, detail: string) => wrongShape(manifest, 'rows', pointer, detail);
  if (typeof body !== 'object' || body === null || !('instances' in body)) {
    const got =
      typeof body === 'object' && body !== null ? `${describeValue(body)} without it` : describeValue(body);
    throw refuse('', `expected an object with "instances", got ${got}`);
  }
  const { instances } = body;
  if (!Array.isArray(instances))
    throw refuse('/instances', `expected an array, got ${describeValue(instances)}`);
  if (instances.length === 0) throw refuse('/instances', 'expected at least one instance, got none');
  if (instances.length > maxRows) throw tooManyRows(instances.length, maxRows);
  const extra = Object.keys(body).find((key) => key !== 'instances');
  if (extra !== undefined)
    throw refuse(`/${escapePointer(extra)}`, `${quote(extra)} is not known here, beside "instances"`);
  return { rows: instances, pointerOf: (row) => `/instances/${row}` };
}

function tooManyRows(rows: number, maxRows: number): ServingError {
  const detail = `expected at most ${maxRows} instances, got ${rows}`;
  return new ServingError('payload-too-large', detail, {
    errors: [{ pointer: '/instances', detail }],
    members: { max_rows: maxRows },
  });
}

function wrongShape(
  manifest: TabularManifest,
  wanted: 'row' | 'rows',
  pointer: string,
  detail: string,
): ServingError {
  const row = { features: exampleFeatures(manifest) };
  const example = wanted === 'row' ? row : { instances: [row] };
  return new ServingError('validation-failed', detail, {
    errors: [{ pointer, detail }],
    members: { expected: expectedFeatures(manifest), example },
  });
}

function expectedFeatures({ features }: TabularManifest) {
  return features.map(({ name, unit, range, categories }) => ({ name, unit, range, categories }));
}

/** The error for rows that the decoder refused: every defect, what was expected, and a body that would do. */
export function rejectRows(
  manifest: TabularManifest,
  reporter: RowReporter,
  { rows, pointerOf }: RowsRequest,
): ServingError {
  const errors = reporter.report(rows, pointerOf);
  const first = errors[0]?.detail;
  const count = errors.length < MAX_REPORTED ? errors.length : `at least ${MAX_REPORTED}`;
  const detail = errors.length === 1 ? `${first}` : `${count} things do not fit; the first: ${first}`;
  const example = reporter.correct(rows);
  const isBatch = pointerOf(0) !== '';
  return new ServingError('validation-failed', detail, {
    errors,
    members: {
      expected: expectedFeatures(manifest),
      example: isBatch ? { instances: [example] } : example,
    },
  });
}
