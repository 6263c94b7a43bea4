import type { PartName } from './options';

/** What the project promises about one figure. */
export interface Target {
  readonly part: PartName;
  readonly what: string;
  readonly against: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  /** What the figure counts; a ratio when absent. */
  readonly unit?: 'MB';
}

const FUNCTION = 'cold start of `predict` under functions-framework';
const RESNET = 'the container server, ResNet50, 33 KB JPEGs uploaded';
const IMAGES = `images/s of ${RESNET}, 8 connections`;
const TORCH = "FastAPI + torchvision's ResNet50, Debian's packages";
const WARM = '`predict` under functions-framework, 8 connections, request log on';

/** Every promise, in the order of the report. */
export const TARGETS = {
  coldLocal: { part: 'cold', what: `${FUNCTION}, local registry`, against: 'the bare function', atMost: 1 },
  coldBucket: {
    part: 'cold',
    what: `${FUNCTION}, model in a GCS emulator`,
    against: 'the bare function',
    atMost: 1.35,
  },
  coldPython: {
    part: 'cold',
    what: `${FUNCTION}, local registry`,
    against: 'FastAPI + scikit-learn',
    atMost: 0.33,
  },
  warmHello: {
    part: 'warm',
    what: `requests/s of ${WARM}`,
    against: "the framework's hello world",
    atLeast: 4,
  },
  warmPython: { part: 'warm', what: `requests/s of ${WARM}`, against: 'FastAPI + scikit-learn', atLeast: 4 },
  warmTail: { part: 'warm', what: `p99 of ${WARM}`, against: "the framework's hello world", atMost: 0.5 },
  serverBare: {
    part: 'warm',
    what: 'requests/s of the container server',
    against: '`node:http` + `session.run`',
    atLeast: 0.7,
  },
  serverPython: {
    part: 'warm',
    what: 'requests/s of the container server',
    against: 'FastAPI + scikit-learn',
    atLeast: 5,
  },
  following: {
    part: 'warm',
    what: 'requests/s of the container server, which follows what is promoted',
    against: 'the same with its version pinned',
    // Two runs of the same build differ by as much.
    atLeast: 0.95,
  },
  offWarm: {
    part: 'warm-optional',
    what: 'requests/s of the container server, every optional part off',
    against: 'the same sources built without those parts',
    // As above.
    atLeast: 0.95,
  },
  offWarmP50: {
    part: 'warm-optional',
    what: 'p50 of the same',
    against: 'the same sources built without those parts',
    atMost: 1.05,
  },
  offFunction: {
    part: 'warm-optional',
    what: 'requests/s of `predict` under functions-framework, every optional part off',
    against: 'the same sources built without those parts',
    atLeast: 0.95,
  },
  offCold: {
    part: 'cold-optional',
    what: 'cold start of the container server, every optional part off',
    against: 'the same sources built without those parts',
    // Starts of the same build differ by as much.
    atMost: 1.1,
  },
  offColdFunction: {
    part: 'cold-optional',
    what: `${FUNCTION}, every optional part off`,
    against: 'the same sources built without those parts',
    // Starts of the same build differ by as much.
    atMost: 1.1,
  },
  batch: {
    part: 'batch',
    what: 'time of `predictBatch`, 10 000 rows',
    against: '`JSON.parse` + `session.run` + `JSON.stringify`',
    atMost: 1.6,
  },
  load: {
    part: 'load',
    what: 'a 100 MB model from the GCS emulator: first byte asked to session ready',
    against: 'plain parallel download',
    atMost: 1.3,
  },
  peakMemory: {
    part: 'memory',
    what: 'peak RSS while loading a 100 MB model',
    against: "the model's size + the bare function",
    atMost: 1.25,
  },
  memoryGrowth: {
    part: 'memory',
    what: 'RSS in the last quarter of 200 000 requests',
    against: 'the quarter before',
    atMost: 1.02,
  },
  deployedSize: {
    part: 'size',
    what: '`node_modules` as deployed',
    against: 'a plain install of the same packages',
    atMost: 90,
    unit: 'MB',
  },
  imageSession: { part: 'image', what: IMAGES, against: '`session.run` alone in batches of 4', atLeast: 0.9 },
  imagePython: { part: 'image', what: IMAGES, against: TORCH, atLeast: 2 },
  imageTail: { part: 'image', what: `p95 of ${RESNET}, 2 connections`, against: TORCH, atMost: 0.7 },
  imageLone: {
    part: 'image',
    what: `p50 of a lone request to ${RESNET}`,
    against: 'decode + `session.run` without a server',
    atMost: 1.1,
  },
  imageCold: {
    part: 'image',
    what: `process start to the first image answered, ${RESNET}`,
    against: TORCH,
    atMost: 0.3,
  },
  imageMemory: { part: 'image', what: `RSS of ${RESNET}, 8 connections`, against: TORCH, atMost: 0.8 },
} as const satisfies Record<string, Target>;

export type TargetId = keyof typeof TARGETS;
