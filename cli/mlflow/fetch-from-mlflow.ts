import { ServingError } from '../../shared/core/errors';
import type { Manifest } from '../../shared/core/manifest';
import { parseManifest } from '../../shared/core/manifest-text';
import type { RemoteFile } from '../../shared/mlflow/artifact-path';
import { createMlflowClient, type MlflowClient } from '../../shared/mlflow/mlflow-client';
import { readTrackingServer } from '../../shared/mlflow/tracking-server';
import { sha256 } from '../../training/manifest';
import { UsageError } from '../exit-code';
import { type LocatedModel, locateModel } from './locate-model';
import { parseModelUri } from './model-uri';

/** A model that was logged to MLflow. */
export interface MlflowModel {
  /** Bytes of the ONNX file. */
  readonly artifact: Uint8Array;
  /** As it was logged with the model, and with where it was taken from; undefined where none was logged. */
  readonly manifest?: Manifest;
  readonly source: NonNullable<Manifest['source']>;
  /**
   * By their plain names, the files that lie beside a model without a manifest and are none of MLflow's own: its
   * client for Python keeps weights of more than a kilobyte in one.
   */
  readonly others: ReadonlyMap<string, Uint8Array>;
}

export interface FetchOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Most that is downloaded, in bytes. @default 2147483647, which is the most that an ONNX file can have */
  readonly maxBytes?: number;
  /** Longest that the server may be silent, in milliseconds. @default 10000 */
  readonly timeoutMs?: number;
}

/** Protocol buffers end there: https://protobuf.dev/programming-guides/proto-limits/. */
const MAX_ONNX_BYTES = 2 ** 31 - 1;

const MANIFEST = 'manifest.json';
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/**
 * Brings a model from the tracking server that the environment names. Nothing is written: what a server says is a
 * name or a path leads nowhere on this machine.
 *
 * @param uri `models:/NAME/VERSION`, `models:/NAME@ALIAS` or `runs:/RUN/PATH`.
 * @throws {UsageError} for another one, or if no server is named.
 * @throws {ServingError} `object-not-found`, `store-unavailable`, `invalid-manifest`, `corrupt-artifact`
 */
export async function fetchFromMlflow(
  uri: string,
  { env, maxBytes = MAX_ONNX_BYTES, timeoutMs = 10_000 }: FetchOptions,
): Promise<MlflowModel> {
  const name = parseModelUri(uri);
  const client = createMlflowClient(findServer(env), { timeoutMs });
  const model = await locateModel(client, name);
  const source = { mlflow: model.source };
  const logged = await fetchManifest(client, model);
  const file = findFile(model, logged?.artifact.file);
  const artifact = await client.download(`${model.folder}/${file.name}`, checkSize(file, maxBytes));
  if (logged === undefined) {
    const others = await fetchOthers(client, model, { file, maxBytes: maxBytes - file.bytes });
    return { artifact, source, others };
  }
  checkArtifact(logged, artifact);
  return { artifact, source, others: new Map(), manifest: { ...logged, source } };
}

function findServer(env: FetchOptions['env']) {
  const server = readTrackingServer(env);
  if (server !== undefined) return server;
  throw new UsageError('expected MLFLOW_TRACKING_URI to say at which tracking server the model is');
}

async function fetchManifest(
  client: MlflowClient,
  { folder, files }: LocatedModel,
): Promise<Manifest | undefined> {
  const file = files.find(({ name }) => name === MANIFEST);
  if (file === undefined) return undefined;
  const bytes = await client.download(`${folder}/${MANIFEST}`, checkSize(file, MAX_MANIFEST_BYTES));
  // Sealed variants stay behind: they are made again for the runtime that is here.
  const { sealed: _, ...manifest } = parseManifest(Buffer.from(bytes).toString('utf8'), MANIFEST);
  return manifest;
}

async function fetchOthers(
  client: MlflowClient,
  { folder, files }: LocatedModel,
  { file, maxBytes }: { readonly file: RemoteFile; readonly maxBytes: number },
): Promise<ReadonlyMap<string, Uint8Array>> {
  const others = new Map<string, Uint8Array>();
  let left = maxBytes;
  for (const other of files.filter(({ name }) => name !== file.name && !isKnown(name))) {
    others.set(other.name, await client.download(`${folder}/${other.name}`, checkSize(other, left)));
    left -= other.bytes;
  }
  return others;
}

/** The file that the manifest names, or the only ONNX file. */
function findFile({ files }: LocatedModel, named: string | undefined): RemoteFile {
  const fitting = files.filter(({ name }) => (named === undefined ? name.endsWith('.onnx') : name === named));
  const [file, ...others] = fitting;
  if (file !== undefined && others.length === 0) return file;
  const expected =
    named === undefined ? 'one file that ends with .onnx' : `the file ${named} of its manifest`;
  const names = files.map(({ name }) => name).join(', ');
  throw new ServingError('object-not-found', `expected ${expected} in the model, got ${names}`);
}

/** The most that is taken of a file: what the listing says, so that a server cannot send without an end. */
function checkSize({ name, bytes }: RemoteFile, maxBytes: number): number {
  if (bytes > 0 && bytes <= maxBytes) return bytes;
  throw new ServingError('store-unavailable', `${name}: expected 1 to ${maxBytes} bytes, got ${bytes}`);
}

function checkArtifact(
  { artifact: { file, bytes, sha256: expected } }: Manifest,
  artifact: Uint8Array,
): void {
  if (artifact.byteLength === bytes && sha256(artifact) === expected) return;
  throw new ServingError(
    'corrupt-artifact',
    `${file} is not the file that the ${MANIFEST} beside it describes: expected ${bytes} bytes, SHA-256 ${expected}, ` +
      `got ${artifact.byteLength} bytes, SHA-256 ${sha256(artifact)}`,
  );
}

/** What MLflow's Python client writes beside a model. */
const WRITTEN_BY_MLFLOW = [
  'MLmodel',
  'conda.yaml',
  'python_env.yaml',
  'requirements.txt',
  'registered_model_meta',
  'input_example.json',
  'serving_input_example.json',
];

function isKnown(name: string): boolean {
  return name === MANIFEST || WRITTEN_BY_MLFLOW.includes(name);
}
