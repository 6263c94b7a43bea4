/**
 * What the metrics are told of one answered request. Times are finite and in milliseconds. It is made for every request,
 * so that its members are always there, as the quickest objects have them.
 */
export interface Observation {
  /** The template of the route, as in `/v2/models/{model}/infer`; `unmatched` where nothing answers. */
  readonly route: string;
  readonly protocol: 'native' | 'oip' | 'tfs' | 'vertex' | 'bigquery' | 'none';
  /** The HTTP status of the answer. */
  readonly status: number;
  /** The model that was found, never the name that was asked for: callers must not be able to add series. */
  readonly model: string | undefined;
  /** The version that was found. */
  readonly version: string | undefined;
  readonly latencyMs: number;
  readonly queueMs: number | undefined;
  readonly runMs: number | undefined;
  /** Rows that the request asked predictions for. */
  readonly rows: number | undefined;
  /** Whether this request paid for the start of the instance. */
  readonly coldStart: boolean;
  /** How many rows were predicted to be of each class. */
  readonly classes: Readonly<Record<string, number>> | undefined;
}

/** What the metrics are told of one attempt to load a model. */
export interface LoadObservation {
  readonly model: string;
  readonly version?: string;
  readonly outcome: 'ok' | 'failed';
  readonly ms: number;
}

/** What the metrics are told of a request of a model whose answers are kept. */
export interface CacheNote {
  readonly model?: string;
  readonly version?: string;
  readonly cache?: 'hit' | 'miss';
}
