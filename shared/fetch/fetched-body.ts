import type { IncomingMessage } from 'node:http';
import { ServingError } from '../core/errors';
import { toFetchError } from './http-response';

export interface FetchedBody {
  readonly bytes: Buffer;
  /** Lower case, without parameters. */
  readonly contentType: string;
}

export interface BodyRules {
  readonly maxBytes: number;
  /** Media types, `image/*` for all that begin so. */
  readonly contentTypes: readonly string[];
}

/**
 * Checks the head of a response and reads its body.
 *
 * @throws {ServingError} `url-not-an-image`, `payload-too-large`, `url-fetch-failed`, `upstream-timeout`
 */
export async function readBody(response: IncomingMessage, rules: BodyRules): Promise<FetchedBody> {
  checkStatus(response.statusCode ?? 0);
  const contentType = checkType(response.headers['content-type'], rules.contentTypes);
  checkEncoding(response.headers['content-encoding']);
  const declared = Number(response.headers['content-length'] ?? Number.NaN);
  if (declared > rules.maxBytes) throw tooLarge(rules.maxBytes);
  return { bytes: await gather(response, declared, rules.maxBytes), contentType };
}

/** A server that is overloaded or broken is not what is wrong with the URL. */
function checkStatus(status: number): void {
  if (status === 200) return;
  const code = status >= 500 || status === 429 ? 'url-fetch-failed' : 'url-not-an-image';
  throw new ServingError(code, `expected status 200 from the server of the URL, got ${status}`);
}

function checkType(header: string | undefined, allowed: readonly string[]): string {
  const type = header?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (allowed.some((each) => (each.endsWith('/*') ? type.startsWith(each.slice(0, -1)) : type === each)))
    return type;
  throw new ServingError(
    'url-not-an-image',
    `expected content type ${allowed.join(' or ')} from the URL, got ${quote(type)}`,
  );
}

/** None was asked for, images gain nothing by one, and what is not inflated cannot be a bomb. */
function checkEncoding(header: string | undefined): void {
  if (header === undefined || header.toLowerCase() === 'identity') return;
  throw new ServingError(
    'url-not-an-image',
    `expected no content encoding from the URL, got ${quote(header)}`,
  );
}

/** A media type is short; what is long is something else, and not to be passed on. */
function quote(header: string): string {
  return header === '' ? 'none' : JSON.stringify(header.slice(0, 60));
}

const FIRST_BYTES = 64 * 1024;

/** Copies the pieces together as they come: kept as they are, a million of one byte would take a hundred times that. */
async function gather(response: IncomingMessage, declared: number, maxBytes: number): Promise<Buffer> {
  let bytes: Buffer = Buffer.allocUnsafe(Math.min(declared || FIRST_BYTES, maxBytes));
  let size = 0;
  const pieces: AsyncIterable<Buffer> = response;
  try {
    for await (const piece of pieces) {
      const next = size + piece.length;
      if (next > maxBytes) throw tooLarge(maxBytes);
      if (next > bytes.length) bytes = grow(bytes, Math.min(Math.max(next, bytes.length * 2), maxBytes));
      piece.copy(bytes, size);
      size = next;
    }
  } catch (cause) {
    throw toFetchError(cause);
  }
  return bytes.subarray(0, size);
}

function grow(bytes: Buffer, size: number): Buffer {
  const grown = Buffer.allocUnsafe(size);
  bytes.copy(grown);
  return grown;
}

function tooLarge(maxBytes: number): ServingError {
  return new ServingError(
    'payload-too-large',
    `expected at most ${maxBytes} bytes behind the URL, got more`,
    {
      members: { max_bytes: maxBytes },
    },
  );
}
