/** How an exchange ended. */
export interface Ending {
  /** The status that was sent. */
  readonly status: number;
  /** When the answer was made, or, if it was written piece by piece, sent; on the monotonic clock. */
  readonly endedAt: number;
  /** Whether the answer was whole when it was made. */
  readonly isWhole: boolean;
  /** What went wrong, if anything did. */
  readonly failure?: Failure;
}

/** What went wrong, in words: the classes of errors are not known here. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** Where it happened; absent where the fault is the caller's. */
  readonly stack?: string;
}
