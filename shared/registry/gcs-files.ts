import { withDeadline } from '../core/deadline';
import { ServingError } from '../core/errors';
import { retryTransient } from './backoff';
import { loadGcsClient } from './gcs-client';
import { httpGet } from './http-get';
import { type Media, type ObjectSource, openMedia } from './media';
import { notFound } from './object-check';
import { DOWNLOAD_LIMITS, type DownloadLimits } from './object-download';
import type { ObjectAddress, ObjectFiles } from './object-files';
import { openUpload, UPLOAD_LIMITS, type UploadLimits } from './resumable-upload';
import { fromConnection, fromStatus, SpoiltRead, TransientFailure } from './store-failure';

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
  UploadLimits;

const LIMITS: GcsFilesLimits = { ...DOWNLOAD_LIMITS, ...UPLOAD_LIMITS };

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
  const call = { limits, signal };

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

    stat: (address) => retryTransient(() => statOnce(sourceOf(address), call), { policy: limits, signal }),
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

async function statOnce(
  { url, requestHeaders }: ObjectSource,
  { limits, signal }: Call,
): Promise<string | undefined> {
  const { headersMs } = limits;
  const late = () => new TransientFailure(`the store did not answer within ${headersMs} ms`);
  const headers = await requestHeaders();
  const { status, text } = await withDeadline({ ms: headersMs, signal, late }, (inner) =>
    get(url, headers, inner),
  );
  if (status === 404) return undefined;
  if (status !== 200) throw fromStatus(status, new Error(text));
  const { generation } = parse(text);
  if (typeof generation === 'string' || typeof generation === 'number') return String(generation);
  throw new TransientFailure('something else than the store answered');
}

async function get(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  try {
    const answer = await httpGet(url, headers, signal);
    let text = '';
    for (let chunk = await answer.next(); chunk !== undefined; chunk = await answer.next()) {
      text += Buffer.from(chunk).toString();
    }
    return { status: answer.status, text };
  } catch (error) {
    throw fromConnection(error);
  }
}

function parse(text: string): { readonly generation?: unknown } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
