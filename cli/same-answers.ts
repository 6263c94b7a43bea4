import { type ResolvedImageSpec, resolveImageSpec } from '../shared/core/image-spec';
import { exampleFeatures, isImage, isTabular, type Manifest } from '../shared/core/manifest';
import { createRowDecoder } from '../shared/core/rows';
import type { Signature, TensorSpec } from '../shared/core/signature';
import { allocateData, type NamedTensors, type Tensor } from '../shared/core/tensor';
import { type ImageElement, toTensor } from '../shared/runtime/image/tensor';
import type { Session } from '../shared/runtime/session';

/** The input tensors of the manifest's example, `rows` times; without one, a grey image or zeros. */
export function exampleInputs(manifest: Manifest, signature: Signature, rows: number): NamedTensors {
  const [input] = signature.inputs;
  if (isImage(manifest) && input !== undefined) {
    return { [input.name]: greyImages(resolveImageSpec(manifest.image), input, rows) };
  }
  if (!isTabular(manifest)) return zeros(signature, rows);
  const inputs = createRowDecoder(manifest).decode(new Array(rows).fill(exampleFeatures(manifest)));
  if (inputs === undefined) throw new Error('the example of the manifest does not fit its own signature');
  return inputs;
}

const GREY = 128;

/** A size that the model leaves open is that of most. */
const USUAL_SIDE = 224;

function greyImages(spec: ResolvedImageSpec, input: TensorSpec, count: number): Tensor {
  const axes = spec.layout === 'nchw' ? [3, 2] : [2, 1];
  const [width = USUAL_SIDE, height = USUAL_SIDE] = axes.map((axis) => {
    const size = input.shape[axis];
    return typeof size === 'number' ? size : undefined;
  });
  const image = { data: new Uint8Array(width * height * 3).fill(GREY), width, height };
  return toTensor(new Array<typeof image>(count).fill(image), spec, input.type as ImageElement);
}

/** Sizes that are known only when run are 1, but for the first, which counts rows. */
function zeros({ inputs }: Signature, rows: number): NamedTensors {
  return Object.fromEntries(
    inputs.map(({ name, type, shape }) => {
      const dims = shape.map((size, axis) => (typeof size === 'number' ? size : axis === 0 ? rows : 1));
      const length = dims.reduce((product, size) => product * size, 1);
      return [name, { type, dims, data: allocateData(type, length) } as Tensor];
    }),
  );
}

/**
 * Checks that two sessions answer the manifest's example alike: what is no floating point number exactly, and what
 * is up to the last digits, which the order of additions changes.
 *
 * @throws naming the first output that differs.
 */
export async function checkSameAnswers(
  manifest: Manifest,
  expected: Session,
  actual: Session,
): Promise<void> {
  const inputs = exampleInputs(manifest, expected.signature, 1);
  const [wanted, got] = await Promise.all([expected.run(inputs), actual.run(inputs)]);
  for (const [name, tensor] of Object.entries(wanted)) {
    if (!isSameTensor(tensor, got[name]))
      throw new Error(`output "${name}" differs from that of the artifact`);
  }
}

function isSameTensor(expected: Tensor, actual: Tensor | undefined): boolean {
  if (actual?.type !== expected.type || actual.dims.join() !== expected.dims.join()) return false;
  const values: ArrayLike<Element> = actual.data;
  // A plain loop, because the arrays of numbers, bigints and texts have no method in common.
  for (let i = 0; i < expected.data.length; i++) {
    if (!isSameElement(expected.data[i], values[i])) return false;
  }
  return true;
}

type Element = number | bigint | string;

function isSameElement(expected: Element | undefined, actual: Element | undefined): boolean {
  if (typeof expected !== 'number' || typeof actual !== 'number') return expected === actual;
  return Object.is(expected, actual) || Math.abs(expected - actual) <= 1e-6 + 1e-4 * Math.abs(expected);
}
