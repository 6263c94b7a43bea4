import type { NamedTensors } from '../../core/tensor';

/** A request that was answered, for another version to answer as well. */
export interface ShadowCopy {
  readonly model: string;
  /** The version that answered. */
  readonly version: string;
  /** The version that is given the copy. */
  readonly shadow: string;
  readonly rows: number;
  readonly inputs: NamedTensors;
  /** What the answer was made of. */
  readonly outputs: NamedTensors;
}

/** How the answers of two versions to the same input differ. */
export interface Comparison {
  /** Share of the rows that both predict to be of the same class, from 0 to 1; absent for what has no classes. */
  readonly agreement?: number;
  /** Largest difference between two numbers that mean the same: probabilities, predicted values, or elements of outputs
   * of the same name; absent where none are. */
  readonly maxDifference?: number;
}

/** What became of a copy. */
export type ShadowOutcome =
  | ({
      readonly outcome: 'compared';
      /** The run of the shadow, in milliseconds. */
      readonly runMs: number;
      /** What the shadow predicts: a class, a number, or how often each class. */
      readonly prediction?: unknown;
    } & Comparison)
  | { readonly outcome: 'failed'; readonly reason: string };
