import type { ImageManifest } from '../shared/core/manifest';
import { formatSpec, type Signature, type TensorSpec } from '../shared/core/signature';
import { allocateData, type Tensor } from '../shared/core/tensor';
import { createSession, type Session } from '../shared/runtime/session';
import { buildImageManifest } from '../training/image-manifest';
import { RECIPES, type Recipe } from './recipes';

/** What the ONNX file of an image classifier does not say itself. */
export interface ImageVersionOptions {
  readonly name: string;
  readonly version: string;
  /** Class names, in the order of the scores. */
  readonly classes: readonly string[];
  /** How images are prepared: one of the names of `RECIPES`. */
  readonly recipe: string;
}

/** Confidences that are asked for by those who do not say how many. */
const TOP_K = 5;

/**
 * Makes a version of an ONNX file that classifies images: reads from it which input takes the images and which output
 * gives the scores, and runs it on a blank image to see whether those are probabilities already.
 *
 * @throws {Error} saying what was expected and what the file has.
 */
export async function describeImageModel(
  artifact: Uint8Array,
  { name, version, classes, recipe: recipeName }: ImageVersionOptions,
): Promise<ImageManifest> {
  const recipe = findRecipe(recipeName);
  const session = await openModel(artifact);
  try {
    const { signature } = session;
    const input = findInput(signature);
    const layout = layoutOf(input, recipe);
    const scores = findScores(signature, classes.length);
    const softmax = !(await givesProbabilities(session, { input, scores, layout, recipe }));
    const image = { input: input.name, ...recipe, layout, softmax };
    const output = { scores: scores.name };
    return buildImageManifest({ name, version, artifact, signature, image, classes, output, top_k: TOP_K });
  } finally {
    await session.release();
  }
}

/**
 * Reads class names: one per line, in the order of the scores.
 *
 * @throws {Error} naming the line that is empty, or that says what another one says.
 */
export function parseLabels(text: string): string[] {
  const labels = text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
  for (const [index, label] of labels.entries()) {
    const first = labels.indexOf(label);
    if (label === '') throw new Error(`labels, line ${index + 1}: expected the name of a class, got nothing`);
    if (first < index) {
      throw new Error(`labels, line ${index + 1}: "${label}" is on line ${first + 1} already`);
    }
  }
  return labels;
}

function findRecipe(name: string): Recipe {
  const recipe = Object.hasOwn(RECIPES, name) ? RECIPES[name] : undefined;
  if (recipe !== undefined) return recipe;
  throw new Error(`recipe: expected one of ${Object.keys(RECIPES).join(', ')}, got "${name}"`);
}

async function openModel(artifact: Uint8Array): Promise<Session> {
  try {
    return await createSession(artifact, { threads: 1 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const hint = 'all weights must be in this one file, not in a second one beside it (external data)';
    throw new Error(`ONNX Runtime cannot load the file: ${reason}\n${hint}`, { cause });
  }
}

function findInput({ inputs }: Signature): TensorSpec {
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0) {
    throw new Error(`expected one input, the images; the file has ${listSpecs(inputs)}`);
  }
  const [batch] = input.shape;
  if (input.type !== 'float32' || input.shape.length !== 4) {
    throw new Error(`input ${listSpecs([input])}: expected float32 of four dimensions`);
  }
  if (typeof batch === 'string') return input;
  throw new Error(
    `input ${listSpecs([input])}: the first dimension is fixed at ${batch}, so that several images cannot share a run; ` +
      `export it with dynamic_axes={'${input.name}': {0: 'N'}}`,
  );
}

type Layout = 'nchw' | 'nhwc';

function layoutOf(input: TensorSpec, { crop: { width, height } }: Recipe): Layout {
  const layout = input.shape[1] === 3 ? 'nchw' : 'nhwc';
  const expected = shapeOf(layout, { width, height });
  // A named dimension takes any size.
  const fits = expected.every(
    (size, axis) => typeof input.shape[axis] === 'string' || input.shape[axis] === size,
  );
  if (fits && input.shape.includes(3)) return layout;
  const wanted = `float32[N,3,${height},${width}] or float32[N,${height},${width},3]`;
  throw new Error(`input ${listSpecs([input])}: the recipe makes ${wanted}`);
}

function shapeOf(layout: Layout, { width, height }: { width: number; height: number }): number[] {
  return layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
}

function findScores({ outputs }: Signature, classes: number): TensorSpec {
  const fitting = outputs.filter(
    ({ type, shape: [, size, ...rest] }) =>
      type === 'float32' && rest.length === 0 && (size === classes || typeof size === 'string'),
  );
  const [scores, ...others] = fitting;
  if (scores !== undefined && others.length === 0) return scores;
  const found = listSpecs(outputs);
  throw new Error(`expected one output float32[N,${classes}], a score for each label; the file has ${found}`);
}

interface BlankRun {
  readonly input: TensorSpec;
  readonly scores: TensorSpec;
  readonly layout: Layout;
  readonly recipe: Recipe;
}

/** Whether the scores of a blank image are a distribution; a thousand logits are not, but by a miracle. */
async function givesProbabilities(
  session: Session,
  { input, scores, layout, recipe }: BlankRun,
): Promise<boolean> {
  const dims = shapeOf(layout, recipe.crop);
  const length = dims.reduce((product, size) => product * size, 1);
  const blank = { type: input.type, dims, data: allocateData(input.type, length) } as Tensor;
  const outputs = await session.run({ [input.name]: blank }, [scores.name]);
  const values = Array.from(outputs[scores.name]?.data ?? [], Number);
  if (!values.every(Number.isFinite)) {
    throw new Error(`output "${scores.name}": expected finite scores for a blank image`);
  }
  const sum = values.reduce((total, value) => total + value, 0);
  return Math.abs(sum - 1) < 1e-3 && values.every((value) => value >= 0);
}

function listSpecs(specs: readonly TensorSpec[]): string {
  return specs.map((spec) => `"${spec.name}" ${formatSpec(spec)}`).join(', ') || 'none';
}
