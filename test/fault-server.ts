import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** One request for an object's bytes, and what the object is. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The whole object. */
  readonly bytes: Buffer;
  readonly generation: string;
  /** The requested range, or the whole. */
  readonly start: number;
  readonly end: number;
}

/** One way to answer a request. */
export type Answer = (exchange: Exchange) => void;

export interface RecordedRequest {
  readonly name: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

/**
 * A server that speaks the media download, the listing and the conditional delete of Cloud Storage's JSON API, as well or
 * as badly as it is told. A scripted answer to a delete replaces what is said of it, not what it does.
 */
export interface FaultServer {
  /** Base URL, as GCS_API_ENDPOINT takes it. */
  readonly endpoint: string;
  /** Connections made so far. */
  readonly connections: () => number;
  /** Every request so far, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Stores an object under its full name; again for a new generation. */
  put(name: string, bytes: Buffer): void;
  /** Answers the next requests for an object, one each; then it is well again. */
  script(name: string, ...answers: readonly Answer[]): void;
  /** Answers every request for an object, until `heal`. */
  always(name: string, answer: Answer): void;
  /** Whether there is an object of a name. */
  has(name: string): boolean;
  /** Number of scripted answers that nobody has asked for yet. */
  unused(name: string): number;
  /** Forgets what it was told to do wrong. */
  heal(): void;
  close(): Promise<void>;
}

/** Starts a fault server on a free port of the loopback interface. */
export async function startFaultServer(): Promise<FaultServer> {
  const objects = new Map<string, { bytes: Buffer; generation: string }>();
  const scripts = new Map<string, Answer[]>();
  const constant = new Map<string, Answer>();
  const requests: RecordedRequest[] = [];
  let generations = 1_000;
  let connections = 0;

  const server = createServer((request, response) => {
    const { name, query } = parseTarget(request);
    requests.push({ name, query, headers: request.headers });
    if (name === LISTING) return list(response, [...objects.keys()], query);
    const object = objects.get(name);
    const pin = query.get('generation');
    if (object === undefined || (pin !== null && pin !== object.generation)) return refuse(response, 404);
    if (request.method === 'DELETE') {
      const answer = scripts.get(name)?.shift();
      const isMet = query.get('ifGenerationMatch') === object.generation;
      if (isMet) objects.delete(name);
      if (answer !== undefined) return answer({ request, response, ...object, start: 0, end: 0 });
      return isMet ? void response.writeHead(204).end() : refuse(response, 412);
    }
    if (query.get('ifGenerationNotMatch') === object.generation) return void response.writeHead(304).end();
    const answer = scripts.get(name)?.shift() ?? constant.get(name) ?? whole;
    answer({ request, response, ...object, ...parseRange(request, object.bytes.length) });
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    requests,
    put: (name, bytes) => objects.set(name, { bytes, generation: String(generations++) }),
    script: (name, ...answers) => scripts.set(name, [...answers]),
    always: (name, answer) => constant.set(name, answer),
    has: (name) => objects.has(name),
    unused: (name) => scripts.get(name)?.length ?? 0,
    heal() {
      scripts.clear();
      constant.clear();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers as Cloud Storage does. */
export const whole: Answer = (exchange) => {
  begin(exchange).end(body(exchange));
};

/** Answers with an error. */
export function status(code: number): Answer {
  return ({ response }) => refuse(response, code);
}

/** Breaks the connection with a TCP reset. */
export const reset: Answer = ({ request }) => {
  request.socket.resetAndDestroy();
};

/** Closes the connection (FIN) after some bytes of the body, though more were declared. */
export function closeAfter(count: number): Answer {
  return (exchange) => {
    begin(exchange).write(body(exchange).subarray(0, count));
    exchange.request.socket.end();
  };
}

/** Never answers. */
export const silence: Answer = () => {};

/** Sends some bytes of the body and then nothing for ever. */
export function stallAfter(count: number): Answer {
  return (exchange) => {
    begin(exchange).write(body(exchange).subarray(0, count));
  };
}

/** Sends some bytes of the body, and the rest once it is told to. */
export function holdAfter(count: number, release: Promise<void>): Answer {
  return (exchange) => {
    const response = begin(exchange);
    response.write(body(exchange).subarray(0, count));
    void release.then(() => response.end(body(exchange).subarray(count)));
  };
}

/** Sends one byte at a time. */
export function trickle(everyMs: number): Answer {
  return (exchange) => {
    const response = begin(exchange);
    let sent = 0;
    const timer = setInterval(() => response.write(body(exchange).subarray(sent, ++sent)), everyMs);
    response.on('close', () => clearInterval(timer));
  };
}

/** Declares another length than the body has, and closes the connection behind the body. */
export function declare(length: number): Answer {
  return (exchange) => {
    const headers = { 'content-length': length, 'x-goog-stored-content-length': length };
    begin(exchange, headers).write(body(exchange));
    exchange.request.socket.end();
  };
}

/** Declares the right length, then sends bytes for as long as anybody takes them. */
export function endless(onSent: (bytes: number) => void): Answer {
  return (exchange) => {
    const piece = Buffer.alloc(64 * 1024);
    const response = begin(exchange, { 'content-length': undefined, 'transfer-encoding': 'chunked' });
    const send = () => {
      onSent(piece.length);
      response.write(piece, (error) => error ?? setImmediate(send));
    };
    send();
  };
}

/** Sends the whole body, and never says that it was the whole. */
export const endMissing: Answer = (exchange) => {
  begin(exchange, { 'content-length': undefined, 'transfer-encoding': 'chunked' }).write(body(exchange));
};

/** Sends the page of a captive portal. */
export const htmlPage: Answer = ({ response }) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please sign in</html>');
};

/** Sends the right number of bytes, of which one is wrong. */
export const corrupt: Answer = (exchange) => {
  const bytes = Buffer.from(body(exchange));
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  begin(exchange).end(bytes);
};

/** Sends the client elsewhere. */
export function redirect(location: string): Answer {
  return ({ response }) => {
    response.writeHead(302, { location }).end();
  };
}

/** Answers with the whole object, whatever range was asked for. */
export const ignoreRange: Answer = (exchange) => {
  whole({ ...exchange, start: 0, end: exchange.bytes.length });
};

/** Answers with another range than the one asked for. */
export const wrongRange: Answer = (exchange) => {
  const { bytes } = exchange;
  begin(exchange, { 'content-range': `bytes 1-${bytes.length - 1}/${bytes.length}` }).end(body(exchange));
};

/** Answers as for an object that was uploaded with Content-Encoding gzip. */
export const gzipped: Answer = (exchange) => {
  const bytes = gzipSync(exchange.bytes);
  const headers = {
    'content-encoding': 'gzip',
    'content-length': bytes.length,
    'x-goog-stored-content-encoding': 'gzip',
    'x-goog-stored-content-length': bytes.length,
  };
  begin(exchange, headers).end(bytes);
};

function begin(
  exchange: Exchange,
  headers: Record<string, string | number | undefined> = {},
): ServerResponse {
  const { response, bytes, generation, start, end } = exchange;
  const isPart = end - start < bytes.length;
  response.statusCode = isPart ? 206 : 200;
  const all = {
    'content-length': end - start,
    'content-range': isPart ? `bytes ${start}-${end - 1}/${bytes.length}` : undefined,
    'x-goog-generation': generation,
    'x-goog-stored-content-encoding': 'identity',
    'x-goog-stored-content-length': bytes.length,
    ...headers,
  };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) response.setHeader(name, value);
  return response;
}

function body({ bytes, start, end }: Exchange): Buffer {
  return bytes.subarray(start, end);
}

function refuse(response: ServerResponse, code: number): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(`{"error":{"code":${code}}}`);
}

/** The end of the address that lists a bucket: no object has that name. */
const LISTING = 'o';

/** Names below a prefix, those of a folder further down taken together as it. */
function list(response: ServerResponse, names: readonly string[], query: URLSearchParams): void {
  const prefix = query.get('prefix') ?? '';
  const below = names.filter((name) => name.startsWith(prefix));
  const folders = below.flatMap((name) => /^[^/]*\//.exec(name.slice(prefix.length)) ?? []);
  const here = below.filter((name) => !name.slice(prefix.length).includes('/'));
  const answer = {
    prefixes: [...new Set(folders)].map((folder) => `${prefix}${folder}`),
    items: here.map((name) => ({ name })),
  };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

/** `/storage/v1/b/BUCKET/o/NAME?alt=media&generation=G`, or without a name to list. */
function parseTarget(request: IncomingMessage): { name: string; query: URLSearchParams } {
  const url = new URL(request.url ?? '', 'http://127.0.0.1');
  return { name: decodeURIComponent(url.pathname.split('/').at(-1) ?? ''), query: url.searchParams };
}

function parseRange(request: IncomingMessage, size: number): { start: number; end: number } {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  if (first === undefined) return { start: 0, end: size };
  return { start: Number(first), end: Math.min(Number(last) + 1, size) };
}
