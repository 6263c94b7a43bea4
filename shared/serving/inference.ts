import { type FieldError, ServingError } from '../core/errors';
import { rangeWarnings } from '../core/range-warnings';
import type { NamedTensors } from '../core/tensor';
import { type Predictions, readPredictions } from '../protocol/native/answer';
import { type RowsRequest, rejectRows } from '../protocol/native/request';
import type { BatchedRun } from '../runtime/waiting-call';
import type { Config } from './config';
import type { Exchange } from './exchange';
import type { ImageReader } from './images/image-reader';
import type { Models } from './models/models';
import type { ServedModel, TabularModel } from './models/served-model';
import type { ScoredInputs } from './payload-entry';
import { notePredictions } from './prediction-notes';
import { addRunSteps, callOptions, noteStep } from './steps';

export interface InferenceParts {
  readonly config: Config;
  readonly models: Models;
  readonly images: ImageReader;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** Rows that were scored. */
export interface ScoredRows {
  readonly predictions: Predictions;
  /** Values outside the range seen in training. */
  readonly warnings: readonly FieldError[];
}

/**
 * Scores rows as one tensor: checks, runs, reads the outputs, and notes for the log what there is to say.
 *
 * @throws {ServingError} `validation-failed` when a row does not fit, `inference-failed`
 */
export async function scoreRows(
  { now }: InferenceParts,
  exchange: Exchange,
  tabular: TabularModel,
  request: RowsRequest,
): Promise<ScoredRows> {
  const { manifest } = tabular;
  const { rows } = request;
  exchange.rows = rows.length;
  if (exchange.admission !== undefined) await exchange.admission.spend(rows.length);
  const startedAt = now();
  const inputs = tabular.decoder.decode(rows);
  if (inputs === undefined) {
    const rejection = rejectRows(manifest, await tabular.reporter(), request);
    noteStep(exchange, { name: 'validateMs', startedAt, endedAt: now() });
    throw rejection;
  }
  const warnings = rangeWarnings(manifest, inputs, request);
  const scored: ScoredInputs = { manifest, inputs, rows };
  exchange.scored = scored;
  noteStep(exchange, { name: 'validateMs', startedAt, endedAt: now() });

  const run = await tabular.run(inputs, rows.length, callOptions(exchange));
  noteRun(exchange, { inputs, rows: rows.length }, run);
  const predictions = readPredictions(manifest, run.outputs, rows.length);
  scored.predictions = predictions;
  return { warnings, predictions };
}

/**
 * Runs a model on tensors that were checked against its signature.
 *
 * @returns every output of the model.
 * @throws {ServingError} `inference-failed`; `payload-too-large` for an empty tensor of absurd dimensions
 */
export async function runTensors(
  { config }: InferenceParts,
  exchange: Exchange,
  served: ServedModel,
  inputs: NamedTensors,
): Promise<NamedTensors> {
  checkEmpty(inputs, config.limits.rows);
  const rows = Object.values(inputs)[0]?.dims[0];
  if (rows !== undefined) exchange.rows = rows;
  if (exchange.admission !== undefined) await exchange.admission.spend(mostRows(inputs));
  const { tabular } = served;
  if (tabular !== undefined) exchange.scored = { manifest: tabular.manifest, inputs };
  const run = await served.runTensors(inputs, callOptions(exchange));
  const { outputs } = run;
  noteRun(exchange, { inputs, rows: rows ?? 1 }, run);
  noteTensorPredictions(exchange, served, outputs);
  return outputs;
}

/**
 * Notes how a run went; of several for one request, what they took together. What the model was given and gave is kept
 * until the answer is sent where a shadow is to be given a copy of it.
 */
export function noteRun(
  exchange: Exchange,
  { inputs, rows }: { readonly inputs: NamedTensors; readonly rows: number },
  run: BatchedRun,
): void {
  const { outputs, queueMs, runMs, cache } = run;
  const { timings, steps } = exchange;
  timings.queueMs = (timings.queueMs ?? 0) + queueMs;
  timings.runMs = (timings.runMs ?? 0) + runMs;
  if (steps !== undefined) addRunSteps(steps, run);
  // What comes after the first run of a request is not looked for, and so no hit.
  if (exchange.cache === undefined && cache !== undefined) exchange.cache = cache;
  else if (exchange.cache === 'hit' && cache !== 'hit') exchange.cache = 'miss';
  if (exchange.shadow !== undefined) exchange.tensors ??= { rows, inputs, outputs };
}

/** Whichever tensor has the rows, all of them are counted. */
function mostRows(inputs: NamedTensors): number {
  return Math.max(1, ...Object.values(inputs).map(({ dims }) => dims[0] ?? 1));
}

/** `[10^15, 0]` has no element and costs nothing to send, but what a model makes of it may have any number. */
function checkEmpty(inputs: NamedTensors, maxRows: number): void {
  for (const [name, { dims, data }] of Object.entries(inputs)) {
    if (data.length > 0 || dims.every((size) => size <= maxRows)) continue;
    const detail = `expected at most ${maxRows} in every dimension of an empty tensor, got [${dims.join(',')}] for "${name}"`;
    throw new ServingError('payload-too-large', detail, { members: { max_rows: maxRows } });
  }
}

/** A model of rows that is asked in tensors predicts classes all the same. */
function noteTensorPredictions(exchange: Exchange, { tabular }: ServedModel, outputs: NamedTensors): void {
  const { rows } = exchange;
  if (tabular?.manifest.classes === undefined || rows === undefined) return;
  const { probabilities } = tabular.manifest.output;
  const scores = probabilities === undefined ? undefined : outputs[probabilities];
  if (scores?.data.length !== rows * tabular.manifest.classes.length) return;
  const predictions = readPredictions(tabular.manifest, outputs, rows);
  if (exchange.scored !== undefined) exchange.scored.predictions = predictions;
  notePredictions(exchange, tabular, predictions);
}
