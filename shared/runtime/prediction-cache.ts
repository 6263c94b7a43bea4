import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { NamedTensors, Tensor } from '../core/tensor';
import { memoryOf } from '../core/tensor-memory';
import type { Batcher } from './batcher';

export interface PredictionCacheOptions {
  /** Most memory that answers may take together, in bytes. */
  readonly maxBytes: number;
  /** How long an answer is good, in milliseconds. */
  readonly maxAgeMs: number;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
}

/** The answers of one version to inputs that it was given before. */
export interface PredictionCache {
  /**
   * Makes a batcher that answers from here what it can. Work of many calls is not kept: it does not repeat itself, and
   * would push out what does.
   *
   * @param scope tells apart runs that compute different outputs of the same inputs.
   */
  wrap(scope: string, run: Batcher): Batcher;
}

/** What a key and the bookkeeping of an entry take, in bytes. */
const ENTRY_BYTES = 500;

/** Makes the cache of one version: it goes with the version, so that no other ever answers from it. */
export function createPredictionCache({ maxBytes, maxAgeMs, now }: PredictionCacheOptions): PredictionCache {
  const answers = new LRUCache<string, NamedTensors>({
    maxSize: maxBytes,
    sizeCalculation: (outputs) => ENTRY_BYTES + memoryOf(outputs),
    ttl: maxAgeMs,
    // Else it keeps the time for a millisecond, by a timer.
    ttlResolution: 0,
    perf: { now },
  });
  return {
    wrap: (scope, run) =>
      async function runCached(given, rows, options) {
        if (options?.isPatient === true) return run(given, rows, options);
        const calledAt = now();
        const inputs = typeof given === 'function' ? await given() : given;
        const key = keyOf(scope, inputs);
        const known = answers.get(key);
        if (known !== undefined) {
          return { outputs: copyOf(known), queueMs: now() - calledAt, runMs: 0, cache: 'hit' };
        }
        const madeMs = now() - calledAt;
        const done = await run(inputs, rows, options);
        answers.set(key, copyOf(done.outputs));
        return { ...done, queueMs: madeMs + done.queueMs, cache: 'miss' };
      },
  };
}

/** Equal for the same bytes in the same tensors, and for nothing else. */
function keyOf(scope: string, inputs: NamedTensors): string {
  const hash = createHash('sha256').update(scope);
  for (const [name, { type, dims, data }] of Object.entries(inputs)) {
    hash.update(`\n${JSON.stringify([name, type, dims])}\n`);
    hash.update(Array.isArray(data) ? JSON.stringify(data) : bytesIn(data));
  }
  return hash.digest('base64');
}

function bytesIn({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * What is kept is nobody else's: whoever is given an answer may do with it what they like. And the outputs of a call are a
 * part of those of the run that it shared, which a copy does not hold as a whole.
 */
function copyOf(tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { type, dims, data }]) => [
      name,
      { type, dims: [...dims], data: data.slice() } as Tensor,
    ]),
  );
}
