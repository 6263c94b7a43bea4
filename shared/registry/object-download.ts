import { createHash } from 'node:crypto';
import { withDeadline } from '../core/deadline';
import { ServingError } from '../core/errors';
import { type RetryPolicy, retryTransient } from './backoff';
import {
  type Media,
  type MediaLimits,
  type MediaRange,
  type ObjectSource,
  openMedia,
  Unchanged,
} from './media';
import { checkSize, digestError } from './object-check';
import type { ReadOptions, StoredObject } from './store';
import { SpoiltRead, TransientFailure } from './store-failure';

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

/**
 * Reads a whole object of Cloud Storage. In place of the client library's `download()`, which never settles when
 * a connection closes in the middle (https://github.com/googleapis/nodejs-storage/issues/1822).
 *
 * Every request after the first is for the generation that the first one found and for the bytes still missing.
 * Bytes with another digest than the expected one are fetched once more, from the beginning.
 *
 * @throws {ServingError} as `Store.read` says; the signal's reason when that cancels; `Unchanged` where the generation is
 *   the one that is known already (`unless`).
 */
export async function downloadObject(
  source: ObjectSource,
  { expected, signal, unless }: ReadOptions & Pick<MediaRange, 'unless'> = {},
  limits: DownloadLimits = DOWNLOAD_LIMITS,
): Promise<StoredObject> {
  const late = () =>
    new ServingError(
      'store-unavailable',
      `the store did not deliver "${source.key}" within ${limits.deadlineMs} ms`,
    );
  return withDeadline({ ms: limits.deadlineMs, signal, late }, async (whole) => {
    const download = { source, limits, signal: whole, unless };
    try {
      return await readOnce(download, expected).catch((error: unknown) => {
        if (error instanceof SpoiltRead) return readOnce(download, expected);
        throw error;
      });
    } catch (error) {
      throw error instanceof SpoiltRead ? error.outcome : error;
    }
  });
}

/**
 * Reads a whole object unless it is still of a generation that is known.
 *
 * @returns undefined where it is.
 * @throws {ServingError} as `downloadObject`
 */
export async function downloadIfChanged(
  source: ObjectSource,
  generation: string,
  { signal, limits }: { signal?: AbortSignal | undefined; limits: DownloadLimits },
): Promise<StoredObject | undefined> {
  try {
    return await downloadObject(source, { unless: generation, ...(signal && { signal }) }, limits);
  } catch (error) {
    if (error instanceof Unchanged) return undefined;
    throw error;
  }
}

/** One download under way. */
export interface Download {
  readonly source: ObjectSource;
  readonly limits: DownloadLimits;
  readonly signal: AbortSignal;
}

async function readOnce(
  download: Download & { readonly unless: string | undefined },
  expected: ReadOptions['expected'],
): Promise<StoredObject> {
  const { source, limits, signal, unless } = download;
  const isLarge = expected !== undefined && expected.bytes >= 2 * limits.segmentBytes;
  const range = {
    start: 0,
    ...(isLarge && { end: limits.segmentBytes }),
    ...(unless !== undefined && { unless }),
  };
  const open = () => openMedia(source, range, { ...limits, signal });
  const first = await retryTransient(open, { policy: limits, signal });
  try {
    checkSize(source.key, first.size, expected);
    const bytes = Buffer.allocUnsafeSlow(first.size);
    const digest = createDigest(bytes, limits.segmentBytes);
    await fillSegments(download, first, { bytes, first, written: digest.written });
    const mismatch = digestError(source.key, digest.hex(), expected);
    if (mismatch !== undefined) throw new SpoiltRead(mismatch);
    return { bytes, generation: first.generation };
  } finally {
    first.close();
  }
}

/** Fetches what the first response leaves out, segment by segment over several connections. */
async function fillSegments(
  download: Download,
  { generation, size, end }: Media,
  target: RangeTarget,
): Promise<void> {
  const { segmentBytes, connections } = download.limits;
  const rest = new AbortController();
  const linked = { ...download, signal: AbortSignal.any([download.signal, rest.signal]) };
  let next = end;
  async function fillNext(): Promise<void> {
    while (next < size) {
      const start = next;
      next = Math.min(size, start + segmentBytes);
      await fillRange(
        linked,
        { start, end: next, generation },
        { bytes: target.bytes, written: target.written },
      );
    }
  }
  try {
    const beginning = fillRange(linked, { start: 0, end, generation }, target).then(fillNext);
    await Promise.all([beginning, ...Array.from({ length: connections - 1 }, fillNext)]);
  } finally {
    // One that failed ends the others.
    rest.abort();
  }
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

/** Hashes a buffer while its segments are being filled side by side, as far as there is no gap. */
function createDigest(bytes: Uint8Array, segmentBytes: number) {
  let hash = createHash('sha256');
  let hashed = 0;
  /** One past the last byte written of each segment. */
  let filled: number[] = [];
  function hashUpTo(end: number): void {
    hash.update(bytes.subarray(hashed, end));
    hashed = end;
  }
  return {
    written(start: number, end: number): void {
      if (start < hashed) {
        // Written again: what was hashed may not be what is there now.
        hash = createHash('sha256');
        hashed = 0;
        filled = [];
      }
      for (let at = start; at < end; at = segmentEnd(at, segmentBytes)) {
        filled[Math.floor(at / segmentBytes)] = Math.min(end, segmentEnd(at, segmentBytes));
      }
      for (let upTo = filled[0] ?? 0; upTo > hashed; upTo = filled[Math.floor(hashed / segmentBytes)] ?? 0) {
        hashUpTo(upTo);
      }
    },
    hex(): string {
      hashUpTo(bytes.length);
      return hash.digest('hex');
    },
  };
}

function segmentEnd(at: number, segmentBytes: number): number {
  return (Math.floor(at / segmentBytes) + 1) * segmentBytes;
}
