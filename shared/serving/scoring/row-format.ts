import type { TabularManifest } from '../../core/manifest';
import { openCsvRows } from '../../protocol/lines/csv-rows';
import type { RowSource } from '../../protocol/lines/input-rows';
import { openNdjsonRows } from '../../protocol/lines/ndjson-rows';
import {
  answerColumns,
  createCsvAnswers,
  createNdjsonAnswers,
  type RowAnswers,
  type RowAnswersOptions,
} from '../../protocol/lines/row-answers';

/** Formats that rows are read in one by one; answers are in the same. */
export type RowFormat = 'csv' | 'ndjson';

/** Rows as they are read, and how they are answered. */
export interface RowExchange {
  readonly rows: RowSource;
  readonly answers: RowAnswers;
}

/**
 * Opens rows in a format for a model.
 *
 * @throws {ServingError} `validation-failed` for a header that does not fit the model.
 */
export async function openRows(
  format: RowFormat,
  bytes: AsyncIterable<Uint8Array>,
  { manifest, ...options }: RowAnswersOptions & { readonly manifest: TabularManifest },
): Promise<RowExchange> {
  if (format === 'ndjson') return { rows: openNdjsonRows(bytes), answers: createNdjsonAnswers(options) };
  const rows = await openCsvRows(bytes, manifest, answerColumns(manifest, options));
  return { rows, answers: createCsvAnswers(manifest, rows.keptColumns, options) };
}
