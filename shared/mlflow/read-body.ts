import { withDeadline } from '../core/deadline';
import { ServingError } from '../core/errors';

export interface BodyLimits {
  /** Who is asked. */
  readonly uri: string;
  /** For what. */
  readonly name: string;
  readonly maxBytes: number;
  /** Longest time without a byte, in milliseconds. */
  readonly silenceMs: number;
  /** Longest time for all of it, in milliseconds. */
  readonly totalMs: number;
}

/**
 * Reads the body of an answer, and no more of it than is allowed.
 *
 * @throws {ServingError} `store-unavailable`
 */
export async function readBody(response: Response, limits: BodyLimits): Promise<Uint8Array> {
  const { uri, name, maxBytes, silenceMs, totalMs } = limits;
  const fail = (what: string, cause?: unknown) =>
    new ServingError('store-unavailable', `${uri}, asked for ${name}: ${what}`, { cause });
  const late = (ms: number) => () => fail(`it went silent, or took longer than ${Math.ceil(ms / 1000)} s`);
  const tooLarge = () => fail(`expected at most ${maxBytes} bytes, got more`);
  if (Number(response.headers.get('content-length')) > maxBytes) throw tooLarge();
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();

  async function gather(from: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const { done, value } = await withDeadline({ ms: silenceMs, late: late(silenceMs) }, () => from.read());
      if (done || value === undefined) return Buffer.concat(pieces, size);
      size += value.byteLength;
      if (size > maxBytes) throw tooLarge();
      pieces.push(value);
    }
  }

  try {
    return await withDeadline({ ms: totalMs, late: late(totalMs) }, () => gather(reader));
  } catch (cause) {
    throw cause instanceof ServingError ? cause : fail('the connection broke', cause);
  }
}
