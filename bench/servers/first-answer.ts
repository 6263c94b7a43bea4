import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createResponseReader } from '../load/response-reader';

/** No peer takes a tenth of it; one that never answers must not hold the run up for ever. */
const LIMIT_MS = 60_000;

/** Between attempts to connect: short beside a cold start, and long enough to leave the server its CPU. */
const POLL_MS = 2;

/**
 * Sends several requests at once as soon as somebody listens on the port, and waits until each is answered with 200:
 * as a platform does that holds requests until their instance is there.
 *
 * @throws the signal's reason when that comes first, and after a minute of anything else than 200.
 */
export async function untilAllAnswered(
  port: number,
  request: Buffer,
  { requests, stopped, limitMs = LIMIT_MS }: Waiting,
): Promise<void> {
  const late = new AbortController();
  // Not AbortSignal.timeout(): what only AbortSignal.any() refers to is collected with its timer, and never aborts.
  const timer = setTimeout(() => late.abort(new Error(`it did not answer within ${limitMs} ms`)), limitMs);
  const signal = AbortSignal.any([stopped, late.signal]);
  try {
    // One that tries to connect is enough: eighty of them would take the CPU from the server that starts.
    if (requests > 1) await untilListening(port, signal);
    await Promise.all(Array.from({ length: requests }, () => untilAnswered(port, request, signal)));
  } finally {
    clearTimeout(timer);
  }
}

/** How many answers are waited for, and for how long. */
export interface Waiting {
  readonly requests: number;
  /** Aborts when the server has ended. */
  readonly stopped: AbortSignal;
  readonly limitMs?: number;
}

async function untilListening(port: number, stopped: AbortSignal): Promise<void> {
  while (!(await connects(port))) {
    stopped.throwIfAborted();
    await sleep(POLL_MS);
  }
}

async function connects(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * Sends a request over and over until it is answered with 200, from before anybody listens on the port.
 *
 * @throws the signal's reason when that comes first.
 */
async function untilAnswered(port: number, request: Buffer, signal: AbortSignal): Promise<void> {
  while ((await attempt(port, request, signal)) !== 200) {
    signal.throwIfAborted();
    await sleep(POLL_MS);
  }
}

/** The status of one answer; undefined when nobody listens or the connection closes without one. */
async function attempt(port: number, request: Buffer, signal: AbortSignal): Promise<number | undefined> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const giveUp = () => socket.destroy();
  signal.addEventListener('abort', giveUp);
  try {
    await once(socket, 'connect');
    socket.write(request);
    return await readStatus(socket);
  } catch {
    return undefined;
  } finally {
    signal.removeEventListener('abort', giveUp);
    socket.destroy();
  }
}

async function readStatus(socket: Socket): Promise<number | undefined> {
  const reader = createResponseReader();
  for await (const chunk of socket) {
    const status = reader.take(chunk);
    if (status !== undefined) return status;
  }
  return undefined;
}
