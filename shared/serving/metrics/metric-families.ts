import type { ShadowNote } from '../shadow/shadows';
import type { CacheNote, LoadObservation, Observation } from './observation';
import {
  type Counter,
  createCounterFamily,
  createHistogramFamily,
  type Family,
  type Histogram,
} from './tally';

/** Everything that is counted of requests and loads. */
export interface MetricFamilies {
  record(observation: Observation): void;
  recordLoad(observation: LoadObservation): void;
  recordSwitch(model: string): void;
  recordShadow(note: ShadowNote): void;
  recordCache(note: CacheNote): void;
  readonly all: readonly Family[];
}

/** Creates the metrics of this package, all at zero. */
export function createMetricFamilies(): MetricFamilies {
  const families = createFamilies();
  const seriesOf = createSeriesLookup(families);
  return {
    record(observation) {
      observe(seriesOf(observation), observation);
      if (observation.coldStart) families.coldStarts.of([]).add(1);
    },
    recordLoad({ model, version = '', outcome, ms }) {
      families.loads.of([model, version, outcome]).add(1);
      families.loadDuration.of([model, version, outcome]).observe(ms / 1_000);
    },
    recordShadow: ({ model, version, outcome }) => families.shadows.of([model, version, outcome]).add(1),
    recordCache: ({ model = '', version = '', cache = 'miss' }) =>
      families.cache.of([model, version, cache]).add(1),
    recordSwitch: (model) => families.switches.of([model]).add(1),
    all: Object.values(families),
  };
}

/**
 * Upper bounds in seconds. A warm request for a small model takes some 0.1 ms in all, so the first bounds are
 * below a millisecond; a cold start takes from 0.1 s to seconds; nothing here may take longer than 30 s, which
 * is how long a model may take to load unless configured otherwise. Each bound is 2 to 3 times the one before:
 * a quantile is known that well.
 */
const SECONDS = [
  0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** Upper bounds in rows: in steps of 4 to the most that one run of merged requests has, then to the largest request. */
const ROWS = [1, 4, 16, 64, 256, 1_000, 10_000, 100_000];

const MODEL = ['model', 'version'];
const LOAD = [...MODEL, 'outcome'];

type Families = ReturnType<typeof createFamilies>;

function createFamilies() {
  const count = (name: string, help: string, labels: readonly string[]) =>
    createCounterFamily(name, { help, labels });
  const spread = (name: string, help: string, labels: readonly string[], bounds = SECONDS) =>
    createHistogramFamily(name, { help, labels, bounds });
  return {
    requests: count('onnx_requests_total', 'Requests answered.', ['route', 'protocol', ...MODEL, 'status']),
    duration: spread('onnx_request_duration_seconds', 'Time from a request to its answer.', [
      'route',
      'protocol',
    ]),
    queue: spread(
      'onnx_queue_duration_seconds',
      'Time that a request waited for runs before its own.',
      MODEL,
    ),
    run: spread('onnx_inference_duration_seconds', 'Time of the model run that served a request.', MODEL),
    rows: spread('onnx_batch_rows', 'Rows that a request asked predictions for.', MODEL, ROWS),
    coldStarts: count('onnx_cold_starts_total', 'Requests that paid for the start of an instance.', []),
    predictions: count('onnx_predictions_total', 'Rows predicted to be of a class.', [...MODEL, 'class']),
    loads: count('onnx_model_loads_total', 'Attempts to load a model.', LOAD),
    switches: count('onnx_version_switches_total', 'Changes of which versions answer.', ['model']),
    cache: count('onnx_prediction_cache_total', 'Requests of models whose answers are kept.', LOAD),
    shadows: count('onnx_shadow_copies_total', 'Copies of requests for a shadow.', LOAD),
    loadDuration: spread('onnx_model_load_duration_seconds', 'Time of an attempt to load a model.', LOAD),
  };
}

interface ModelSeries {
  readonly queue: Histogram;
  readonly run: Histogram;
  readonly rows: Histogram;
  classOf(name: string): Counter;
}

interface RequestSeries {
  readonly requests: Counter;
  readonly duration: Histogram;
  /** Absent where the request got no further than to ask for a model. */
  readonly model: ModelSeries | undefined;
}

/** Finds everything that a request touches with one look-up. */
function createSeriesLookup(families: Families): (observation: Observation) => RequestSeries {
  const ofRequests = new Map<string, RequestSeries>();
  const ofModels = new Map<string, ModelSeries>();
  const ofModel = (model: string, version: string) =>
    getOrMake(ofModels, `${model} ${version}`, () => createModelSeries(families, [model, version]));
  return ({ route, protocol, model = '', version = '', status }) =>
    // No label here has a space in it: routes are templates, and names and versions are checked.
    getOrMake(ofRequests, `${route} ${protocol} ${model} ${version} ${status}`, () => ({
      requests: families.requests.of([route, protocol, model, version, String(status)]),
      duration: families.duration.of([route, protocol]),
      model: model === '' ? undefined : ofModel(model, version),
    }));
}

/** Most classes of one version with a series of their own: as many as the common image classifiers have. */
const MAX_CLASSES = 1_000;
const OTHER_CLASSES = '(other)';

function createModelSeries(families: Families, model: readonly [string, string]): ModelSeries {
  const classes = new Map<string, Counter>();
  return {
    queue: families.queue.of(model),
    run: families.run.of(model),
    rows: families.rows.of(model),
    classOf(name) {
      const isOther = classes.size >= MAX_CLASSES && !classes.has(name);
      const label = isOther ? OTHER_CLASSES : name;
      return getOrMake(classes, label, () => families.predictions.of([...model, label]));
    },
  };
}

function getOrMake<V>(made: Map<string, V>, key: string, make: () => V): V {
  const known = made.get(key);
  if (known !== undefined) return known;
  const value = make();
  made.set(key, value);
  return value;
}

function observe({ requests, duration, model }: RequestSeries, observation: Observation): void {
  const { latencyMs, queueMs, runMs, rows, classes } = observation;
  requests.add(1);
  duration.observe(latencyMs / 1_000);
  if (model === undefined) return;
  if (queueMs !== undefined) model.queue.observe(queueMs / 1_000);
  if (runMs !== undefined) model.run.observe(runMs / 1_000);
  if (rows !== undefined) model.rows.observe(rows);
  for (const name in classes) {
    const count = classes[name];
    if (count !== undefined && count > 0) model.classOf(name).add(count);
  }
}
