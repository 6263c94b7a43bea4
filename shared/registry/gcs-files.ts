import { ServingError } from '../core/errors';
import { retryTransient } from './backoff';
import { loadGcsClient } from './gcs-client';
import { getJson, type Json } from './gcs-json';
import { type Media, type ObjectSource, openMedia } from './media';
import { notFound } from './object-check';
import type { ListedObject, ObjectAddress, ObjectFiles } from './object-files';
import { DOWNLOAD_LIMITS, type DownloadLimits } from './range-download';
import { openUpload, UPLOAD_LIMITS, type UploadLimits } from './resumable-upload';
import { fromStatus, SpoiltRead, TransientFailure } from './store-failure';

export interface GcsFilesOptions {
  /** Base URL of an emulator. Cloud Storage when absent. */
  readonly endpoint?: string | undefined;
  /** Whether requests carry no credentials. @default true with an `endpoint`, else false */
  readonly anonymous?: boolean;
  /** Ends everything that is under way. */
  readonly signal?: AbortSignal;
  readonly limits?: Partial<GcsFilesLimits>;
}

/** How long requests may take, and how they are tried again. */
export type GcsFilesLimits = Omit<DownloadLimits, 'deadlineMs' | 'segmentBytes' | 'connections'> &
  UploadLimits & {
    /** Most objects that one answer to a listing names; 1000 is Cloud Storage's own limit. */
    readonly pageObjects: number;
  };

const LIMITS: GcsFilesLimits = { ...DOWNLOAD_LIMITS, ...UPLOAD_LIMITS, pageObjects: 1000 };

const CLOUD_STORAGE = 'https://storage.googleapis.com';

/**
 * Opens the objects of Cloud Storage as streams; nothing is connected before it is needed.
 *
 * Reading needs `roles/storage.objectViewer` on the bucket, writing `roles/storage.objectUser`.
 */
export function openGcsFiles(options: GcsFilesOptions = {}): ObjectFiles {
  const { endpoint, anonymous = endpoint !== undefined, signal = new AbortController().signal } = options;
  const base = (endpoint ?? CLOUD_STORAGE).replace(/\/+$/, '');
  const limits = { ...LIMITS, ...options.limits };
  const requestHeaders = createAuthorization(base, anonymous);

  const sourceOf = ({ bucket, name }: ObjectAddress): ObjectSource => ({
    key: name,
    url: `${base}/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(name)}`,
    requestHeaders,
  });
  const call: Call = { limits, signal };

  return {
    openRead: (address, generation) => readStored(sourceOf(address), generation, call),

    async write({ bucket, name }, source, writeOptions = {}) {
      const url = `${base}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o`;
      const upload = await openUpload({ url, name, requestHeaders }, writeOptions, call);
      if (upload === undefined) return undefined;
      const part = Buffer.allocUnsafeSlow(limits.partBytes);
      let length = 0;
      for await (const piece of source) {
        const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
        for (let at = 0; at < bytes.length; ) {
          // Sent when there is more to come: the last part is not known to be the last before that.
          if (length === part.length) {
            await upload.send(part);
            length = 0;
          }
          const some = bytes.subarray(at, at + part.length - length);
          part.set(some, length);
          length += some.length;
          at += some.length;
        }
      }
      return upload.finish(part.subarray(0, length));
    },

    async stat(address) {
      const description = await getJson(sourceOf(address), call);
      return description && generationOf(description);
    },

    async *list({ bucket, prefix }) {
      const url = `${base}/storage/v1/b/${encodeURIComponent(bucket)}/o`;
      const listing = { prefix, fields: LISTED, maxResults: String(limits.pageObjects) };
      for (let pageToken: string | undefined = ''; pageToken !== undefined; ) {
        const query = new URLSearchParams({ ...listing, ...(pageToken && { pageToken }) });
        const page: Json =
          (await getJson({ url: `${url}?${query}`, requestHeaders }, call)) ?? noBucket(bucket);
        yield* listedIn(page);
        pageToken = typeof page['nextPageToken'] === 'string' ? page['nextPageToken'] : undefined;
      }
    },
  };
}

/** The client library is used for its credentials alone. */
function createAuthorization(endpoint: string, anonymous: boolean): ObjectSource['requestHeaders'] {
  if (anonymous) return async () => ({});
  let client: ReturnType<typeof loadGcsClient> | undefined;
  return async () => {
    client ??= loadGcsClient({ bucket: 'not-needed', endpoint, anonymous, timeoutMs: 5_000 });
    return (await client).requestHeaders();
  };
}

interface Call {
  readonly limits: GcsFilesLimits;
  readonly signal: AbortSignal;
}

async function* readStored(
  source: ObjectSource,
  generation: string,
  { limits, signal }: Call,
): AsyncGenerator<Uint8Array> {
  let at = 0;
  let size: number | undefined;
  let media: Media | undefined;
  function close(): void {
    media?.close();
    media = undefined;
  }
  async function next(): Promise<Uint8Array | undefined> {
    if (at === size) return undefined;
    try {
      media ??= await openAt(source, { at, size, generation }, { limits, signal });
      size = media.size;
      const chunk = await media.next();
      if (chunk === undefined && at !== size)
        throw new TransientFailure(`the store ended ${size - at} bytes early`);
      at += chunk?.length ?? 0;
      return chunk;
    } catch (error) {
      close();
      throw error;
    }
  }
  const retry = { policy: limits, signal, progress: () => at };
  try {
    for (
      let chunk = await retryTransient(next, retry);
      chunk !== undefined;
      chunk = await retryTransient(next, retry)
    ) {
      yield chunk;
    }
  } catch (error) {
    throw error instanceof SpoiltRead ? notFound(`${source.key}#${generation}`, error) : error;
  } finally {
    close();
  }
}

interface Place {
  readonly at: number;
  /** Size of the object, once it is known. */
  readonly size: number | undefined;
  readonly generation: string;
}

async function openAt(source: ObjectSource, { at, size, generation }: Place, call: Call): Promise<Media> {
  const range = { start: at, generation, asStored: true, ...(size !== undefined && { end: size }) };
  const media = await openMedia(source, range, { ...call.limits, signal: call.signal });
  if (media.start === at) return media;
  media.close();
  throw new ServingError('store-unavailable', 'the store answered with the whole object instead of a range');
}

/** What a listing is asked to say of each object. */
const LISTED = 'items(name,generation,contentType),nextPageToken';

function listedIn({ items }: Json): ListedObject[] {
  return Array.isArray(items) ? items.map(toListed) : [];
}

function toListed(item: Json): ListedObject {
  const { name, contentType } = item;
  const type = typeof contentType === 'string' && contentType !== '' ? { contentType } : {};
  return { name: String(name), generation: generationOf(item), ...type };
}

function generationOf({ generation }: Json): string {
  if (typeof generation === 'string' || typeof generation === 'number') return String(generation);
  throw new ServingError('store-unavailable', 'something else than the store answered');
}

function noBucket(bucket: string): never {
  throw fromStatus(404, new Error(`there is no bucket "${bucket}"`));
}
