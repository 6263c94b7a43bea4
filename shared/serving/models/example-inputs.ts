import { type ResolvedImageSpec, resolveImageSpec } from '../../core/image-spec';
import { exampleFeatures, isImage, isTabular, type Manifest } from '../../core/manifest';
import { createRowDecoder } from '../../core/rows';
import type { Signature, TensorSpec } from '../../core/signature';
import { allocateData, type NamedTensors, type Tensor } from '../../core/tensor';
import { type ImageElement, toTensor } from '../../runtime/image/tensor';

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
