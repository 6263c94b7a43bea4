import type { TensorSpec } from '../../shared/core/signature';
import { allocateData, type NamedTensors, type Tensor } from '../../shared/core/tensor';
import type { KnownCategories } from '../../shared/onnx/categories';
import { createRandom } from '../../training/random';

/** Values that columns are known to take: those of an encoder in the graph, or of data. */
export type KnownValues = readonly Pick<KnownCategories, 'input' | 'column' | 'values'>[];

/** Most values of one input: what a file declares costs no memory that nobody has. */
const MAX_VALUES = 2 ** 26;

/** A symbolic size of one tensor is the same in all others. */
const FREE_SIZE = 4;
/** Least height and width that networks of images bear. */
const FREE_SIDE = 64;

/** Makes rows to try a model with, equal for equal seeds: numbers around zero, known values, else words. */
export function probeInputs(
  inputs: readonly TensorSpec[],
  rows: number,
  { known = [], seed = 7 }: { known?: KnownValues; seed?: number },
): NamedTensors {
  const random = createRandom(seed);
  return Object.fromEntries(
    inputs.map((spec) => {
      const dims = spec.shape.map((size, axis) => sizeOf(spec, size, axis === 0 ? rows : undefined));
      const length = dims.reduce((product, size) => product * size, 1);
      if (length > MAX_VALUES) throw new Error(`${rows} rows of input "${spec.name}" have ${length} values`);
      const data = allocateData(spec.type, length);
      const columns = dims.length > 1 ? (dims.at(-1) ?? 1) : 1;
      for (let at = 0; at < length; at++) {
        const values = known.find(
          ({ input, column }) => input === spec.name && column === at % columns,
        )?.values;
        data[at] = valueFor(spec.type, { values, random: random.next() }) as never;
      }
      return [spec.name, { type: spec.type, dims, data } as Tensor];
    }),
  );
}

function sizeOf({ shape }: TensorSpec, size: number | string, rows: number | undefined): number {
  if (typeof size === 'number') return size;
  return rows ?? (shape.length === 4 ? FREE_SIDE : FREE_SIZE);
}

const WORDS = ['one', 'Two', 'THREE four', 'a fifth word'];

interface Draw {
  readonly values: readonly (string | bigint)[] | undefined;
  /** From 0 to 1. */
  readonly random: number;
}

function valueFor(type: Tensor['type'], { values, random }: Draw): string | bigint | number {
  const choices = values ?? (type === 'string' ? WORDS : undefined);
  const chosen = choices?.[Math.min(choices.length - 1, Math.floor(random * choices.length))];
  switch (type) {
    case 'string':
      return String(chosen);
    case 'int64':
    case 'uint64':
      return BigInt(Math.trunc(Number(chosen ?? random * 2)) || 0);
    case 'float32':
    case 'float64':
      return chosen === undefined ? (random - 0.5) * 4 : Number(chosen);
    case 'float16':
      // The bits of 1 and of the numbers just above.
      return 0x3c00 + Math.floor(random * 256);
    default:
      return Number(chosen ?? Math.floor(random * 2));
  }
}

/** Some rows of tensors that have as many as each other; a tensor without rows stays whole. */
export function sliceRows(tensors: NamedTensors, start: number, end: number): NamedTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, sliceTensor(tensor, start, end)]),
  );
}

function sliceTensor(tensor: Tensor, start: number, end: number): Tensor {
  const [rows = 0, ...rest] = tensor.dims;
  if (tensor.dims.length === 0 || rows < end) return tensor;
  const width = rest.reduce((product, size) => product * size, 1);
  const data = tensor.data.slice(start * width, end * width);
  return { type: tensor.type, dims: [end - start, ...rest], data } as Tensor;
}
