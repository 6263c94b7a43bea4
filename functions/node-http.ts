import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Handler, type HttpRequest, type HttpResponse, isStreamed } from '../shared/core/http';
import { type BodyLimits, readBody, streamBody } from './request-body';

/** A listener for `node:http` that lets a handler answer. */
export function toListener(
  handle: Handler,
  limits: BodyLimits,
): (message: IncomingMessage, response: ServerResponse) => void {
  return function onRequest(message, response) {
    const request = new NodeRequest(message, {
      body: () => readBody(message, limits),
      stream: () => streamBody(message, limits),
    });
    handle(request).then(
      (answer) => send(message, response, { answer, limits }),
      () => response.destroy(),
    );
  };
}

/** A request as `node:http` received it. What a handler may never ask for is made when it asks. */
export class NodeRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: HttpRequest['headers'];
  readonly body: () => Promise<Buffer>;
  readonly stream: () => AsyncIterable<Buffer>;
  readonly #message: IncomingMessage;

  constructor(message: IncomingMessage, { body, stream }: Pick<HttpRequest, 'body' | 'stream'>) {
    const url = originForm(message.url ?? '/');
    const mark = url.indexOf('?');
    this.method = message.method ?? 'GET';
    this.path = mark === -1 ? url : url.slice(0, mark);
    this.query = mark === -1 ? '' : url.slice(mark + 1);
    this.headers = message.headers;
    this.body = body;
    this.stream = stream;
    this.#message = message;
  }

  hasLeft(): boolean {
    return this.#message.socket?.destroyed ?? true;
  }

  get remoteAddress(): string | undefined {
    return this.#message.socket.remoteAddress;
  }
}

/** The path and query of a target in absolute form, as a proxy sends it (RFC 9112, section 3.2.2). */
function originForm(url: string): string {
  if (url.startsWith('/')) return url;
  return url.replace(/^https?:\/\/[^/?]*/i, '') || '/';
}

/** How long a caller that is still sending may take to notice that it was answered, in milliseconds. */
const LINGER_MS = 1_000;

/** Writes an answer to its socket. */
export function send(
  message: IncomingMessage,
  response: ServerResponse,
  { answer, limits }: { answer: HttpResponse; limits: BodyLimits },
): void {
  const { status, headers, body } = answer;
  if (isStreamed(body)) return void sendStream(response, { ...answer, body }, limits);
  response.writeHead(status, {
    ...headers,
    // A 204 has no body to measure (RFC 9110, section 8.6).
    ...(status !== 204 && { 'content-length': Buffer.byteLength(body) }),
    ...(!message.complete && { connection: 'close' }),
  });
  if (!message.complete) discardRest(message);
  response.end(body);
  answer.onSent?.();
}

/** Writes an answer as it comes, as fast as the caller takes it. One that fails half way ends without its last chunk. */
async function sendStream(
  response: ServerResponse,
  { status, headers, body, onSent }: HttpResponse & { readonly body: AsyncIterable<string | Uint8Array> },
  { bodyTimeoutMs }: BodyLimits,
): Promise<void> {
  response.writeHead(status, headers);
  const watch = cutWhenStalled(response, bodyTimeoutMs);
  try {
    await pipeline(Readable.from(body), response);
    onSent?.();
  } catch (error) {
    onSent?.(error);
  } finally {
    clearInterval(watch);
  }
}

/** A caller who reads nothing would hold what was made for it, and what it sends, for as long as it likes. */
function cutWhenStalled(response: ServerResponse, ms: number): NodeJS.Timeout {
  let written = -1;
  return setInterval(() => {
    const { bytesWritten = 0 } = response.socket ?? {};
    if (response.writableNeedDrain && bytesWritten === written) response.destroy();
    written = bytesWritten;
  }, ms);
}

/**
 * Ends a connection whose request was answered before it was read. Closing it while the caller still sends
 * makes the kernel reset it, and a reset may overtake the answer. So only our half is closed, and what still
 * comes is thrown away, for a moment.
 */
function discardRest(message: IncomingMessage): void {
  // A message that was cut off has none.
  const socket: IncomingMessage['socket'] | null = message.socket;
  if (socket === null) return;
  // Node calls this when the answer to a `Connection: close` is written.
  socket.destroySoon = () => socket.end();
  message.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}
