import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from './certificate';

/** Answers one request, whose head is given, with whatever bytes it likes. */
export type RawAnswer = (socket: Socket, head: string) => void;

/** A server that speaks HTTP as well or as badly as it is told. */
export interface RawServer {
  readonly port: number;
  /** The head of every request so far, oldest first. */
  readonly heads: readonly string[];
  /** Connections made so far. */
  readonly connections: () => number;
  answer: RawAnswer;
  /** Resolves once no connection is open. */
  allClosed(): Promise<void>;
  close(): Promise<void>;
}

export interface RawServerOptions {
  readonly host?: string;
  readonly port?: number;
  readonly tls?: Certificate;
}

/** Starts a raw server, on a free port of the loopback interface unless told otherwise. */
export async function startRawServer({
  host = '127.0.0.1',
  port = 0,
  tls,
}: RawServerOptions = {}): Promise<RawServer> {
  const heads: string[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  const server: Server = tls === undefined ? createServer(receive) : createTlsServer({ ...tls }, receive);
  server.on('connection', (socket: Socket) => {
    connections++;
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
  });
  const started: RawServer = {
    answer: ok('cat'),
    heads,
    connections: () => connections,
    allClosed,
    close,
    port: 0,
  };

  function receive(socket: Socket): void {
    let head = '';
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      head += bytes.toString('latin1');
      if (!head.endsWith('\r\n\r\n')) return;
      heads.push(head);
      started.answer(socket, head);
    });
  }

  async function allClosed(): Promise<void> {
    await Promise.all([...open].map((socket) => once(socket, 'close')));
  }

  async function close(): Promise<void> {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }

  server.on('tlsClientError', () => {});
  server.listen(port, host);
  await once(server, 'listening');
  return Object.assign(started, { port: (server.address() as AddressInfo).port });
}

/** Answers with an image of these bytes. */
export function ok(body: string | Buffer, headers: Readonly<Record<string, string>> = {}): RawAnswer {
  const length = String(Buffer.byteLength(body));
  return raw(headOf(200, { 'content-type': 'image/png', 'content-length': length, ...headers }), body);
}

/** Answers with a status, headers and no body. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}): RawAnswer {
  return raw(headOf(code, headers));
}

/** Answers with these bytes, and says nothing more. */
export function raw(...parts: readonly (string | Buffer)[]): RawAnswer {
  return (socket) => {
    for (const part of parts) socket.write(part);
  };
}

/** Sends a beginning, then pieces for as long as anybody takes them, and says how many bytes so far. */
export function repeat(
  beginning: string,
  piece: string | Buffer,
  { everyMs = 0, onSent = (_bytes: number) => {} } = {},
): RawAnswer {
  return (socket) => {
    const send = () => {
      if (socket.destroyed) return;
      onSent(Buffer.byteLength(piece));
      socket.write(piece, (error) => error ?? setTimeout(send, everyMs));
    };
    socket.write(beginning, send);
  };
}

/** The head of a response. */
export function headOf(code: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${code} Said\r\n${lines.join('')}\r\n`;
}
