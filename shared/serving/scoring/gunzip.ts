import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ServingError } from '../../core/errors';

/**
 * Undoes gzip where bytes are in it, which their beginning tells: the name and the headers of an object may say
 * either.
 *
 * @throws {ServingError} `invalid-encoding` from the iteration for what is broken or ends too early.
 * @see https://www.rfc-editor.org/rfc/rfc1952#section-2.3.1
 */
export async function* gunzipIfNeeded(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  try {
    const first = await chunks.next();
    if (first.done === true) return;
    const whole = startWith(first.value, chunks);
    if (first.value[0] === 0x1f && first.value[1] === 0x8b) yield* gunzip(whole);
    else yield* whole;
  } finally {
    await chunks.return?.();
  }
}

/** Bytes of which the first were read already, to see what they are. */
export async function* startWith(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function* gunzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const inflated = createGunzip();
  // What fails in it reaches the reader, who is told below.
  pipeline(Readable.from(source), inflated).catch(() => {});
  try {
    yield* inflated;
  } catch (cause) {
    if (!String((cause as NodeJS.ErrnoException).code).startsWith('Z_')) throw cause;
    throw new ServingError('invalid-encoding', 'the file is not what gzip makes, or not all of it', {
      cause,
    });
  }
}
