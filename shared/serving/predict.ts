import { hasCode } from '../core/errors';
import { type HttpResponse, header } from '../core/http';
import { parseJson } from '../core/json';
import { parseTensorJson } from '../core/tensor-body';
import { writePredict, writePredictBatch } from '../protocol/native/answer';
import { readPredict, readPredictBatch } from '../protocol/native/request';
import { type ForeignProtocol, recognise } from '../protocol/recognise';
import { answerText } from './answer';
import type { Exchange } from './exchange';
import {
  type InferenceParts,
  loadFor,
  notePrediction,
  notePredictions,
  scoreRows,
  tabularOf,
} from './inference';
import { checkJsonType, mediaType } from './json-body';
import { answerBigQuery } from './protocols/bigquery';
import { answerOip } from './protocols/oip';
import { answerTfs } from './protocols/tfs';
import { answerVertex } from './protocols/vertex';
import { type LinesFormat, predictLines } from './scoring/predict-lines';

/**
 * Answers `predict`: one row in, one prediction out. A body in the words of another protocol is answered in the
 * same words, so that a client of any of them can be given this one address.
 */
export async function predict(parts: InferenceParts, exchange: Exchange): Promise<HttpResponse> {
  const body = await readBody(exchange, 'predict');
  if ('protocol' in body) return answerForeign(parts, exchange, body);
  const served = await loadFor(parts, exchange);
  const tabular = tabularOf(served);
  const request = readPredict(tabular.manifest, body.value);
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
  const served = await loadFor(parts, exchange);
  const tabular = tabularOf(served);
  const request = readPredictBatch(tabular.manifest, body.value, parts.config.limits.rows);
  const { predictions, warnings } = await scoreRows(parts, exchange, tabular, request);
  notePredictions(exchange, tabular, predictions);
  return answerText(writePredictBatch(predictions, served.frame, exchange.requestId, warnings));
}

/** Answers at the route that Vertex AI calls, which may be given the body of any protocol (`rawPredict`). */
export async function predictVertex(parts: InferenceParts, exchange: Exchange): Promise<HttpResponse> {
  exchange.protocol = 'vertex';
  const body = await readBody(exchange, 'predict');
  const foreign: Foreign = 'protocol' in body ? body : { protocol: 'vertex', ...body };
  return answerForeign(parts, exchange, foreign);
}

/** Media types that are answered line by line, in kind. */
const LINES: ReadonlyMap<string, LinesFormat> = new Map([
  ['text/csv', 'csv'],
  ['application/csv', 'csv'],
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
]);

/** A body in this package's own words. */
interface Native {
  readonly bytes: Buffer;
  readonly value: unknown;
}

/** A body in the words of another protocol. */
interface Foreign {
  readonly protocol: ForeignProtocol;
  readonly bytes: Buffer;
  /** What was parsed to tell the protocol; absent for a body that is not JSON alone. */
  readonly value?: unknown;
}

/** Reads a body and tells whose words it is in. */
async function readBody(
  { request }: Exchange,
  target: 'predict' | 'predictBatch',
): Promise<Native | Foreign> {
  if (header(request, 'inference-header-content-length') !== undefined) {
    return { protocol: 'oip', bytes: await request.body() };
  }
  checkJsonType(request);
  const bytes = await request.body();
  try {
    const value = parseJson(bytes);
    const protocol = recognise(value, target);
    return protocol === undefined ? { bytes, value } : { protocol, bytes, value };
  } catch (error) {
    return readLenient(bytes, target, error);
  }
}

/** The other protocols have numbers that JSON has not, such as a bare NaN. */
function readLenient(bytes: Buffer, target: 'predict' | 'predictBatch', error: unknown): Foreign {
  if (!hasCode(error, 'invalid-json')) throw error;
  let value: unknown;
  try {
    value = parseTensorJson(bytes);
  } catch {
    throw error;
  }
  const protocol = recognise(value, target);
  if (protocol === undefined) throw error;
  return { protocol, bytes, value };
}

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
