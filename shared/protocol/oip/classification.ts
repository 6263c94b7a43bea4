import { fromFloat16 } from '../../core/float16';
import { shortestFloat32 } from '../../core/float32';
import type { Tensor } from '../../core/tensor';

/**
 * Ranks the scores of each row, highest first: `[N, …d]` → strings `[N, k]`, a vector → `[k]`. Each is
 * `value:index`, and `value:index:label` where there is a label for every score. Equal scores keep their order.
 *
 * @param k most scores for each row.
 * @param tensor numbers, at least one dimension.
 * @see https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_classification.md
 */
export function classify(
  tensor: Tensor,
  k: number,
  { classes = [] }: { classes?: readonly string[] },
): Tensor {
  const isVector = tensor.dims.length < 2;
  const rows = isVector ? 1 : (tensor.dims[0] ?? 0);
  const width = rows === 0 ? 0 : tensor.data.length / rows;
  const kept = Math.min(k, width);
  // A shape such as [10^15, 0] costs its sender nothing, so its rows are not walked.
  if (kept === 0) return { type: 'string', dims: isVector ? [0] : [rows, 0], data: [] };
  const labels = classes.length === width ? classes.map((label) => `:${label}`) : [];
  const scoreAt = scoreReader(tensor);
  const data: string[] = [];
  for (let row = 0; row < rows; row++) {
    const scores = Array.from({ length: width }, (_, index) => scoreAt(row * width + index));
    for (const index of rank(scores).slice(0, kept))
      data.push(`${scores[index]}:${index}${labels[index] ?? ''}`);
  }
  return { type: 'string', dims: isVector ? [kept] : [rows, kept], data };
}

type Score = number | bigint;

function scoreReader({ type, data }: Tensor): (at: number) => Score {
  if (type === 'float16') return (at) => fromFloat16(data[at] as number);
  if (type === 'float32') return (at) => shortestFloat32(data[at] as number);
  return (at) => data[at] as Score;
}

/** Indices of the scores, highest first. NaN is below everything. */
function rank(scores: readonly Score[]): number[] {
  const keys = scores.map((score) => (Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score));
  const compare = (a: number, b: number) => {
    const [first, second] = [keys[a] as Score, keys[b] as Score];
    if (first === second) return a - b;
    return first > second ? -1 : 1;
  };
  return scores.map((_, index) => index).sort(compare);
}
