import {
  type ImageManifest,
  isImage,
  isTabular,
  type Manifest,
  type TabularManifest,
} from '../../core/manifest';
import type { NamedTensors, Tensor } from '../../core/tensor';
import { readImagePredictions } from '../../protocol/image/answer';
import { readPredictions } from '../../protocol/native/answer';
import type { Comparison } from './shadow-copy';

/** What one version answered. */
export interface VersionAnswer {
  readonly manifest: Manifest;
  readonly outputs: NamedTensors;
}

/**
 * Compares what two versions answered to the same rows. Classes are compared by their names, so that versions may have
 * them in another order, or others.
 *
 * @throws {ServingError} `inference-failed` when outputs are not what a manifest says they are
 */
export function compareAnswers(answer: VersionAnswer, shadow: VersionAnswer, rows: number): Comparison {
  const [predicted, copied] = [predictedClasses(answer, rows), predictedClasses(shadow, rows)];
  const maxDifference = largestDifference(answer, shadow);
  return {
    ...(predicted && copied && { agreement: shareOfEqual(predicted, copied) }),
    ...(maxDifference !== undefined && { maxDifference }),
  };
}

/** What a version predicts, as a log shows it: the class or number of one row, or how often each class. */
export function describePrediction(answer: VersionAnswer, rows: number): unknown {
  const classes = predictedClasses(answer, rows);
  if (classes === undefined) return predictedNumber(answer, rows);
  if (rows === 1) return classes[0];
  const counts: Record<string, number> = {};
  for (const name of classes) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function predictedClasses({ manifest, outputs }: VersionAnswer, rows: number): string[] | undefined {
  if (isImage(manifest)) return classesOfImages(manifest, outputs, rows);
  if (!isTabular(manifest) || manifest.task === 'regression') return undefined;
  return classesOfRows(manifest, outputs, rows);
}

function classesOfImages(manifest: ImageManifest, outputs: NamedTensors, images: number): string[] {
  // Softmax changes no order.
  return readImagePredictions({ ...manifest, softmax: false }, outputs, { images, topK: 1 }).map(
    ([best]) => best?.label ?? '',
  );
}

function classesOfRows(manifest: TabularManifest, outputs: NamedTensors, rows: number): string[] {
  const { values } = readPredictions(manifest, outputs, rows);
  return Array.from(values, (index) => manifest.classes?.[index] ?? String(index));
}

function predictedNumber({ manifest, outputs }: VersionAnswer, rows: number): number | undefined {
  if (!isTabular(manifest) || rows !== 1) return undefined;
  return readPredictions(manifest, outputs, rows).values[0];
}

function shareOfEqual(a: readonly string[], b: readonly string[]): number {
  return a.filter((name, index) => name === b[index]).length / a.length;
}

function largestDifference(answer: VersionAnswer, shadow: VersionAnswer): number | undefined {
  const differences = pairsOf(answer, shadow).map(([a, b]) => differenceOf(a, b));
  const known = differences.filter((difference) => difference !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Output tensors of both that mean the same. */
function pairsOf(answer: VersionAnswer, shadow: VersionAnswer): [Tensor | undefined, Tensor | undefined][] {
  const [a, b] = [scoresOf(answer.manifest), scoresOf(shadow.manifest)];
  if (a !== undefined && b !== undefined) {
    return hasSameClasses(answer.manifest, shadow.manifest) ? [[answer.outputs[a], shadow.outputs[b]]] : [];
  }
  return Object.entries(answer.outputs).map(([name, tensor]) => [tensor, shadow.outputs[name]]);
}

function scoresOf(manifest: Manifest): string | undefined {
  if (isImage(manifest)) return manifest.output.scores;
  return isTabular(manifest) ? (manifest.output.probabilities ?? manifest.output.value) : undefined;
}

function hasSameClasses(a: Manifest, b: Manifest): boolean {
  const classesOf = (manifest: Manifest) => ('classes' in manifest ? manifest.classes : undefined);
  return JSON.stringify(classesOf(a)) === JSON.stringify(classesOf(b));
}

/** Undefined for tensors that cannot be compared number by number. */
function differenceOf(a: Tensor | undefined, b: Tensor | undefined): number | undefined {
  if (a === undefined || b === undefined || a.type !== b.type || a.data.length !== b.data.length)
    return undefined;
  // Halves are held as their bits, which mean nothing by themselves.
  if (a.type === 'string' || a.type === 'float16') return undefined;
  let largest = 0;
  for (let i = 0; i < a.data.length; i++) {
    const difference = Math.abs(Number(a.data[i]) - Number(b.data[i]));
    if (difference > largest) largest = difference;
  }
  return largest;
}
