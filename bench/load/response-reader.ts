const HEAD_END = '\r\n\r\n';
const CONTENT_LENGTH = /\r\ncontent-length: *(\d+)/i;

/** Finds the ends of HTTP/1.1 responses in what a keep-alive connection receives. */
export interface ResponseReader {
  /**
   * Takes the next bytes of the connection.
   *
   * @returns the status of the response that these bytes complete, or undefined while it goes on. A connection
   *   that sends one request at a time receives no more than that.
   */
  take(chunk: Buffer): number | undefined;
}

/** Makes a reader that expects the head of a response. */
export function createResponseReader(): ResponseReader {
  let head: Buffer | undefined;
  let status = 0;
  let missing = 0;

  function takeHead(chunk: Buffer): number | undefined {
    const received = head === undefined ? chunk : Buffer.concat([head, chunk]);
    const end = received.indexOf(HEAD_END);
    head = received;
    if (end === -1) return undefined;
    const text = received.toString('latin1', 0, end);
    status = Number(text.slice(9, 12));
    missing = contentLength(text) - (received.length - end - HEAD_END.length);
    return finish();
  }

  function finish(): number | undefined {
    if (missing > 0) return undefined;
    head = undefined;
    missing = 0;
    return status;
  }

  return {
    take(chunk) {
      if (missing === 0) return takeHead(chunk);
      missing -= chunk.length;
      return finish();
    },
  };
}

/**
 * Every server that is measured says how long its answers are. One that does not seems to send nothing but a
 * head; what comes after it is then no head, and shows as a status that is not a number.
 */
function contentLength(head: string): number {
  return Number(CONTENT_LENGTH.exec(head)?.[1] ?? 0);
}
