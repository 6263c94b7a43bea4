/** A request as the handlers see it, whichever host received it. */
export interface HttpRequest {
  readonly method: string;
  /** Path without the query, as it was sent (not percent-decoded). */
  readonly path: string;
  /** The query without its `?`; empty when there is none. */
  readonly query: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Address of the peer that opened the connection. */
  readonly remoteAddress: string | undefined;
  /**
   * Reads the whole body with content encodings undone. Reading is left to the handler, so that a request
   * that is refused by its path or method costs no memory.
   *
   * @throws {ServingError} `payload-too-large`, `request-timeout`, `unsupported-media-type`, `invalid-encoding`
   */
  body(): Promise<Buffer>;
}

/** An answer as the handlers give it. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** The host calls this once, after it handed the answer to the socket: what may wait runs here. */
  readonly onSent?: () => void;
}

/** Answers one request. Never rejects: a failure is an answer too. */
export type Handler = (request: HttpRequest) => Promise<HttpResponse>;

/** The one value of a header; undefined when it is absent or was sent more than once. */
export function header(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
