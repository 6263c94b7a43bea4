import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
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
  const decode = decoderOf(encoding);
  if (Number(message.headers['content-length'] ?? 0) > limits.bodyBytes) throw tooLarge(limits.bodyBytes);
  const bytes = await receive(message, limits);
  return decode === undefined ? bytes : inflateBounded(decode, bytes, limits.bodyBytes);
}

type Decode = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

/** `deflate` is the zlib format (RFC 9110, section 8.4.1.2). */
const DECODERS: ReadonlyMap<string, Decode> = new Map([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
]);

function decoderOf(header: string | undefined): Decode | undefined {
  const encoding = header?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return undefined;
  const decode = DECODERS.get(encoding);
  if (decode !== undefined) return decode;
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
    message.once('error', () =>
      stop(new ServingError('invalid-request', 'the connection closed inside the body')),
    );
  });
}

async function inflateBounded(decode: Decode, bytes: Buffer, maxOutputLength: number): Promise<Buffer> {
  try {
    return await decode(bytes, { maxOutputLength });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxOutputLength);
    throw new ServingError('invalid-encoding', 'the body is not what its Content-Encoding says', { cause });
  }
}

/** The error for a body beyond the limit. */
export function tooLarge(limit: number): ServingError {
  return new ServingError('payload-too-large', `expected at most ${limit} bytes, also after decompression`, {
    members: { max_body_bytes: limit },
  });
}
