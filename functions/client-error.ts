import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ServingError } from '../shared/core/errors';
import type { HttpRequest, HttpResponse } from '../shared/core/http';

/** Answers, and logs, a request that no handler is to see. */
export type Refuse = (request: HttpRequest, error: ServingError) => HttpResponse;

/**
 * Answers what Node's HTTP parser refuses (and would answer with an empty 400) with a problem of our own.
 * There is no request to speak of yet, so the answer is written to the socket by hand.
 */
export function answerClientErrors(server: Server, refuse: Refuse): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const answer = refuse(unreadable(socket), describe(error));
    socket.end(toText(answer));
    answer.onSent?.();
  });
}

function describe({ code }: NodeJS.ErrnoException): ServingError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new ServingError('request-timeout', 'the head of the request did not arrive in time');
  }
  const reason = code === 'HPE_HEADER_OVERFLOW' ? 'its headers are too large' : 'it is not HTTP';
  return new ServingError('invalid-request', `the request cannot be read: ${reason}`);
}

/** What is known of a request whose head could not be read. */
function unreadable({ remoteAddress }: Socket): HttpRequest {
  return { method: '-', path: '-', query: '', headers: {}, remoteAddress, body: async () => Buffer.alloc(0) };
}

function toText({ status, headers, body }: HttpResponse): string {
  const fields = { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
