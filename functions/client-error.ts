import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { ServingError } from '../shared/core/errors';
import type { HttpRequest } from '../shared/core/http';
import type { WholeResponse } from '../shared/serving/answer';

/** Answers, and logs, a request that no handler is to see. */
export type Refuse = (request: HttpRequest, error: ServingError) => WholeResponse;

/**
 * Answers what Node's HTTP parser refuses (and would answer with an empty 400) with a problem of our own.
 * There is no request to speak of yet, so the answer is written to the socket by hand.
 */
export function answerClientErrors(server: Server, refuse: Refuse): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const pending = answerInProgress(socket);
    if (pending !== undefined) return leaveTo(pending, socket);
    const answer = refuse(unreadable(socket), describe(error));
    socket.end(toText(answer));
    answer.onSent?.();
  });
}

/** What Node is about to write to a socket for the request before; nothing of ours may come between. */
function answerInProgress(socket: Socket): ServerResponse | undefined {
  // Node's own handling of such errors looks at the same member.
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

/** The request before is still answered, and is the last one; an answer that has begun is cut. */
function leaveTo(answer: ServerResponse, socket: Socket): void {
  if (answer.headersSent) socket.destroy();
  else answer.once('finish', () => socket.destroySoon());
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
  const nothing = Buffer.alloc(0);
  return {
    method: '-',
    path: '-',
    query: '',
    headers: {},
    remoteAddress,
    body: async () => nothing,
    stream: () => Readable.from([nothing]),
    hasLeft: () => false,
  };
}

/** A refusal is never streamed. */
function toText({ status, headers, body }: WholeResponse): string {
  const fields = { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
