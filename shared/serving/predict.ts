import { ServingError } from '../core/errors';
import type { HttpResponse } from '../core/http';
import { invalidAt } from '../core/invalid';
import { parseJson } from '../core/json';
import { describeValue } from '../core/schema-error';
import { writePredict, writePredictBatch } from '../protocol/native/answer';
import { readPredict, readPredictBatch } from '../protocol/native/request';
import { answerText } from './answer';
import type { Exchange } from './exchange';
import { type InferenceParts, scoreRows } from './inference';
import { checkJsonType, mediaType } from './json-body';
import { type Foreign, jsonOf, readBody, takeVersion } from './predict-body';
import { notePrediction, notePredictions } from './prediction-notes';
import { answerBigQuery } from './protocols/bigquery';
import { answerOip } from './protocols/oip';
import { answerTfs } from './protocols/tfs';
import { answerVertex } from './protocols/vertex';
import { loadFor, tabularOf } from './request-model';
import { type LinesFormat, predictLines } from './scoring/predict-lines';

/**
 * Answers `predict`: one row in, one prediction out. A body in the words of another protocol is answered in the
 * same words, so that a client of any of them can be given this one address.
 */
export async function predict(parts: InferenceParts, exchange: Exchange): Promise<HttpResponse> {
  const body = await readBody(exchange, 'predict');
  if ('protocol' in body) return answerForeign(parts, exchange, body);
  const served = await loadFor(parts, exchange, takeVersion(body));
  if (served.image !== undefined) {
    const { predictImage } = await import('./images/predict-image');
    return predictImage(parts, exchange, { served, model: served.image }, body);
  }
  const value = jsonOf(body);
  const tabular = tabularOf(served);
  const request = readPredict(tabular.manifest, value);
  const { predictions, warnings } = await scoreRows(parts, exchange, tabular, request);
  notePrediction(exchange, tabular, predictions);
  return answerText(writePredict(predictions, served.frame, exchange.requestId, warnings));
}

/**
 * Answers `predictBatch`: many rows in, run as one tensor, as many predictions out in the same order. CSV and NDJSON
 * are answered line by line; other protocols in their own words.
 */
export async function predictBatch(parts: InferenceParts, exchange: Exchange): Promise<HttpResponse> {
  const lines = LINES.get(mediaType(exchange.request));
  if (lines !== undefined) return predictLines(parts, exchange, lines);
  const body = await readBody(exchange, 'predictBatch');
  if ('protocol' in body) return answerForeign(parts, exchange, body);
  const served = await loadFor(parts, exchange, takeVersion(body));
  if (served.image !== undefined) {
    const { predictImages } = await import('./images/predict-image');
    return predictImages(parts, exchange, { served, model: served.image }, body);
  }
  const value = jsonOf(body);
  const tabular = tabularOf(served);
  const request = readPredictBatch(tabular.manifest, value, parts.config.limits.rows);
  const { predictions, warnings } = await scoreRows(parts, exchange, tabular, request);
  notePredictions(exchange, tabular, predictions);
  return answerText(writePredictBatch(predictions, served.frame, exchange.requestId, warnings));
}

/** Answers at the route that Vertex AI calls, which may be given the body of any protocol (`rawPredict`). */
export async function predictVertex(parts: InferenceParts, exchange: Exchange): Promise<HttpResponse> {
  exchange.protocol = 'vertex';
  const body = await readBody(exchange, 'predict');
  if ('protocol' in body) return answerForeign(parts, exchange, body);
  return answerVertex(parts, exchange, jsonOf(body));
}

/** Answers `predict` for an image that is behind a URL. */
export async function predictUrl(parts: InferenceParts, exchange: Exchange): Promise<HttpResponse> {
  checkJsonType(exchange.request);
  const value = parseJson(await exchange.request.body());
  const served = await loadFor(parts, exchange, takeVersion({ value }));
  if (served.image === undefined) {
    throw new ServingError('validation-failed', `model "${served.manifest.name}" takes no images`);
  }
  if (typeof value !== 'object' || value === null || !('url' in value)) {
    throw invalidAt('/url', `expected the URL of an image, got ${describeValue(value)} without it`);
  }
  const { predictImage } = await import('./images/predict-image');
  return predictImage(parts, exchange, { served, model: served.image }, { value });
}

/** Media types that are answered line by line, in kind. */
const LINES: ReadonlyMap<string, LinesFormat> = new Map([
  ['text/csv', 'csv'],
  ['application/csv', 'csv'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
]);

function answerForeign(
  parts: InferenceParts,
  exchange: Exchange,
  { protocol, bytes, value }: Foreign,
): Promise<HttpResponse> {
  exchange.protocol = protocol;
  switch (protocol) {
    case 'oip':
      return answerOip(parts, exchange, bytes);
    case 'tfs':
      return answerTfs(parts, exchange, bytes);
    case 'vertex':
      return answerVertex(parts, exchange, value);
    case 'bigquery':
      return answerBigQuery(parts, exchange, value);
  }
}
