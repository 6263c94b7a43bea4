import http, { type IncomingMessage } from 'node:http';

/** A response whose body is yet to be read. */
export interface HttpAnswer {
  readonly status: number;
  /** The one value of a header, by its lower-case name. */
  header(name: string): string | undefined;
  /** The next bytes of the body, or undefined at its end. Rejects when the connection closes before that. */
  next(): Promise<Uint8Array | undefined>;
}

/**
 * Sends a GET and resolves once its response begins; a redirect is a response like any other.
 *
 * Not `fetch`: its first call costs a cold start three times what this does (docs/performance.md), and under Node 20 and
 * 22 it can lose its abort signal and never settle (https://github.com/nodejs/undici/issues/4627).
 */
export async function httpGet(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  // TLS is loaded for those who need it.
  const { get } = url.startsWith('https:') ? await import('node:https') : http;
  return new Promise((resolve, reject) => {
    const request = get(url, { headers }, (message) => resolve(toAnswer(message)));
    // A second error, after the response began, is the body's to tell.
    request.on('error', reject);
    // Given the signal itself, Node would also break a connection that has gone back to its pool.
    signal.addEventListener('abort', () => request.destroy(), { once: true });
  });
}

function toAnswer(message: IncomingMessage): HttpAnswer {
  // A connection that is let go of fails when nobody reads; whoever does read is told by the iterator.
  message.on('error', () => {});
  const body: AsyncIterator<Buffer> = message[Symbol.asyncIterator]();
  return {
    status: message.statusCode ?? 0,
    header(name) {
      const value = message.headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    async next() {
      const { value, done } = await body.next();
      return done === true ? undefined : value;
    },
  };
}
