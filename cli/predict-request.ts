import { extname } from 'node:path';
import { UsageError } from './exit-code';

/** A request for predictions, wherever it is sent. */
export interface PredictRequest {
  readonly model?: string;
  /** A version, or an alias. */
  readonly version?: string;
  readonly path: '/predict' | '/predict/batch';
  readonly contentType: string;
  readonly body: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.avif': 'image/avif',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
};

/**
 * Makes the request for a body that was given as JSON or as a file: lines and instances go to `predictBatch`, one row or
 * one image to `predict`.
 *
 * @param name the name of the file; its ending says what it is.
 * @throws {UsageError}
 */
export function readPrediction(body: Buffer, name: string): Omit<PredictRequest, 'model' | 'version'> {
  const ending = extname(`x${name}`).toLowerCase();
  const contentType = TYPES[ending];
  if (contentType !== undefined) {
    return { path: contentType.startsWith('image/') ? '/predict' : '/predict/batch', contentType, body };
  }
  if (ending !== '.json') {
    throw new UsageError(`expected a file of ${Object.keys(TYPES).join(', ')} or .json, got "${name}"`);
  }
  return { contentType: 'application/json', ...readJson(body) };
}

function readJson(body: Buffer): Pick<PredictRequest, 'path' | 'body'> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch (cause) {
    throw new UsageError(`expected JSON: ${cause instanceof Error ? cause.message : cause}`);
  }
  // A bare row, as people type it.
  if (Array.isArray(value)) {
    const isMany = Array.isArray(value[0]);
    const wrapped = isMany ? { instances: value } : { features: value };
    return { path: isMany ? '/predict/batch' : '/predict', body: Buffer.from(JSON.stringify(wrapped)) };
  }
  const isBatch = typeof value === 'object' && value !== null && 'instances' in value;
  return { path: isBatch ? '/predict/batch' : '/predict', body };
}
