import { promisify } from 'node:util';
import { deflate, gzip } from 'node:zlib';
import type { HttpResponse } from '../../core/http';
import type { WholeResponse } from '../answer';

/** The encodings that clients of the Open Inference Protocol undo; `deflate` is the zlib format (RFC 9110, 8.4.1.2). */
const ENCODERS = {
  gzip: promisify<Uint8Array, Buffer>(gzip),
  deflate: promisify<Uint8Array, Buffer>(deflate),
};

/**
 * Compresses an answer in the first of gzip and deflate that the caller accepts (RFC 9110, section 12.5.3).
 *
 * @param accepted the request's `Accept-Encoding`.
 */
export async function compress(accepted: string | undefined, response: WholeResponse): Promise<HttpResponse> {
  const encoding = accepted === undefined ? undefined : chooseEncoding(accepted);
  if (encoding === undefined) return response;
  const { headers, body } = response;
  return {
    ...response,
    headers: { ...headers, 'content-encoding': encoding, vary: 'Accept-Encoding' },
    body: await ENCODERS[encoding](Buffer.from(body)),
  };
}

function chooseEncoding(accepted: string): keyof typeof ENCODERS | undefined {
  const wanted = accepted
    .toLowerCase()
    .split(',')
    .map((part) => part.trim().split(/\s*;\s*q=/))
    .filter(([, weight]) => weight === undefined || Number(weight) > 0)
    .map(([name]) => name);
  if (wanted.includes('gzip')) return 'gzip';
  return wanted.includes('deflate') ? 'deflate' : undefined;
}
