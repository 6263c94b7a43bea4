import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { isIPv6, type LookupFunction } from 'node:net';
import { ServingError } from '../core/errors';

export interface ResponseOptions {
  /** Where to connect to, whatever the name in the URL resolves to by now. */
  readonly addresses: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** Longest time without a byte, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** Ends the connection, during the body too. */
  readonly signal: AbortSignal;
  /** Certificate authorities in PEM; those of Node when absent. */
  readonly ca?: string | undefined;
}

/** Largest head of a response, in bytes: Node's own default, which the command line of a process may raise. */
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * Sends a GET over a connection of its own and resolves once the response begins; a redirect is a response like any
 * other. Whoever gets it has to read it to its end or destroy it.
 *
 * Not `fetch`: that one has no way to say where to connect to, and see `httpGet` in the registry for the rest.
 *
 * @throws {ServingError} `url-fetch-failed`; `upstream-timeout`, from the body too, for a silence of `idleTimeoutMs`
 */
export async function openResponse(url: URL, options: ResponseOptions): Promise<IncomingMessage> {
  // Each is loaded for those who need it.
  const { request: open } =
    url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const { signal } = options;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const request = open(url, toRequestOptions(options));
    let response: IncomingMessage | undefined;
    const stop = (reason: Error) => (response ?? request).destroy(reason);
    request.on('response', (message) => {
      response = message;
      // Whoever reads it hears of an error from the iterator; nobody else has to.
      message.on('error', () => {});
      resolve(message);
    });
    request.on('timeout', () => stop(silence(options.idleTimeoutMs)));
    request.on('error', (cause) => reject(toFetchError(cause)));
    request.on('upgrade', (_message, socket) => {
      socket.destroy();
      reject(toFetchError(new Error('the server switched protocols unasked')));
    });
    signal.addEventListener('abort', () => stop(signal.reason), { once: true });
    request.end();
  });
}

/** The error for what went wrong between two servers, without what the other one said. */
export function toFetchError(cause: unknown): ServingError {
  if (cause instanceof ServingError) return cause;
  return new ServingError('url-fetch-failed', explain(String((cause as NodeJS.ErrnoException).code)), {
    cause,
  });
}

function toRequestOptions({ addresses, headers, idleTimeoutMs, ca }: ResponseOptions): RequestOptions {
  return {
    headers,
    // A new agent: no connection is kept, and none goes through the proxy of the global one.
    agent: false,
    lookup: pin(addresses),
    timeout: idleTimeoutMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Said here, so that no environment variable says otherwise.
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
  };
}

/** Answers with addresses that are known, which is what makes a second look-up impossible. */
function pin(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_host, { all: wantsAll }, callback) => {
    const [first] = all;
    if (wantsAll === true || first === undefined) callback(null, all);
    else callback(null, first.address, first.family);
  };
}

function silence(ms: number): ServingError {
  return new ServingError('upstream-timeout', `the server of the URL sent nothing for ${ms} ms`);
}

const CERTIFICATE = /CERT|SIGNATURE|ISSUER|CA_|CRL/;

function explain(code: string): string {
  if (CERTIFICATE.test(code)) return 'the certificate of the server of the URL could not be verified';
  if (code.startsWith('HPE_')) return 'the server of the URL did not answer with valid HTTP';
  return 'the connection to the server of the URL failed';
}
