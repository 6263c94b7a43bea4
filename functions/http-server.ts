import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServingError } from '../shared/core/errors';
import type { Handler } from '../shared/core/http';
import { answerClientErrors, type Refuse } from './client-error';
import { createDrain } from './drain';
import { toListener } from './node-http';
import type { BodyLimits } from './request-body';

export interface HttpServerOptions {
  readonly handle: Handler;
  readonly refuse: Refuse;
  readonly limits: BodyLimits;
  /** How long requests in flight may take to finish after SIGTERM, in milliseconds. */
  readonly drainMs: number;
  /** Called once the server listens, with its TCP port. */
  readonly onListening: (port: number) => void;
  /** Called when everything in flight is answered; the process exits once it is done, or a second later. */
  readonly onDrained: () => Promise<void>;
}

/**
 * Longer than the 600 s that Google's front ends keep an idle connection: whoever closes first must be the one
 * who sends requests, or a request meets a closing socket.
 */
const KEEP_ALIVE_MS = 620_000;

/** A body has clocks of its own (request-body.ts); Node's would end one that is streamed for minutes. */
const SERVER_OPTIONS = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  requireHostHeader: false,
  requestTimeout: 0,
  headersTimeout: 60_000,
};

/** Longest the log may take to leave once everything is answered, in milliseconds. */
const LAST_WORDS_MS = 1_500;

/** Makes a server that a handler answers, and that finishes what is in flight on SIGTERM once it listens. */
export function createHttpServer(options: HttpServerOptions): Server {
  const { handle, refuse, limits, drainMs, onListening, onDrained } = options;
  const drain = createDrain();
  const answer = drain.wrap(
    toListener(handle, limits),
    toListener(async (request) => refuse(request, shuttingDown()), limits),
  );
  const answerHostless = toListener(async (request) => refuse(request, hostless()), limits);

  function onRequest(message: IncomingMessage, response: ServerResponse): void {
    const isHostless = message.headers.host === undefined && message.httpVersion === '1.1';
    if (isHostless) answerHostless(message, response);
    else answer(message, response);
  }

  // Left to itself, Node answers a missing Host and an unknown Expect with an empty body and no word in the log.
  const server = http.createServer(SERVER_OPTIONS, onRequest);
  server.on('checkExpectation', onRequest);
  onceListening(server, onListening);
  answerClientErrors(server, refuse);
  onSigterm(server, async () => {
    await drain.finish(server, drainMs);
    await Promise.race([onDrained(), sleep(LAST_WORDS_MS)]);
  });
  return server;
}

/** Calls back once a server listens; a port of 0 lets the system choose. */
export function onceListening(server: Server, onListening: (port: number) => void): void {
  server.once('listening', () => {
    const address = server.address();
    if (address !== null && typeof address !== 'string') onListening(address.port);
  });
}

/** Runs the end of a process once, however often it is asked for, and exits. */
function onSigterm(server: Server, end: () => Promise<void>): void {
  let isEnding = false;
  function handleSignal(): void {
    if (isEnding) return;
    isEnding = true;
    end().finally(() => process.exit(0));
  }
  // The Functions Framework registers signal handlers that exit at once, in a listener after this one: they are
  // replaced when it has.
  server.once('listening', () =>
    setImmediate(() => {
      process.removeAllListeners('SIGTERM');
      process.on('SIGTERM', handleSignal);
    }),
  );
}

function shuttingDown(): ServingError {
  const headers = { connection: 'close', 'retry-after': '1' };
  return new ServingError('shutting-down', 'this instance is shutting down; another will answer', {
    headers,
  });
}

function hostless(): ServingError {
  const headers = { connection: 'close' };
  return new ServingError('invalid-request', 'the request has no Host header', { headers });
}
