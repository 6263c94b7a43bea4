import { withDeadline } from '../core/deadline';
import { ServingError } from '../core/errors';
import { type HttpAnswer, httpGet } from './http-get';
import { notFound } from './object-check';
import { fromConnection, fromStatus, SpoiltRead, TransientFailure } from './store-failure';

/** Where an object's bytes are asked for. */
export interface ObjectSource {
  /** The object as it is called in error messages. */
  readonly key: string;
  /** The JSON API's address of the object, without a query. */
  readonly url: string;
  /** Headers that authorize a request; asked for before each one, because tokens expire. */
  readonly requestHeaders: () => Promise<Readonly<Record<string, string>>>;
}

/** Which bytes of which generation are asked for. */
export interface MediaRange {
  readonly start: number;
  /** One past the last byte. The whole object, whatever its size, when absent. */
  readonly end?: number;
  /** The generation the bytes must be of. The live one when absent. */
  readonly generation?: string;
  /** The generation of which the bytes are known already: then there is nothing to send. */
  readonly unless?: string;
  /** Whether an object that is stored compressed is given as it is stored; refused otherwise. */
  readonly asStored?: boolean;
}

export interface MediaLimits {
  /** Longest wait for a response to begin, in milliseconds. */
  readonly headersMs: number;
  /** Longest wait for the next bytes of a response, in milliseconds. */
  readonly idleMs: number;
}

/** A response whose headers have been checked and whose body is yet to be read. */
export interface Media {
  readonly generation: string;
  /** Size of the whole object in bytes. */
  readonly size: number;
  /** Where in the object the body begins: what was asked for, or 0 when the server ignored the range. */
  readonly start: number;
  /** One past the last byte of the body. */
  readonly end: number;
  /** The next bytes, or undefined at the end of the body, which may come too early. */
  next(): Promise<Uint8Array | undefined>;
  /** Lets go of the connection. */
  close(): void;
}

/** Thrown where the live generation is the one that is known already. */
export class Unchanged extends Error {
  constructor() {
    super('the object has not changed');
    this.name = 'Unchanged';
  }
}

/**
 * Asks once for the bytes of an object.
 *
 * @throws {Unchanged} when the object is still of the generation `range.unless`.
 * @throws {TransientFailure} for what may pass.
 * @throws {SpoiltRead} when the pinned generation is no longer there.
 * @throws {ServingError} `object-not-found`; `corrupt-artifact` for an object stored compressed;
 *   `store-unavailable` for what will not pass.
 */
export async function openMedia(
  source: ObjectSource,
  range: MediaRange,
  { headersMs, idleMs, signal }: MediaLimits & { readonly signal: AbortSignal },
): Promise<Media> {
  const authorization = await source.requestHeaders();
  const request = new AbortController();
  const close = () => request.abort();
  try {
    const late = () => new TransientFailure(`the store did not begin to answer within ${headersMs} ms`);
    const response = await withDeadline({ ms: headersMs, signal, late }, () =>
      send(
        mediaUrl(source, range),
        { ...authorization, ...rangeHeader(range), ...encodingHeader(range) },
        request.signal,
      ),
    );
    await checkStatus(source, response, { range, idleMs, signal });
    return { ...describe(source, response, range), next: bodyReader(response, { idleMs, signal }), close };
  } catch (error) {
    close();
    throw error;
  }
}

function mediaUrl({ url }: ObjectSource, { generation, unless }: MediaRange): string {
  const pin = generation === undefined ? '' : `&generation=${encodeURIComponent(generation)}`;
  const condition = unless === undefined ? '' : `&ifGenerationNotMatch=${encodeURIComponent(unless)}`;
  return `${url}?alt=media${pin}${condition}`;
}

function rangeHeader({ start, end }: MediaRange): Record<string, string> {
  if (end === undefined) return {};
  return { range: `bytes=${start}-${end - 1}` };
}

/** `identity`: what is stored must not be transcoded on its way. What is stored in gzip is not if gzip is taken. */
function encodingHeader({ asStored }: MediaRange): Record<string, string> {
  return { 'accept-encoding': asStored === true ? 'gzip' : 'identity' };
}

async function send(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<HttpAnswer> {
  try {
    return await httpGet(url, headers, signal);
  } catch (error) {
    throw fromConnection(error);
  }
}

interface BodyLimits {
  readonly idleMs: number;
  readonly signal: AbortSignal;
}

async function checkStatus(
  source: ObjectSource,
  response: HttpAnswer,
  { range, ...limits }: BodyLimits & { readonly range: MediaRange },
): Promise<void> {
  const { status } = response;
  if (status === 200 || status === 206) return;
  if (status === 304 && range.unless !== undefined) throw new Unchanged();
  const cause = new Error(`GET ${source.url} answered ${status}: ${await excerpt(response, limits)}`);
  if (status !== 404) throw fromStatus(status, cause);
  throw range.generation === undefined ? notFound(source.key, cause) : changed(source, cause);
}

/** The beginning of an error's body, for the log: Cloud Storage says there which permission is missing. */
async function excerpt(response: HttpAnswer, limits: BodyLimits): Promise<string> {
  try {
    const chunk = await bodyReader(response, limits)();
    return Buffer.from(chunk ?? []).toString('utf8', 0, 500);
  } catch {
    // The status is the failure; that its explanation cannot be read either adds nothing.
    return '(no explanation)';
  }
}

function describe(
  source: ObjectSource,
  response: HttpAnswer,
  range: MediaRange,
): Pick<Media, 'generation' | 'size' | 'start' | 'end'> {
  const generation = response.header('x-goog-generation');
  if (generation === undefined) throw notTheStore(source, response);
  // Some emulators take no notice of the condition.
  if (generation === range.unless) throw new Unchanged();
  if (range.asStored !== true) refuseCompressed(source, response);
  if (range.generation !== undefined && generation !== range.generation) throw changed(source);
  if (response.status !== 200) return { generation, ...partOf(response, range) };
  const size = sizeOf(response);
  return { generation, size, start: 0, end: size };
}

/** A web page of some proxy, or of whatever else the endpoint leads to. */
function notTheStore({ url }: ObjectSource, response: HttpAnswer): ServingError {
  const type = response.header('content-type') ?? 'no type';
  const cause = new Error(`${url} answered ${response.status} with ${type} and no x-goog-generation`);
  return new ServingError('store-unavailable', 'something else than the store answered', { cause });
}

/** Its size is not known, ranges of it cannot be had, and it may be far larger than it says. */
function refuseCompressed({ key }: ObjectSource, { header }: HttpAnswer): void {
  const encodings = [header('content-encoding'), header('x-goog-stored-content-encoding')];
  const encoding = encodings.find((name) => name !== undefined && name !== 'identity');
  if (encoding === undefined) return;
  const detail = `"${key}" is stored with Content-Encoding ${encoding}, expected none: upload it uncompressed`;
  throw new ServingError('corrupt-artifact', detail);
}

function sizeOf({ header }: HttpAnswer): number {
  const size = Number(header('x-goog-stored-content-length') ?? header('content-length') ?? Number.NaN);
  if (Number.isSafeInteger(size) && size >= 0) return size;
  throw new TransientFailure('the store did not say how large the object is');
}

function partOf({ header }: HttpAnswer, range: MediaRange): Pick<Media, 'size' | 'start' | 'end'> {
  const [, start, last, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header('content-range') ?? '') ?? [];
  if (Number(start) === range.start) return { start: range.start, end: Number(last) + 1, size: Number(size) };
  throw new TransientFailure('the store answered with another range than was asked for');
}

/** The pinned generation is gone, or the server took no notice of the pin. */
function changed({ key }: ObjectSource, cause?: unknown): SpoiltRead {
  const detail = `"${key}" changed while it was being read`;
  return new SpoiltRead(new ServingError('store-unavailable', detail, { cause }));
}

function bodyReader(response: HttpAnswer, { idleMs, signal }: BodyLimits): Media['next'] {
  const late = () => new TransientFailure(`the store sent nothing for ${idleMs} ms`);
  return () =>
    withDeadline({ ms: idleMs, signal, late }, async () => {
      try {
        return await response.next();
      } catch (error) {
        throw fromConnection(error);
      }
    });
}
