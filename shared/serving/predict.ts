import { ServingError } from '../core/errors';
import { type HttpRequest, type HttpResponse, header } from '../core/http';
import { parseJson } from '../core/json';
import type { Manifest } from '../core/manifest';
import { rangeWarnings, summarise } from '../core/summary';
import type { NamedTensors } from '../core/tensor';
import {
  type Predictions,
  readPredictions,
  writePredict,
  writePredictBatch,
} from '../protocol/native-answer';
import { type RowsRequest, readPredict, readPredictBatch, rejectRows } from '../protocol/native-request';
import { answerText } from './answer';
import type { Config } from './config';
import type { Exchange } from './exchange';
import type { Models, ServedModel } from './models';

export interface PredictParts {
  readonly config: Config;
  readonly models: Models;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** Answers `predict`: one row in, one prediction out. */
export async function predict(parts: PredictParts, exchange: Exchange): Promise<HttpResponse> {
  const body = await readJson(exchange.request);
  const { served, predictions, warnings } = await score(parts, exchange, (manifest) =>
    readPredict(manifest, body),
  );
  exchange.prediction = labelOf(served, predictions.values[0]);
  return answerText(writePredict(predictions, served.frame, exchange.requestId, warnings));
}

/** Answers `predictBatch`: many rows in, run as one tensor, as many predictions out in the same order. */
export async function predictBatch(parts: PredictParts, exchange: Exchange): Promise<HttpResponse> {
  const body = await readJson(exchange.request);
  const maxRows = parts.config.limits.rows;
  const { served, predictions, warnings } = await score(parts, exchange, (manifest) =>
    readPredictBatch(manifest, body, maxRows),
  );
  exchange.prediction = countLabels(served, predictions.values);
  return answerText(writePredictBatch(predictions, served.frame, exchange.requestId, warnings));
}

interface Scored {
  readonly served: ServedModel;
  readonly predictions: Predictions;
  readonly warnings: ReturnType<typeof rangeWarnings>;
}

/** The way of every prediction: model, tensors, run, outputs. */
async function score(
  parts: PredictParts,
  exchange: Exchange,
  readRows: (manifest: Manifest) => RowsRequest,
): Promise<Scored> {
  const { config, now } = parts;
  const served = await loaded(parts, exchange);
  const { manifest } = served;

  const validateAt = now();
  const noteValidated = () => {
    exchange.timings.validateMs = now() - validateAt;
  };
  const request = readRows(manifest);
  const { rows } = request;
  exchange.rows = rows.length;
  const inputs = served.decoder.decode(rows);
  if (inputs === undefined) {
    const rejection = rejectRows(manifest, await served.reporter(), request);
    noteValidated();
    throw rejection;
  }
  const warnings = rangeWarnings(manifest, inputs, request);
  noteInputs(config, exchange, served, inputs, rows);
  noteValidated();

  const { outputs, queueMs, runMs } = await served.run(inputs, rows.length);
  exchange.timings.queueMs = queueMs;
  exchange.timings.runMs = runMs;
  return { served, warnings, predictions: readPredictions(manifest, outputs, rows.length) };
}

async function loaded({ models, now }: PredictParts, exchange: Exchange): Promise<ServedModel> {
  const served = models.peek() ?? (await waitForModel(models, now, exchange));
  exchange.model = served.manifest.name;
  exchange.version = served.manifest.version;
  return served;
}

async function waitForModel(models: Models, now: () => number, exchange: Exchange): Promise<ServedModel> {
  const startedAt = now();
  try {
    const served = await models.get();
    exchange.coldStart = true;
    return served;
  } finally {
    exchange.timings.loadMs = now() - startedAt;
  }
}

/** Media types that clients send JSON with; `curl -d` says it is a form, and some clients say nothing. */
const JSON_TYPES =
  /^(application\/(json|[\w.-]+\+json|x-www-form-urlencoded|octet-stream)|text\/(plain|json))$/;

async function readJson(request: HttpRequest): Promise<unknown> {
  const contentType = header(request, 'content-type');
  if (contentType !== undefined && contentType !== 'application/json') checkJsonType(contentType);
  return parseJson(await request.body());
}

function checkJsonType(contentType: string): void {
  const [type = '', ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (!JSON_TYPES.test(type)) {
    throw new ServingError('unsupported-media-type', `expected application/json, got ${type}`);
  }
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (charset === undefined || /^"?(utf-?8|us-ascii)"?$/.test(charset)) return;
  throw new ServingError('unsupported-media-type', `expected JSON in UTF-8, got charset ${charset}`);
}

/** Most rows that the log shows in full: an entry may have 256 KB. */
const MAX_LOGGED_ROWS = 100;

function noteInputs(
  config: Config,
  exchange: Exchange,
  { manifest }: ServedModel,
  inputs: NamedTensors,
  rows: readonly unknown[],
): void {
  const { predictions } = config.log;
  if (predictions === 'none') return;
  exchange.inputSummary = summarise(manifest, inputs);
  if (predictions === 'full') exchange.inputs = rows.slice(0, MAX_LOGGED_ROWS);
}

function labelOf({ manifest }: ServedModel, value: number | undefined): unknown {
  return value === undefined ? undefined : (manifest.classes?.[value] ?? value);
}

/** How often each class was predicted; a regression has no counts worth a log entry. */
function countLabels(
  { manifest }: ServedModel,
  values: ArrayLike<number>,
): Record<string, number> | undefined {
  if (manifest.classes === undefined) return undefined;
  const counts = new Array<number>(manifest.classes.length).fill(0);
  for (let row = 0; row < values.length; row++) {
    const index = values[row] as number;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return Object.fromEntries(manifest.classes.map((name, index) => [name, counts[index] ?? 0]));
}
