import { ServingError } from '../core/errors';
import { type RetryPolicy, retryTransient } from './backoff';
import { type Media, type MediaLimits, type ObjectSource, openMedia } from './media';
import { TransientFailure } from './store-failure';

/** How long a download may take, and how it is tried again. */
export interface DownloadLimits extends MediaLimits, RetryPolicy {
  /** Longest time for the whole object, with every retry, in milliseconds. */
  readonly deadlineMs: number;
  /** An announced object of at least two segments is fetched in segments of this size, in bytes, side by side. */
  readonly segmentBytes: number;
  /** How many segments are fetched at a time, at least 1. */
  readonly connections: number;
}

/** Limits for a model of up to a few hundred megabytes in the region of its bucket. */
export const DOWNLOAD_LIMITS: DownloadLimits = {
  headersMs: 5_000,
  idleMs: 3_000,
  deadlineMs: 30_000,
  segmentBytes: 8 * 1024 * 1024,
  connections: 4,
  attempts: 5,
  firstDelayMs: 100,
  maxDelayMs: 2_000,
};

/** One download under way. */
export interface Download {
  readonly source: ObjectSource;
  readonly limits: DownloadLimits;
  readonly signal: AbortSignal;
}

/** Bytes `start` to `end` (exclusive) of one generation of an object. */
export interface PinnedRange {
  readonly start: number;
  readonly end: number;
  readonly generation: string;
}

/** Where the bytes of a range go. */
export interface RangeTarget {
  /** Room for the whole object: a byte goes where it lies in the object. */
  readonly bytes: Uint8Array;
  /** A response that begins with the range, to be used before another is asked for. */
  readonly first?: Media;
  /** Told of every stretch that has just been written; one may be written again after a restart. */
  readonly written?: ((start: number, end: number) => void) | undefined;
}

/** Fetches a range of an object into its place, resumed by range as long as it advances. Ranges may run side by side. */
export async function fillRange(download: Download, range: PinnedRange, target: RangeTarget): Promise<void> {
  const { source, limits, signal } = download;
  let media = target.first;
  let at = range.start;
  const attempt = async () => {
    // Nothing but the end of the answer was missing.
    if (media === undefined && at === range.end) return;
    media ??= await openMedia(source, { ...range, start: at }, { ...limits, signal });
    try {
      at = placeOf(media, at, range);
      for (let chunk = await media.next(); chunk !== undefined; chunk = await media.next()) {
        at = put(chunk, at, { end: range.end, target });
      }
    } finally {
      media.close();
      media = undefined;
    }
    const missing = range.end - at;
    if (missing > 0) throw new TransientFailure(`the store ended its answer ${missing} bytes early`);
  };
  await retryTransient(attempt, { policy: limits, signal, progress: () => at });
}

/** Where a response belongs: the rest that was asked for, or the range's beginning from a server without ranges. */
function placeOf(media: Media, asked: number, range: PinnedRange): number {
  if (media.start === asked || media.start === range.start) return media.start;
  throw new TransientFailure('the store answered with the whole object instead of a range');
}

interface Place {
  readonly end: number;
  readonly target: RangeTarget;
}

function put(chunk: Uint8Array, at: number, { end, target }: Place): number {
  const next = at + chunk.length;
  if (next > end) throw new ServingError('store-unavailable', 'the store sent more bytes than it declared');
  target.bytes.set(chunk, at);
  free(chunk);
  target.written?.(at, next);
  return next;
}

/**
 * Gives back the memory of a chunk whose bytes have been copied. Left to the garbage collector, which does not hurry
 * for memory outside its heap, the chunks of a model pile up to the size of the model. Node 20 has to leave them.
 */
function free({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && 'transfer' in buffer)
    buffer.transfer(0);
}
