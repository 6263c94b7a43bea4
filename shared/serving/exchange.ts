import { randomUUID } from 'node:crypto';
import type { Admission } from '../access/admission';
import { type HttpRequest, header } from '../core/http';
import type { Shadow } from '../core/routing';
import type { NamedTensors } from '../core/tensor';
import type { Trace } from '../core/trace';
import type { Protocol } from '../protocol/error-shape';
import type { VersionReason } from './models/rollout';
import type { ServedModel } from './models/served-model';
import type { ScoredInputs } from './payload-entry';
import type { RowsTally } from './scoring/rows-tally';

/** Milliseconds that each step of an answer took; steps that were not taken are absent. */
export interface Timings {
  loadMs?: number;
  validateMs?: number;
  /** Fetching images by URL. */
  fetchMs?: number;
  /** Decoding images and making a tensor of them. */
  preprocessMs?: number;
  /** Waiting for others to be decoded, or run. */
  queueMs?: number;
  runMs?: number;
}

/** A step of an answer, on the monotonic clock. */
export interface Step {
  readonly name: keyof Timings | 'receive' | 'encode';
  readonly startedAt: number;
  readonly endedAt: number;
  /** Of a step that was taken over and over, among others: how often, and what it took together. */
  readonly sum?: { readonly count: number; readonly ms: number };
  /** Why it failed, if it did. */
  readonly failure?: Failure;
  /** The model that a load was waited for. */
  readonly loaded?: LoadedModel;
}

/** What went wrong, in words. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** Where it happened; absent where the fault is the caller's. */
  readonly stack?: string;
}

/** How long each part of loading a model took, and when it was done. */
export type LoadedModel = Pick<ServedModel, 'loadTimings' | 'loadedAt'>;

/** One request on its way to an answer, and what the log will say about it. */
export interface Exchange {
  /** As it is read: what stands before the endpoints may watch how. */
  request: HttpRequest;
  /** The caller's `X-Request-Id` when it is a plain token, else a new one. Safe inside JSON as it is. */
  readonly requestId: string;
  /** Where it came from, as far as the proxies before this service can be trusted; absent where that is not known. */
  address?: string | undefined;
  /** Milliseconds on the monotonic clock. */
  readonly startedAt: number;
  readonly timings: Timings;
  /** Each step that was taken, in order; undefined where the request is not traced. */
  readonly steps: Step[] | undefined;
  /** Its span; absent where there is none, or not yet. */
  trace?: Trace;
  /** Whose words the request speaks; an error is answered in the same. */
  protocol: Protocol;
  /** The template of the route that answers, as in `/v2/models/{model}/infer`. */
  route?: string;
  /** Whether this request paid for the start of the instance. */
  coldStart: boolean;
  /** Whether it is no prediction and nothing about one: a probe, a page, an unknown address. */
  isAside: boolean;
  /** What the request was let in for; absent where everything is open to everybody. */
  admission?: Admission;
  /** Lets go of the models that are held until the answer is sent; absent where nothing is waited for in between. */
  letGo?: () => void;
  /** Who sent it, as far as that is known. */
  caller?: string;
  /** For a cold start: how long each part of it took, in milliseconds. */
  startup?: Readonly<Record<string, number>>;
  model?: string;
  version?: string;
  /** Why it is this version. */
  versionReason?: VersionReason;
  /** The version that is given a copy of the request. */
  shadow?: Shadow;
  /** What the model was given and gave, for the copy; absent where nobody is given one. */
  tensors?: {
    readonly rows: number;
    readonly inputs: NamedTensors;
    readonly outputs: NamedTensors;
  };
  /** Whether the prediction was known already; absent where none are kept. */
  cache?: 'hit' | 'miss';
  rows?: number;
  /** The predicted value; for a batch, how often each was predicted. */
  prediction?: unknown;
  /** The score of the one class that an image was predicted to be of. */
  confidence?: number;
  /** How often each class was predicted. */
  classes?: Readonly<Record<string, number>>;
  /** What a model of rows was given, and what it made of it. */
  scored?: ScoredInputs;
  /** What is known of rows that were answered while they still came. */
  tally?: RowsTally;
  /** What made the answer an error. */
  error?: unknown;
}

/** The characters of UUIDs, trace ids and base64: nothing that could end a header, a JSON string or a log line. */
const REQUEST_ID = /^[\w.:+/=@-]{1,128}$/;

/** Opens the record of one request. */
export function createExchange(request: HttpRequest, now: number, steps?: Step[]): Exchange {
  const given = header(request, 'x-request-id');
  const requestId = given !== undefined && REQUEST_ID.test(given) ? given : randomUUID();
  return {
    request,
    requestId,
    startedAt: now,
    timings: {},
    steps,
    protocol: 'native',
    coldStart: false,
    isAside: true,
  };
}
