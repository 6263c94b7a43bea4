export interface DeadlineOptions {
  /** Time until the work counts as late, in milliseconds. */
  readonly ms: number;
  /** Cancels the work. */
  readonly signal?: AbortSignal | undefined;
  /** Makes the error for work that is late. */
  readonly late: () => Error;
}

/**
 * Waits for work, but not beyond a deadline or a cancellation, whether or not the work itself takes notice of
 * the signal it is given: the storage client, for one, takes none.
 *
 * @throws what `late` makes, or the reason of the signal.
 */
export async function withDeadline<T>(
  { ms, signal, late }: DeadlineOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const inner = new AbortController();
  const cancel = () => inner.abort(signal?.reason);
  signal?.addEventListener('abort', cancel, { once: true });
  // A model run blocks the event loop: what arrived meanwhile is looked at before the work is called late.
  const timer = setTimeout(() => setImmediate(() => inner.abort(late())), ms);
  try {
    return await unlessAborted(work(inner.signal), inner.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}
