import type { Failure } from '../exchange';

/** How an exchange ended. */
export interface Ending {
  /** The status that was sent. */
  readonly status: number;
  /** When the answer was made, or, if it was written piece by piece, sent; on the monotonic clock. */
  readonly endedAt: number;
  /** Whether the answer was whole when it was made. */
  readonly isWhole: boolean;
  /** What went wrong, if anything did; in words, for the classes of errors are not known to who makes the spans. */
  readonly failure?: Failure;
}
