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
  /**
   * Reads the body as it comes, with content encodings undone: for what is worked on piece by piece. It may be of
   * any length, but no piece may be late. Not to be mixed with `body`.
   *
   * @throws {ServingError} `request-timeout`, `unsupported-media-type`, `invalid-encoding`
   */
  stream(): AsyncIterable<Buffer>;
  /** Says whether the caller has closed the connection, so that nobody would read an answer. */
  hasLeft(): boolean;
}

/** The same request, whose body is read in another way. A request may have getters, which a spread would lose. */
export function readOtherwise(
  request: HttpRequest,
  reading: Partial<Pick<HttpRequest, 'body' | 'stream'>>,
): HttpRequest {
  const { method, path, query, headers, remoteAddress } = request;
  return {
    method,
    path,
    query,
    headers,
    remoteAddress,
    hasLeft: () => request.hasLeft(),
    body: reading.body ?? (() => request.body()),
    stream: reading.stream ?? (() => request.stream()),
  };
}

/** An answer as the handlers give it. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Written piece by piece where it is iterable; an iteration that throws cuts the connection. */
  readonly body: string | Uint8Array | AsyncIterable<string | Uint8Array>;
  /**
   * The host calls this once, after it handed the whole answer to the socket, or with why it could not: what may wait
   * runs here.
   */
  readonly onSent?: (failure?: unknown) => void;
}

/** Answers one request. Never rejects: a failure is an answer too. */
export type Handler = (request: HttpRequest) => Promise<HttpResponse>;

/** The one value of a header; undefined when it is absent or was sent more than once. */
export function header(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Says whether an answer is written piece by piece, so that its length is not known before its end. */
export function isStreamed(body: HttpResponse['body']): body is AsyncIterable<string | Uint8Array> {
  return typeof body !== 'string' && !(body instanceof Uint8Array);
}
