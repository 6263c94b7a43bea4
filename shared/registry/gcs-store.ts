import { createHash, randomUUID } from 'node:crypto';
import { type DeadlineOptions, withDeadline } from '../core/deadline';
import { ServingError } from '../core/errors';
import { retryTransient } from './backoff';
import { type BucketObjectFacts, type GcsClient, loadGcsClient, type Upload } from './gcs-client';
import type { ObjectSource } from './media';
import { checkKey, conflict, isVisible } from './object-check';
import { downloadIfChanged, downloadObject } from './object-download';
import { DOWNLOAD_LIMITS, type DownloadLimits } from './range-download';
import { openUpload, UPLOAD_LIMITS, type UploadTarget } from './resumable-upload';
import type { Store, WriteOptions } from './store';
import { TransientFailure } from './store-failure';

export interface GcsStoreOptions {
  readonly bucket: string;
  /** Folder of the bucket that the store is, without slashes at its ends. The whole bucket when empty. */
  readonly prefix?: string | undefined;
  /** Base URL of an emulator. Cloud Storage when absent. */
  readonly endpoint?: string | undefined;
  /** Whether requests carry no credentials. @default true with an `endpoint`, else false */
  readonly anonymous?: boolean;
  readonly limits?: Partial<GcsLimits>;
}

/** How long the calls of a store may take. */
export interface GcsLimits extends DownloadLimits {
  /** Longest time for one request other than a download, in milliseconds. */
  readonly requestMs: number;
  /** Longest time for a listing, with every page and retry, in milliseconds. */
  readonly listMs: number;
  /** Longest time for a write, with every retry, in milliseconds. */
  readonly writeMs: number;
}

const LIMITS: GcsLimits = { ...DOWNLOAD_LIMITS, requestMs: 5_000, listMs: 30_000, writeMs: 300_000 };

/**
 * Opens a store that is a bucket of Cloud Storage, or a folder of one. Connects and loads the client library on
 * first need; reading from an emulator does without the library.
 *
 * Reading needs `roles/storage.objectViewer` on the bucket, writing `roles/storage.objectUser`.
 */
export function createGcsStore(options: GcsStoreOptions): Store {
  const { bucket, prefix = '', endpoint, anonymous = endpoint !== undefined } = options;
  const limits = { ...LIMITS, ...options.limits };
  const base = (endpoint ?? CLOUD_STORAGE).replace(/\/+$/, '');
  const root = prefix === '' ? '' : `${prefix}/`;
  const client = once(() => loadGcsClient({ bucket, endpoint: base, anonymous, timeoutMs: limits.writeMs }));

  const requestHeaders = async () => (anonymous ? {} : (await client()).requestHeaders());

  const source = (key: string): ObjectSource => ({
    key,
    url: `${base}/storage/v1/b/${bucket}/o/${encodeURIComponent(root + key)}`,
    requestHeaders,
  });

  const uploadTarget = (name: string): UploadTarget => ({
    url: `${base}/upload/storage/v1/b/${bucket}/o`,
    name,
    requestHeaders,
  });

  return {
    uri: `gs://${bucket}${prefix === '' ? '' : `/${prefix}`}`,

    async read(key, readOptions) {
      checkKey(key);
      return downloadObject(source(key), readOptions, limits);
    },

    async readIfChanged(key, generation, { signal } = {}) {
      checkKey(key);
      return downloadIfChanged(source(key), generation, { signal, limits });
    },

    async stat(key) {
      checkKey(key);
      const stat = ({ stat }: GcsClient) => stat(root + key);
      return withDeadline(whole(limits.listMs), (signal) => ask(client, stat, { limits, signal }));
    },

    async list(under) {
      const full = root + under;
      const names = await withDeadline(whole(limits.listMs), (signal) =>
        listAll(client, full, { limits, signal }),
      );
      return names
        .map((name) => name.slice(full.length))
        .filter(isVisible)
        .sort();
    },

    async write(key, bytes, ifGeneration, { onProgress } = {}) {
      checkKey(key);
      const upload = { name: root + key, bytes, ifGeneration, writer: randomUUID() };
      const write = (signal: AbortSignal) =>
        bytes.length > UPLOAD_LIMITS.partBytes
          ? writeInParts(uploadTarget(upload.name), upload, { onProgress, signal })
          : writeOnce(client, upload, { limits, signal });
      const writeMs = limits.writeMs + Math.floor(bytes.length / SLOWEST_BYTES_PER_MS);
      const generation = await withDeadline(whole(writeMs), write);
      if (generation === undefined) throw conflict(key);
      onProgress?.(bytes.length);
      return generation;
    },

    async remove(key, ifGeneration) {
      checkKey(key);
      const remove = ({ remove }: GcsClient) => remove(root + key, ifGeneration);
      const isGone = await withDeadline(whole(limits.listMs), (signal) =>
        ask(client, remove, { limits, signal }),
      );
      if (!isGone) throw conflict(key);
    },
  };
}

const CLOUD_STORAGE = 'https://storage.googleapis.com';

/** Keeps what was made; a failure is not kept. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

type OpenClient = () => Promise<GcsClient>;

/** The limit on everything that one method does. */
function whole(ms: number): DeadlineOptions {
  return {
    ms,
    late: () => new ServingError('store-unavailable', `the store did not finish within ${ms} ms`),
  };
}

/** The limit on one request, after which another is worth a try. */
function single(ms: number, signal: AbortSignal): DeadlineOptions {
  return { ms, signal, late: () => new TransientFailure(`the store did not answer within ${ms} ms`) };
}

interface Call {
  readonly limits: GcsLimits;
  readonly signal: AbortSignal;
}

async function listAll(open: OpenClient, prefix: string, call: Call): Promise<readonly string[]> {
  const names: string[] = [];
  let pageToken: string | undefined;
  do {
    const after = pageToken;
    const page = await ask(open, (client) => client.list(prefix, after), call);
    names.push(...page.names);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return names;
}

/** Uploads slower than this count as hanging: 100 kB/s. */
const SLOWEST_BYTES_PER_MS = 100;

/** Gives the new generation, or undefined when somebody else's write came first. */
async function writeOnce(
  open: OpenClient,
  upload: Upload,
  { limits, signal }: Call,
): Promise<string | undefined> {
  const client = await open();
  const uploadMs = limits.requestMs + upload.bytes.length / SLOWEST_BYTES_PER_MS;
  const stat = () => withDeadline(single(limits.requestMs, signal), () => client.stat(upload.name));
  let attempts = 0;
  const attempt = async () => {
    attempts += 1;
    try {
      const generation = await withDeadline(single(uploadMs, signal), () => client.save(upload));
      // After a first attempt the precondition may have failed because that one was written all the same.
      return generation ?? (attempts === 1 ? undefined : ownGeneration(await stat(), upload));
    } catch (error) {
      if (!(error instanceof TransientFailure)) throw error;
      const facts = await stat();
      if ((facts?.generation ?? 'absent') === upload.ifGeneration) throw error;
      return ownGeneration(facts, upload);
    }
  };
  return retryTransient(attempt, { policy: limits, signal });
}

/** What is large is sent in parts, of which a lost connection costs one; its outcome is the upload's own to tell. */
async function writeInParts(
  target: UploadTarget,
  { bytes, ifGeneration }: Upload,
  { onProgress, signal }: WriteOptions & { readonly signal: AbortSignal },
): Promise<string | undefined> {
  const md5 = createHash('md5').update(bytes).digest('base64');
  const upload = await openUpload(target, { ifGeneration, md5 }, { signal });
  if (upload === undefined) return undefined;
  const { partBytes } = UPLOAD_LIMITS;
  let sent = 0;
  for (; bytes.length - sent > partBytes; sent += partBytes) {
    await upload.send(bytes.subarray(sent, sent + partBytes));
    onProgress?.(sent + partBytes);
  }
  return upload.finish(bytes.subarray(sent));
}

/** Asks one thing of the client, again while that fails in ways that may pass. */
async function ask<T>(
  open: OpenClient,
  question: (client: GcsClient) => Promise<T>,
  { limits, signal }: Call,
): Promise<T> {
  const client = await open();
  const attempt = () => withDeadline(single(limits.requestMs, signal), () => question(client));
  return retryTransient(attempt, { policy: limits, signal });
}

function ownGeneration(facts: BucketObjectFacts | undefined, { writer }: Upload): string | undefined {
  return facts?.writer === writer ? facts.generation : undefined;
}
