import { createHash } from 'node:crypto';
import type { File, Storage } from '@google-cloud/storage';
import { ServingError } from '../core/errors';
import type { ObjectFacts } from './store';
import { fromConnection, fromStatus, TransientFailure } from './store-failure';

export interface GcsClientOptions {
  readonly bucket: string;
  readonly endpoint: string;
  /** Sends no credentials: for an emulator. */
  readonly anonymous: boolean;
  /** Longest wait for an answer to begin, in milliseconds; it counts while an upload is still being sent. */
  readonly timeoutMs: number;
}

/** One page of a listing: full object names. */
export interface ListPage {
  readonly names: readonly string[];
  readonly nextPageToken: string | undefined;
}

export interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly ifGeneration: string | 'absent';
  /** Stored with the object, so that the writer knows its own work again. */
  readonly writer: string;
}

/** What is known of an object in a bucket without reading it. */
export interface BucketObjectFacts extends ObjectFacts {
  readonly writer: string | undefined;
}

/**
 * The calls of Cloud Storage that go through its client library, each tried once and none with a deadline.
 *
 * All throw TransientFailure for what may pass, and ServingError `store-unavailable` for what will not.
 */
export interface GcsClient {
  /** @throws {ServingError} `store-unavailable` with advice when there are no credentials. */
  requestHeaders(): Promise<Readonly<Record<string, string>>>;
  /** Objects and "folders" (with a trailing slash) directly under a prefix. */
  list(prefix: string, pageToken: string | undefined): Promise<ListPage>;
  /** Gives the new generation, or undefined when the precondition failed. */
  save(upload: Upload): Promise<string | undefined>;
  /** Undefined when there is no such object. */
  stat(name: string): Promise<BucketObjectFacts | undefined>;
  /** Says whether the object is gone; false when it is of another generation. */
  remove(name: string, ifGeneration: string): Promise<boolean>;
}

/** Loads the client library, which takes 50 to 170 ms, and makes a client of one bucket. Opens no connection. */
export async function loadGcsClient(options: GcsClientOptions): Promise<GcsClient> {
  const { Storage } = await import('@google-cloud/storage');
  const storage = new Storage({
    apiEndpoint: options.endpoint,
    useAuthWithCustomEndpoint: !options.anonymous,
    timeout: options.timeoutMs,
    // The library waits seconds before its first retry and may never settle after its last: we retry ourselves.
    retryOptions: { autoRetry: false },
    // Objects belong to a bucket, not to a project; without one the library asks other services for it first.
    projectId: 'not-needed',
  });
  // One failed request would otherwise destroy the connections of its neighbours, which then never settle.
  storage.interceptors.push({ request: (request) => ({ ...(request as SentRequest), forever: false }) });
  return fromStorage(storage, options);
}

/** The library's type allows a `url` too; it always passes a `uri`. */
type SentRequest = ReturnType<Storage['interceptors'][number]['request']>;

function fromStorage(storage: Storage, { bucket: bucketName, anonymous }: GcsClientOptions): GcsClient {
  const bucket = storage.bucket(bucketName);
  const authorize = async () => (anonymous ? {} : credentialHeaders(storage));
  return {
    requestHeaders: authorize,

    async list(prefix, pageToken) {
      await authorize();
      const query = {
        prefix,
        delimiter: '/',
        autoPaginate: false,
        fields: LIST_FIELDS,
        ...(pageToken && { pageToken }),
      };
      const [, , answer] = await bucket.getFiles(query).catch(rethrow);
      return toListPage(answer);
    },

    async save(upload) {
      await authorize();
      const file = bucket.file(upload.name);
      try {
        await file.save(upload.bytes, saveOptions(upload));
        return generationOf(file);
      } catch (error) {
        if (statusOf(error) === 412) return undefined;
        return rethrow(error);
      }
    },

    async stat(name) {
      await authorize();
      const file = bucket.file(name);
      try {
        await file.getMetadata();
        return factsOf(file);
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        return rethrow(error);
      }
    },

    async remove(name, ifGeneration) {
      await authorize();
      try {
        await bucket.file(name).delete({ ifGenerationMatch: ifGeneration });
        return true;
      } catch (error) {
        if (statusOf(error) === 404) return true;
        if (statusOf(error) === 412) return false;
        return rethrow(error);
      }
    },
  };
}

const LIST_FIELDS = 'kind,items(name),prefixes,nextPageToken';

async function credentialHeaders(storage: Storage): Promise<Readonly<Record<string, string>>> {
  try {
    return await storage.authClient.getRequestHeaders();
  } catch (cause) {
    const status = (cause as { response?: { status?: unknown } }).response?.status;
    if (typeof status === 'number' && status >= 500) {
      throw new TransientFailure(`no access token was to be had (${status})`, { cause });
    }
    throw new ServingError('store-unavailable', NO_CREDENTIALS, { cause, isMisconfigured: true });
  }
}

const NO_CREDENTIALS =
  'the Google credentials for the store are missing or refused: on Google Cloud give the service a service ' +
  'account, elsewhere run "gcloud auth application-default login"';

function saveOptions({ bytes, ifGeneration, writer }: Upload) {
  return {
    resumable: false,
    // The library's own check comes after the write, and deletes the object; a declared digest comes before.
    validation: false,
    preconditionOpts: { ifGenerationMatch: ifGeneration === 'absent' ? 0 : ifGeneration },
    metadata: { md5Hash: createHash('md5').update(bytes).digest('base64'), metadata: { writer } },
  };
}

/** The answer of some proxy may be a string instead: an empty list would be a lie. */
function toListPage(answer: unknown): ListPage {
  const { kind, items, prefixes, nextPageToken } = (answer ?? {}) as {
    readonly kind?: string;
    readonly items?: readonly { readonly name: string }[];
    readonly prefixes?: readonly string[];
    readonly nextPageToken?: string;
  };
  if (kind !== 'storage#objects') throw notTheStore();
  return { names: [...(items ?? []).map(({ name }) => name), ...(prefixes ?? [])], nextPageToken };
}

function generationOf({ metadata }: File): string {
  const generation: unknown = metadata?.generation;
  if (typeof generation !== 'string' && typeof generation !== 'number') throw notTheStore();
  return String(generation);
}

function factsOf(file: File): BucketObjectFacts {
  const { metadata, size, updated } = file.metadata;
  const writer = metadata?.['writer'];
  return {
    generation: generationOf(file),
    bytes: Number(size),
    writtenAt: Date.parse(updated ?? ''),
    writer: typeof writer === 'string' ? writer : undefined,
  };
}

/** Transient, because after such an answer to a write it is to be seen whether the write was done. */
function notTheStore(): TransientFailure {
  return new TransientFailure('something else than the store answered');
}

function statusOf(error: unknown): number | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'number' ? code : undefined;
}

function rethrow(error: unknown): never {
  if (error instanceof ServingError || error instanceof TransientFailure) throw error;
  const status = statusOf(error);
  throw status === undefined ? fromConnection(error) : fromStatus(status, error);
}
