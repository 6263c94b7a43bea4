import type { Manifest } from '../shared/core/manifest';
import type { Tensor } from '../shared/core/tensor';
import type { Session } from '../shared/runtime/session';
import { exampleInputs } from '../shared/serving/models/example-inputs';

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

/** Whether two tensors are the same bit for bit. */
export function isIdenticalTensor(expected: Tensor, actual: Tensor | undefined): boolean {
  return isSameTensor(expected, actual, (left, right) => Object.is(left, right));
}

/** Whether two tensors are the same; floating point numbers up to the last digits, unless something else is said. */
export function isSameTensor(
  expected: Tensor,
  actual: Tensor | undefined,
  isSame: (left: Element | undefined, right: Element | undefined) => boolean = isSameElement,
): boolean {
  if (actual?.type !== expected.type || actual.dims.join() !== expected.dims.join()) return false;
  const values: ArrayLike<Element> = actual.data;
  // A plain loop, because the arrays of numbers, bigints and texts have no method in common.
  for (let i = 0; i < expected.data.length; i++) {
    if (!isSame(expected.data[i], values[i])) return false;
  }
  return true;
}

type Element = number | bigint | string;

function isSameElement(expected: Element | undefined, actual: Element | undefined): boolean {
  if (typeof expected !== 'number' || typeof actual !== 'number') return expected === actual;
  return Object.is(expected, actual) || Math.abs(expected - actual) <= 1e-6 + 1e-4 * Math.abs(expected);
}
