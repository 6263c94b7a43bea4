/** Numbers that look random and are the same in every run and on every machine. */
export interface Random {
  /** At least 0 and less than 1. */
  next(): number;
  /** At least `low` and less than `high`. */
  between(low: number, high: number): number;
  /** An integer of at least 0 and less than `limit`, which is at most 2^32. */
  below(limit: number): number;
}

// Looked up once: 25 million weights are made with it.
const { imul } = Math;

/**
 * Starts a sequence; equal seeds give equal sequences. It is Mulberry32, which needs integers only: 2^32 numbers
 * before it repeats are plenty for weights and pictures, and nothing here is a secret.
 *
 * @param seed an integer; its lower 32 bits count.
 * @see https://github.com/cprosche/mulberry32
 */
export function createRandom(seed: number): Random {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    below: (limit) => Math.floor(next() * limit),
  };
}

/** The integers from 0 to below `length` in a random order (Fisher-Yates). */
export function shuffledIndices(length: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const moved = order[last] as number;
    order[last] = order[other] as number;
    order[other] = moved;
  }
  return order;
}
