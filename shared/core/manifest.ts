import type { Baseline } from './baseline';
import type { ImageSpec } from './image-spec';
import type { Signature, TensorSpec } from './signature';

/** One column of a tabular model, as callers name it. */
export interface Feature {
  readonly name: string;
  readonly description?: string;
  readonly unit?: string;
  /** Smallest and largest value seen in training. */
  readonly range?: readonly [min: number, max: number];
  readonly categories?: readonly string[];
  readonly nullable?: boolean;
  readonly example: number | string | boolean;
}

/** One file beside the manifest; other bytes than these are never loaded. */
export interface ArtifactFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The model prepared ahead for one version of ONNX Runtime, which reads it where it lies instead of copying it. */
export interface SealedArtifact extends ArtifactFile {
  readonly format: 'ort';
  /** The one version of ONNX Runtime that may load it. */
  readonly runtime: string;
  /** Whether the weights of matrix products are still copied into a faster order when it is loaded. */
  readonly prepacking: boolean;
}

/** A model that was logged to an MLflow tracking server. */
export interface MlflowSource {
  /** The run that logged it; a version may be registered without one. */
  readonly run_id?: string;
  /** Name and version in MLflow's registry, of a model that was registered. */
  readonly model?: string;
  readonly version?: string;
  /** Address of the tracking server, without credentials. */
  readonly tracking_uri: string;
}

/** What every manifest has, exactly as `manifest.json` spells it. */
interface ManifestBase {
  readonly schema_version: 1;
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly artifact: ArtifactFile;
  /** Used instead of the artifact where one fits the runtime. */
  readonly sealed?: readonly SealedArtifact[];
  /** How calls that wait at the same time share a run. */
  readonly batching?: { readonly max_batch_size?: number; readonly max_delay_ms?: number };
  /** Has answers kept, to be given again to the same input. */
  readonly cache?: { readonly max_bytes: number; readonly max_age_seconds: number };
  readonly training?: {
    readonly algorithm?: string;
    readonly data?: {
      readonly file?: string;
      readonly sha256: string;
      readonly rows?: number;
      readonly test_rows?: number;
    };
    readonly seed?: number;
    readonly hyperparameters?: Readonly<Record<string, unknown>>;
    readonly metrics?: Readonly<Record<string, number>>;
  };
  /** Where the version was taken from. */
  readonly source?: { readonly mlflow: MlflowSource };
}

/** A model of rows: named features go in, a class or a number comes out. */
export interface TabularManifest extends ManifestBase {
  readonly task: 'classification' | 'regression';
  readonly signature: Signature;
  readonly features: readonly Feature[];
  readonly classes?: readonly string[];
  readonly output: {
    readonly label?: string;
    /** What `label` gives for each class. @default the indices of the classes, or their names */
    readonly label_values?: readonly (number | string)[];
    readonly probabilities?: string;
    readonly value?: string;
  };
  readonly baseline?: Baseline;
}

/** A model that classifies images: pictures go in, the likeliest classes come out. */
export interface ImageManifest extends ManifestBase {
  readonly task: 'image-classification';
  readonly signature: Signature;
  readonly classes: readonly string[];
  /** The output that has a score for each class. */
  readonly output: { readonly scores: string };
  /** How a picture becomes the input tensor. */
  readonly image: ImageSpec;
  /** How many classes are answered where a request does not say. @default 5 */
  readonly top_k?: number;
}

/** Any other model: tensors go in and tensors come out. What they are, the ONNX file says itself. */
export interface TensorManifest extends ManifestBase {
  readonly task?: undefined;
  /** Held against the ONNX file where it is given. */
  readonly signature?: Signature;
}

/** The immutable record about one version of one model. */
export type Manifest = TabularManifest | ImageManifest | TensorManifest;

/** Says whether a model takes rows of features. */
export function isTabular(manifest: Manifest): manifest is TabularManifest {
  return manifest.task === 'classification' || manifest.task === 'regression';
}

/** Says whether a model takes images. */
export function isImage(manifest: Manifest): manifest is ImageManifest {
  return manifest.task === 'image-classification';
}

/** Names of models: also the allow-list of what may become part of a storage key. */
export const MODEL_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Semantic versions without build metadata: also the allow-list of what may become part of a storage key. */
export const MODEL_VERSION = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?$/;

/** Number of columns that a feature input takes; undefined where it is no table. */
export function columnsOf(spec: TensorSpec): number | undefined {
  if (spec.shape.length === 1) return 1;
  const width = spec.shape[1];
  return spec.shape.length === 2 && typeof width === 'number' ? width : undefined;
}

/** The example of every feature, by name. */
export function exampleFeatures({ features }: TabularManifest): Record<string, number | string | boolean> {
  return Object.fromEntries(features.map(({ name, example }) => [name, example]));
}

/** The column that a feature is of an input tensor. */
export interface FeaturePlace {
  readonly input: TensorSpec;
  readonly column: number;
}

/**
 * Where a feature goes: into the input of its name, if that has one column. The columns of all other inputs are the
 * other features, in the order of both.
 */
export function placeOf(manifest: TabularManifest, feature: Feature): FeaturePlace | undefined {
  let places = PLACES.get(manifest);
  if (places === undefined) {
    places = findPlaces(manifest);
    PLACES.set(manifest, places);
  }
  return places.get(feature.name);
}

/** Every request asks for every feature. */
const PLACES = new WeakMap<TabularManifest, ReadonlyMap<string, FeaturePlace>>();

function findPlaces({ features, signature: { inputs } }: TabularManifest): Map<string, FeaturePlace> {
  const names = new Set(features.map(({ name }) => name));
  const own = inputs.filter((input) => columnsOf(input) === 1 && names.has(input.name));
  const places = new Map(own.map((input) => [input.name, { input, column: 0 }]));
  const columns = inputs
    .filter((input) => !own.includes(input))
    .flatMap((input) => Array.from({ length: columnsOf(input) ?? 0 }, (_, column) => ({ input, column })));
  features
    .filter(({ name }) => !places.has(name))
    .forEach(({ name }, index) => {
      const place = columns[index];
      if (place !== undefined) places.set(name, place);
    });
  return places;
}

/** The input tensor that a feature goes into. */
export function inputOf(manifest: TabularManifest, feature: Feature): TensorSpec | undefined {
  return placeOf(manifest, feature)?.input;
}
