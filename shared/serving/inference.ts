import { type FieldError, ServingError } from '../core/errors';
import { header } from '../core/http';
import { rangeWarnings } from '../core/range-warnings';
import type { NamedTensors } from '../core/tensor';
import { type Predictions, readPredictions } from '../protocol/native/answer';
import { type RowsRequest, rejectRows } from '../protocol/native/request';
import type { BatchedRun } from '../runtime/waiting-call';
import type { Config } from './config';
import type { Exchange, LoadedModel } from './exchange';
import type { ImageReader } from './images/image-reader';
import type { ModelRef } from './models/model-choice';
import type { Found, Models } from './models/models';
import type { ServedModel, TabularModel } from './models/served-model';
import type { ScoredInputs } from './payload-entry';
import { addRunSteps, callOptions, noteStep } from './steps';

export interface InferenceParts {
  readonly config: Config;
  readonly models: Models;
  readonly images: ImageReader;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/**
 * The model that a request asks for, loaded first if need be. What the reference leaves open, the query may say:
 * `?version=`, with a version or an alias.
 *
 * @throws {ServingError} `model-unavailable`, `model-not-found`, `forbidden`
 */
export async function loadFor(
  { models, now }: InferenceParts,
  exchange: Exchange,
  ref: ModelRef = {},
): Promise<ServedModel> {
  // Before it is looked for: who may not use a model is not to learn whether there is one, and not to load it.
  const { admission } = exchange;
  if (admission !== undefined)
    admission.checkModel(ref.name ?? (await models.usualName()), ref.name !== undefined);
  const asked = askedFor(exchange, ref);
  const found = models.recall(asked) ?? (await waitForModel(models, exchange, { now, asked }));
  if (admission !== undefined) holdUntilSent(exchange, found.served);
  exchange.model = found.name;
  exchange.version = found.version;
  exchange.versionReason = found.reason;
  // A form may ask for another version than the one that was chosen before it was read.
  if (found.shadow !== undefined) exchange.shadow = found.shadow;
  else if (exchange.shadow !== undefined) delete exchange.shadow;
  return found.served;
}

/** What a request costs may have to be asked elsewhere: meanwhile its model must not be freed. */
function holdUntilSent(exchange: Exchange, served: ServedModel): void {
  const { letGo } = exchange;
  const end = served.hold();
  exchange.letGo = () => {
    letGo?.();
    end();
  };
}

/** Whoever sends the same routing key is answered by the same version; who sends none is as good as anybody. */
function askedFor({ request, requestId, admission }: Exchange, ref: ModelRef): ModelRef {
  const routingKey = header(request, 'x-routing-key') ?? requestId;
  const version = ref.version ?? queriedVersion(request.query);
  const asked = version === undefined ? { ...ref, routingKey } : { ...ref, version, routingKey };
  return admission === undefined ? asked : { ...asked, mayLearnOf: admission.mayUse };
}

/** The version, or alias, that a query asks for. */
export function queriedVersion(query: string): string | undefined {
  return query === '' ? undefined : (new URLSearchParams(query).get('version') ?? undefined);
}

async function waitForModel(
  models: Models,
  exchange: Exchange,
  { now, asked }: { now: () => number; asked: ModelRef },
): Promise<Found> {
  const startedAt = now();
  const isFirst = models.peek() === undefined;
  let loaded: LoadedModel | undefined;
  try {
    const found = await models.find(asked);
    exchange.coldStart ||= isFirst;
    loaded = found.served;
    return found;
  } finally {
    noteStep(exchange, { name: 'loadMs', startedAt, endedAt: now(), ...(loaded && { loaded }) });
  }
}

/**
 * The rows-and-features side of a model.
 *
 * @throws {ServingError} `validation-failed` for another model, saying what that takes.
 */
export function tabularOf({ manifest: { name }, tabular, image }: ServedModel): TabularModel {
  if (tabular !== undefined) return tabular;
  if (image !== undefined) throw takesImages(name);
  const detail = `model "${name}" takes tensors and not features: send them to /v2/models/${name}/infer, or as {"inputs": {...}}`;
  throw new ServingError('validation-failed', detail);
}

/** The error for a body without an image, for a model that takes nothing else. */
export function takesImages(name: string): ServingError {
  const ways = 'a form with a field "file", the bytes of one as image/*, or {"image": {"b64": "..."}}';
  return new ServingError('validation-failed', `model "${name}" takes images: send ${ways}`);
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

/** Notes for the log and the metrics what the one row of a request was predicted to be. */
export function notePrediction(
  exchange: Exchange,
  { manifest: { classes } }: TabularModel,
  { values }: Predictions,
): void {
  const value = values[0] as number;
  const name = classes?.[value];
  exchange.prediction = name ?? value;
  if (name !== undefined) exchange.classes = { [name]: 1 };
}

/** Notes how often each class was predicted; a regression has no counts worth a log entry. */
export function notePredictions(
  exchange: Exchange,
  { manifest: { classes } }: TabularModel,
  { values }: Predictions,
): void {
  if (classes === undefined) return;
  const counts = new Array<number>(classes.length).fill(0);
  for (let row = 0; row < values.length; row++) {
    const index = values[row] as number;
    counts[index] = (counts[index] ?? 0) + 1;
  }
  exchange.classes = Object.fromEntries(classes.map((name, index) => [name, counts[index] ?? 0]));
  exchange.prediction = exchange.classes;
}
