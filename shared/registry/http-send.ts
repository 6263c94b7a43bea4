import http, { type IncomingMessage } from 'node:http';

/** A request with a body that is all there. */
export interface HttpSending {
  readonly method: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A response that has been read to its end. */
export interface HttpReceipt {
  readonly status: number;
  /** The one value of a header, by its lower-case name. */
  header(name: string): string | undefined;
  /** The beginning of the body. */
  readonly text: string;
}

/** How much of a response is kept, in bytes: the description of an object has two kilobytes. */
const MAX_TEXT_BYTES = 64 * 1024;

/** Sends a request and resolves with the whole answer; see `httpGet` for why not with `fetch`. */
export async function httpSend(
  url: string,
  { method, headers, body }: HttpSending,
  signal: AbortSignal,
): Promise<HttpReceipt> {
  // TLS is loaded for those who need it.
  const { request: open } = url.startsWith('https:') ? await import('node:https') : http;
  return new Promise((resolve, reject) => {
    const sent = { ...headers, 'content-length': String(body.length) };
    const request = open(url, { method, headers: sent }, (message) => receive(message).then(resolve, reject));
    request.on('error', reject);
    signal.addEventListener('abort', () => request.destroy(), { once: true });
    request.end(body);
  });
}

async function receive(message: IncomingMessage): Promise<HttpReceipt> {
  let text = '';
  message.setEncoding('utf8');
  for await (const chunk of message) if (text.length < MAX_TEXT_BYTES) text += chunk;
  return {
    status: message.statusCode ?? 0,
    header(name) {
      const value = message.headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    text: text.slice(0, MAX_TEXT_BYTES),
  };
}
