import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sealVersion } from '../../cli/seal-version';
import type { Manifest, TabularManifest } from '../../shared/core/manifest';
import type { NamedTensors } from '../../shared/core/tensor';
import { runtimeVersion } from '../../shared/runtime/session';
import { encodeModel } from '../../training/onnx/encode';
import { projectPath } from '../../training/project-path';

/** Width of the hidden layers: their one matrix has 25 million numbers, 100 MB. */
const WIDTH = 5_000;
const CLASSES = 3;

/** A registry folder that holds one model of 100 MB. */
export interface LargeModel {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Path of the artifact inside the folder. */
  readonly artifact: string;
}

/** Writes a classifier of the iris features whose weights take 100 MB, and seals it, unless it is there. */
export async function prepareLargeModel(): Promise<LargeModel> {
  const folder = projectPath('.cache/bench/large-model');
  const version = join(folder, 'large/1.0.0');
  if (!existsSync(join(version, 'manifest.json'))) write(version);
  const runtime = await runtimeVersion();
  if (!readManifest(version).sealed?.some((each) => each.runtime === runtime)) {
    await sealVersion({ registry: folder, model: 'large', version: '1.0.0' });
  }
  const manifest = readManifest(version);
  return { folder, manifest, artifact: `large/1.0.0/${manifest.artifact.file}` };
}

function readManifest(version: string): Manifest {
  return JSON.parse(readFileSync(join(version, 'manifest.json'), 'utf8')) as Manifest;
}

function write(folder: string): void {
  const manifest = irisManifest();
  const bytes = encodeModel({
    name: 'large',
    producer: 'bench',
    operatorSets: { '': 17 },
    signature: manifest.signature,
    nodes: [
      { operator: 'MatMul', inputs: ['X', 'W1'], outputs: ['H1'] },
      { operator: 'Relu', inputs: ['H1'], outputs: ['A1'] },
      { operator: 'MatMul', inputs: ['A1', 'W2'], outputs: ['H2'] },
      { operator: 'Add', inputs: ['H2', 'B2'], outputs: ['A2'] },
      { operator: 'MatMul', inputs: ['A2', 'W3'], outputs: ['scores'] },
      { operator: 'Softmax', inputs: ['scores'], outputs: ['probabilities'] },
      { operator: 'ArgMax', inputs: ['scores'], outputs: ['label'], attributes: ARGMAX },
    ],
    initializers: weights(),
  });
  const artifact = { file: 'model.onnx', bytes: bytes.length, sha256: sha256(bytes) };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, artifact.file), bytes);
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ ...manifest, name: 'large', version: '1.0.0', artifact }),
  );
}

const ARGMAX = { axis: { type: 'INT', value: 1 }, keepdims: { type: 'INT', value: 0 } } as const;

function weights(): NamedTensors {
  return {
    W1: matrix(4, WIDTH),
    W2: matrix(WIDTH, WIDTH),
    B2: { type: 'float32', dims: [WIDTH], data: new Float32Array(WIDTH) },
    W3: matrix(WIDTH, CLASSES),
  };
}

/** Small numbers that differ, so that nothing on the way can compress them. */
function matrix(rows: number, columns: number) {
  const data = Float32Array.from(
    { length: rows * columns },
    (_, index) => Math.sin(index * 12.9898) / columns,
  );
  return { type: 'float32', dims: [rows, columns], data } as const;
}

/** The manifest of the committed model: this one takes and gives the same. */
function irisManifest(): TabularManifest {
  return JSON.parse(
    readFileSync(projectPath('model-artifacts/iris/1.0.0/manifest.json'), 'utf8'),
  ) as TabularManifest;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
