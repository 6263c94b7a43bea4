import { withDeadline } from '../core/deadline';
import { ServingError } from '../core/errors';
import { type RetryOptions, type RetryPolicy, retryTransient } from './backoff';
import { type HttpReceipt, type HttpSending, httpSend } from './http-send';
import type { WriteOptions } from './object-files';
import { fromConnection, fromStatus, TransientFailure } from './store-failure';

/** Where an upload goes. */
export interface UploadTarget {
  /** The JSON API's address for uploads into the bucket, without a query. */
  readonly url: string;
  readonly name: string;
  /** Headers that authorize a request; asked for before each one, because tokens expire. */
  readonly requestHeaders: () => Promise<Readonly<Record<string, string>>>;
}

export interface UploadLimits extends RetryPolicy {
  /** Longest time for sending one part and hearing of it, in milliseconds. */
  readonly partMs: number;
  /** Size of a part, in bytes: a multiple of 256 KiB. Each upload under way holds one in memory. */
  readonly partBytes: number;
}

/** Eight megabytes are the least that Google advises; at 100 kB/s one takes 80 s. */
export const UPLOAD_LIMITS: UploadLimits = {
  partMs: 90_000,
  partBytes: 8 * 1024 * 1024,
  attempts: 5,
  firstDelayMs: 100,
  maxDelayMs: 2_000,
};

/** An upload that has begun. Parts are sent one after the other, and the object appears with the last. */
export interface ResumableUpload {
  /** Sends the next part, of `partBytes` bytes. */
  send(part: Uint8Array): Promise<void>;
  /** Sends the last part, which may be of any size. Gives the generation, or undefined if the precondition failed. */
  finish(part: Uint8Array): Promise<string | undefined>;
}

/**
 * Begins a resumable upload: one that goes on after a lost connection with the first byte that the store has not.
 *
 * @returns undefined where the precondition has failed already; Cloud Storage may also say so at the end only.
 * @throws {ServingError} `store-unavailable`; so do its methods.
 * @see https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
export async function openUpload(
  target: UploadTarget,
  options: WriteOptions,
  { limits = UPLOAD_LIMITS, signal }: { limits?: UploadLimits; signal: AbortSignal },
): Promise<ResumableUpload | undefined> {
  const call = (url: string, sending: HttpSending) => sendOnce({ target, limits, signal }, url, sending);
  const retry = { policy: limits, signal };
  const session = await retryTransient(() => openSession(call, target, options), retry);
  return session === undefined ? undefined : createUpload(session, call, retry);
}

function createUpload(session: string, call: Call, retry: RetryOptions): ResumableUpload {
  /** How many bytes of the object the store has. */
  let stored = 0;

  async function sendPart(part: Uint8Array, isLast: boolean): Promise<Receipt> {
    const start = stored;
    const end = start + part.length;
    let mustAsk = false;
    function isEnough(state: Receipt): boolean {
      if (!state.isDone) stored = placeOf(state, { start, end });
      return state.isDone || (stored === end && !isLast);
    }
    const attempt = async () => {
      // After a failure it is not known how much of the part arrived.
      const state = mustAsk ? await askState(call, session) : undefined;
      if (state !== undefined && isEnough(state)) return state;
      mustAsk = true;
      const answer = await sendFrom(call, session, { part, start, stored, isLast });
      if (isEnough(answer)) return answer;
      throw new TransientFailure(`the store took ${stored - start} of ${part.length} bytes`);
    };
    return retryTransient(attempt, { ...retry, progress: () => stored });
  }

  return {
    async send(part) {
      await sendPart(part, false);
    },
    finish: async (part) => (await sendPart(part, true)).generation,
  };
}

type Call = (url: string, sending: HttpSending) => Promise<HttpReceipt>;

interface CallParts {
  readonly target: UploadTarget;
  readonly limits: UploadLimits;
  readonly signal: AbortSignal;
}

async function sendOnce(parts: CallParts, url: string, sending: HttpSending): Promise<HttpReceipt> {
  const { partMs } = parts.limits;
  const late = () => new TransientFailure(`the store did not answer within ${partMs} ms`);
  const authorization = await parts.target.requestHeaders();
  return withDeadline({ ms: partMs, signal: parts.signal, late }, async (signal) => {
    try {
      return await httpSend(url, { ...sending, headers: { ...authorization, ...sending.headers } }, signal);
    } catch (error) {
      throw fromConnection(error);
    }
  });
}

/** Gives the address that the parts are sent to; undefined where the precondition failed. */
async function openSession(
  call: Call,
  { url, name }: UploadTarget,
  options: WriteOptions,
): Promise<string | undefined> {
  const { ifGeneration, contentType = 'application/octet-stream', md5 } = options;
  const query = new URLSearchParams({ uploadType: 'resumable', name });
  if (ifGeneration !== undefined)
    query.set('ifGenerationMatch', ifGeneration === 'absent' ? '0' : ifGeneration);
  const answer = await call(`${url}?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ name, contentType, md5Hash: md5 })),
  });
  if (answer.status === 412) return undefined;
  const location = answer.header('location');
  if (answer.status === 200 && location !== undefined) return location;
  throw fromStatus(answer.status === 200 ? 502 : answer.status, new Error(answer.text));
}

/** What the store says of an upload. */
interface Receipt {
  readonly isDone: boolean;
  /** How many bytes it has; unknown once it is done. */
  readonly stored: number;
  /** Undefined until it is done, and where the precondition failed. */
  readonly generation?: string | undefined;
}

interface Sending {
  readonly part: Uint8Array;
  readonly start: number;
  readonly stored: number;
  readonly isLast: boolean;
}

function sendFrom(call: Call, session: string, { part, start, stored, isLast }: Sending): Promise<Receipt> {
  const end = start + part.length;
  const rest = part.subarray(stored - start);
  const total = isLast ? String(end) : '*';
  // Of nothing there is no first and last byte.
  const range = rest.length === 0 ? '*' : `${stored}-${end - 1}`;
  return put(call, session, { range: `bytes ${range}/${total}`, body: rest });
}

function askState(call: Call, session: string): Promise<Receipt> {
  return put(call, session, { range: 'bytes */*', body: NOTHING });
}

const NOTHING = new Uint8Array(0);

async function put(
  call: Call,
  session: string,
  { range, body }: { range: string; body: Uint8Array },
): Promise<Receipt> {
  const answer = await call(session, { method: 'PUT', headers: { 'content-range': range }, body });
  switch (answer.status) {
    case 200:
    case 201:
      return { isDone: true, stored: 0, generation: generationOf(answer) };
    case 308:
      return { isDone: false, stored: storedOf(answer) };
    case 412:
      return { isDone: true, stored: 0 };
    default:
      throw fromStatus(answer.status, new Error(answer.text));
  }
}

function storedOf({ header }: HttpReceipt): number {
  const [, last] = /^bytes=0-(\d+)$/.exec(header('range') ?? '') ?? [];
  return last === undefined ? 0 : Number(last) + 1;
}

function generationOf({ text }: HttpReceipt): string {
  try {
    const { generation } = JSON.parse(text) as { readonly generation?: unknown };
    if (typeof generation === 'string' || typeof generation === 'number') return String(generation);
  } catch {
    // What follows says it.
  }
  throw new TransientFailure('something else than the store answered');
}

function placeOf({ stored }: Receipt, { start, end }: { start: number; end: number }): number {
  if (stored >= start && stored <= end) return stored;
  throw new ServingError(
    'store-unavailable',
    `the store has ${stored} bytes of an upload, expected ${start} to ${end}`,
  );
}
