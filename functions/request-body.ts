import type { IncomingMessage } from 'node:http';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGunzip, createInflate, gunzip, inflate } from 'node:zlib';
import { ServingError } from '../shared/core/errors';
import { quote } from '../shared/core/schema-error';

export interface BodyLimits {
  /** Largest body, both as sent and with its content encoding undone. */
  readonly bodyBytes: number;
  /** Longest a body may take to arrive, in milliseconds from when it is first read. */
  readonly bodyTimeoutMs: number;
}

/**
 * Reads a request's body from its socket and undoes its content encoding.
 *
 * @throws {ServingError} `payload-too-large` as soon as that is known, by the declared length or by counting;
 *   `request-timeout`; `unsupported-media-type` for an unknown encoding; `invalid-encoding` for a broken one.
 */
export async function readBody(message: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const encoding = message.headers['content-encoding'];
  const decoder = decoderOf(encoding);
  if (Number(message.headers['content-length'] ?? 0) > limits.bodyBytes) throw tooLarge(limits.bodyBytes);
  const bytes = await receive(message, limits);
  return decoder === undefined ? bytes : inflateBounded(decoder, bytes, limits.bodyBytes);
}

/**
 * Reads a request's body piece by piece, with its content encoding undone. It may be of any length.
 *
 * A little is read ahead of whoever takes the pieces: most clients send all before they read anything, and would wait
 * for ever for a server that waits for them.
 *
 * @throws {ServingError} `request-timeout` when a piece is late; `unsupported-media-type`, `invalid-encoding`;
 *   `invalid-request` when the connection closes before the end.
 */
export async function* streamBody(
  message: IncomingMessage,
  { bodyTimeoutMs }: Pick<BodyLimits, 'bodyTimeoutMs'>,
): AsyncGenerator<Buffer> {
  const decoder = decoderOf(message.headers['content-encoding']);
  const sent = readAhead(message);
  // The error of either comes out of the iteration.
  const pieces = decoder === undefined ? sent : pipeline(sent, decoder.open(), () => {});
  const iterator = pieces.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const { done, value } = await inTime(iterator.next(), bodyTimeoutMs);
      if (done === true) return;
      yield value as Buffer;
    }
  } catch (error) {
    throw toBodyError(error);
  }
}

/** With what the kernel holds, enough for some megabytes; as much for each caller who reads nothing. */
const READ_AHEAD_BYTES = 2 * 1024 * 1024;

/** Not a pipeline: that would end the connection with the body, and its caller is still to be answered. */
function readAhead(message: IncomingMessage): Readable {
  const ahead = new PassThrough({ readableHighWaterMark: READ_AHEAD_BYTES });
  message.once('close', () => {
    if (!message.readableEnded) ahead.destroy(closedInside());
  });
  message.once('error', () => ahead.destroy(closedInside()));
  return message.pipe(ahead);
}

async function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new ServingError('request-timeout', `expected more of the body within ${ms} ms`);
    timer = setTimeout(() => reject(error), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function toBodyError(error: unknown): unknown {
  if (error instanceof ServingError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code.startsWith('Z_')) return notItsEncoding(error);
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') return closedInside();
  return error;
}

/** How one content encoding is undone, at once or piece by piece. */
interface Decoder {
  readonly decode: (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;
  readonly open: () => NodeJS.ReadWriteStream & Readable;
}

const GZIP: Decoder = { decode: promisify(gunzip), open: createGunzip };

/** `deflate` is the zlib format (RFC 9110, section 8.4.1.2). */
const DECODERS: ReadonlyMap<string, Decoder> = new Map([
  ['gzip', GZIP],
  ['x-gzip', GZIP],
  ['deflate', { decode: promisify(inflate), open: createInflate }],
]);

function decoderOf(header: string | undefined): Decoder | undefined {
  const encoding = header?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return undefined;
  const decoder = DECODERS.get(encoding);
  if (decoder !== undefined) return decoder;
  const detail = `expected a body in gzip, deflate or identity, got ${quote(encoding)}`;
  throw new ServingError('unsupported-media-type', detail, {
    headers: { 'accept-encoding': 'gzip, deflate' },
  });
}

function receive(message: IncomingMessage, { bodyBytes, bodyTimeoutMs }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    // A small body has come with its headers, and needs no clock.
    const timer = message.complete ? undefined : setTimeout(onTimeout, bodyTimeoutMs);

    function onTimeout(): void {
      stop(new ServingError('request-timeout', `expected the whole body within ${bodyTimeoutMs} ms`));
    }

    function stop(error: ServingError): void {
      clearTimeout(timer);
      message.off('data', onData).off('end', onEnd);
      message.pause();
      reject(error);
    }
    function onData(chunk: Buffer): void {
      length += chunk.length;
      if (length > bodyBytes) stop(tooLarge(bodyBytes));
      else chunks.push(chunk);
    }
    function onEnd(): void {
      clearTimeout(timer);
      const [only] = chunks;
      resolve(only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks, length));
    }

    message.on('data', onData).on('end', onEnd);
    message.once('error', () => stop(closedInside()));
  });
}

async function inflateBounded({ decode }: Decoder, bytes: Buffer, maxOutputLength: number): Promise<Buffer> {
  try {
    return await decode(bytes, { maxOutputLength });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxOutputLength);
    throw notItsEncoding(cause);
  }
}

function notItsEncoding(cause: unknown): ServingError {
  return new ServingError('invalid-encoding', 'the body is not what its Content-Encoding says', { cause });
}

function closedInside(): ServingError {
  return new ServingError('invalid-request', 'the connection closed inside the body');
}

/** The error for a body beyond the limit. */
export function tooLarge(limit: number): ServingError {
  return new ServingError('payload-too-large', `expected at most ${limit} bytes, also after decompression`, {
    members: { max_body_bytes: limit },
  });
}
