import type { Signature } from '../../core/signature';
import type { NamedTensors } from '../../core/tensor';
import { type Batcher, type BatcherOptions, createBatcher } from '../../runtime/batcher';
import type { BatchedRun, CallOptions } from '../../runtime/waiting-call';

/** Runs the model on tensors that fit its signature. */
export type TensorRunner = (inputs: NamedTensors, options?: CallOptions) => Promise<BatchedRun>;

/**
 * Makes what runs tensors. Calls share a run only where it can be told afterwards which rows are whose.
 *
 * @param cached makes a batcher that answers what it can of what is kept.
 */
export function createTensorRunner(
  signature: Signature,
  parts: BatcherOptions,
  cached: (scope: string, run: Batcher) => Batcher,
): TensorRunner {
  const { run, now } = parts;
  const shared = sharesRows(signature) ? cached('tensors', createBatcher(parts)) : undefined;
  const alone = cached('tensors', async (given, _rows, options) => {
    const inputs = typeof given === 'function' ? await given() : given;
    const startedAt = now();
    try {
      const outputs = await run(inputs);
      return { outputs, startedAt, queueMs: 0, runMs: now() - startedAt };
    } catch (error) {
      options?.onFailedRun?.({ startedAt, queueMs: 0, runMs: now() - startedAt }, error);
      throw error;
    }
  });
  return async function runTensors(inputs, options) {
    const rows = shared && rowsOf(inputs);
    if (shared !== undefined && rows !== undefined) return shared(inputs, rows, options);
    return alone(inputs, 1, options);
  };
}

/** Every tensor has the same symbolic first dimension, and inputs have no other that varies. */
function sharesRows({ inputs, outputs }: Signature): boolean {
  const [axis] = inputs[0]?.shape ?? [];
  const isFixed = inputs.every(({ shape }) => shape.slice(1).every((size) => typeof size === 'number'));
  return (
    typeof axis === 'string' && isFixed && [...inputs, ...outputs].every(({ shape }) => shape[0] === axis)
  );
}

/** The number of rows that all tensors have; undefined where they differ or there are none. */
function rowsOf(inputs: NamedTensors): number | undefined {
  const [first, ...others] = Object.values(inputs).map(({ dims }) => dims[0]);
  return first !== undefined && first > 0 && others.every((rows) => rows === first) ? first : undefined;
}
