// Measures what memory loaded models take: each line is of a process of its own, which loads versions of a model, runs
// each once, and says how much more is resident than when it had loaded the smallest.
// Usage: node build/run.mjs bench/programs/model-memory.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { openStore } from '../../shared/registry/open-store';
import { createRegistry } from '../../shared/registry/registry';
import { createSession } from '../../shared/runtime/session';
import { readConfig } from '../../shared/serving/config';
import { exampleInputs } from '../../shared/serving/models/example-inputs';
import { createModels, type Models } from '../../shared/serving/models/models';
import { formatJson, sha256 } from '../../training/manifest';
import { projectPath } from '../../training/project-path';
import { prepareImageModel } from '../prepare/image-model';
import { prepareLargeModel } from '../prepare/large-model';
import { copyModel, type VersionFolder } from '../prepare/model-copies';
import { run } from '../prepare/run';
import { encodeWideClassifier, irisManifest } from '../prepare/wide-classifier';
import { toText } from '../report/table';
import { readProcessFacts } from '../servers/process-facts';

/** What a process took for the models that it loaded, in bytes. */
interface Memory {
  readonly fileBytes: number;
  /** More than before, after the last model was run and garbage was collected. */
  readonly resident: number;
  /** More than before, at most. */
  readonly peak: number;
  /** What the service believes that they take. */
  readonly believed: number;
}

interface Sample extends VersionFolder {
  readonly what: string;
  readonly counts: readonly number[];
}

async function main([root, ...versions]: readonly string[]): Promise<void> {
  if (root === undefined) return measureAll(await prepareSamples());
  console.log(JSON.stringify(await measure(root, versions)));
}

async function prepareSamples(): Promise<readonly Sample[]> {
  const [large, image] = [await prepareLargeModel(), await prepareImageModel()];
  const dense = { folder: join(large.folder, 'large/1.0.0') };
  return [
    { what: 'iris', folder: projectPath('model-artifacts/iris/1.0.0'), counts: [1, 16] },
    { what: 'digits', folder: projectPath('model-artifacts/digits/1.0.0'), counts: [1, 16] },
    { what: 'dense', folder: writeWide(512), counts: [1, 16] },
    { what: 'dense', folder: writeWide(1_600), counts: [1, 8] },
    { what: 'dense', ...dense, isPortable: true, counts: [1, 4] },
    { what: 'dense, sealed', ...dense, counts: [1, 4] },
    { what: 'ResNet50', folder: dirname(image.artifact), counts: [1, 4] },
  ];
}

async function measureAll(samples: readonly Sample[]): Promise<void> {
  const rows: string[][] = [];
  for (const sample of samples) {
    for (const count of sample.counts)
      rows.push(toRow(sample.what, count, await measureApart(sample, count)));
  }
  const columns = ['model', 'file', 'loaded', 'resident each', 'believed each', 'most, of all'];
  console.log(toText({ title: 'Memory of loaded models, MB', columns, rows }));
}

async function measureApart(sample: Sample, count: number): Promise<Memory> {
  const copies = copyModel(sample, count);
  const [, program = ''] = process.argv;
  try {
    const args = ['--expose-gc', program, copies.root, ...copies.versions];
    return JSON.parse(await run(process.execPath, args)) as Memory;
  } finally {
    copies.remove();
  }
}

function toRow(what: string, count: number, { fileBytes, resident, believed, peak }: Memory): string[] {
  const figures = [resident / count, believed / count, peak];
  return [what, megabytes(fileBytes), String(count), ...figures.map(megabytes)];
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}

async function measure(root: string, versions: readonly string[]): Promise<Memory> {
  // What the first model costs besides, the native library above all, is no model's own.
  await loadAndRun(openModels(projectPath('model-artifacts'), 1), { name: 'iris', version: '1.0.0' });
  const before = resident();
  const models = openModels(root, versions.length);
  let believed = 0;
  let fileBytes = 0;
  for (const version of versions) {
    const served = await loadAndRun(models, { name: 'copied', version });
    believed += served.memoryBytes;
    fileBytes = served.manifest.artifact.bytes;
  }
  const { peakResidentMb } = readProcessFacts(process.pid);
  return { fileBytes, believed, resident: resident() - before, peak: peakResidentMb * 1e6 - before };
}

function openModels(root: string, count: number): Models {
  const config = readConfig({ MODEL_REGISTRY: root, MAX_LOADED_MODELS: String(count) });
  return createModels(config, {
    openRegistry: async () => createRegistry(await openStore(root, config.registry)),
    createSession,
    threads: availableParallelism(),
    now: () => performance.now(),
    onFailure: (what, error) => console.error(what, error),
    onLoad: () => {},
    onSwitch: () => {},
  });
}

async function loadAndRun(models: Models, ref: { readonly name: string; readonly version: string }) {
  const served = await models.get(ref);
  await served.runTensors(exampleInputs(served.manifest, served.signature, 1));
  return served;
}

function resident(): number {
  // Twice: what the first collection finds dead, the second one gives back.
  for (let round = 0; round < 2; round++) globalThis.gc?.();
  return process.memoryUsage.rss();
}

function writeWide(width: number): string {
  const folder = projectPath(`.cache/bench/wide-${width}`);
  mkdirSync(folder, { recursive: true });
  const bytes = encodeWideClassifier(width);
  const artifact = { file: 'model.onnx', bytes: bytes.length, sha256: sha256(bytes) };
  writeFileSync(join(folder, artifact.file), bytes);
  writeFileSync(join(folder, 'manifest.json'), formatJson({ ...irisManifest(), artifact }));
  return folder;
}

void main(process.argv.slice(2));
