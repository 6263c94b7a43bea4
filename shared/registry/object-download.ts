import { withDeadline } from '../core/deadline';
import { ServingError } from '../core/errors';
import { retryTransient } from './backoff';
import { type Media, type MediaRange, type ObjectSource, openMedia, Unchanged } from './media';
import { checkSize, digestError } from './object-check';
import {
  DOWNLOAD_LIMITS,
  type Download,
  type DownloadLimits,
  fillRange,
  type RangeTarget,
} from './range-download';
import { createSegmentDigest } from './segment-digest';
import type { ReadOptions, StoredObject } from './store';
import { SpoiltRead } from './store-failure';

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
    const digest = createSegmentDigest(bytes, limits.segmentBytes);
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
