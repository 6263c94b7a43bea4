import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to one part of an upload. */
export type UploadFault =
  /** Stores the part, and resets the connection instead of saying so. */
  | 'lose-answer'
  /** Resets the connection before anything is stored. */
  | 'lose-request'
  /** Stores the first half of the part, and says so. */
  | 'take-half'
  /** Stores the first half of the part, and resets the connection. */
  | 'lose-half'
  | { readonly status: number };

/** A server that speaks the resumable uploads of Cloud Storage's JSON API, as well or as badly as it is told. */
export interface UploadServer {
  /** Base URL, as GCS_API_ENDPOINT takes it. */
  readonly endpoint: string;
  /** The objects that are there whole. */
  readonly objects: ReadonlyMap<string, Buffer>;
  /** The Content-Range of each part that came, oldest first. */
  readonly ranges: readonly string[];
  /** Does something to the next parts, one each; `undefined` for nothing. */
  script(...faults: readonly (UploadFault | undefined)[]): void;
  close(): Promise<void>;
}

interface Session {
  readonly name: string;
  readonly ifAbsent: boolean;
  bytes: Buffer;
}

/** Starts an upload server on a free port of the loopback interface. */
export async function startUploadServer(): Promise<UploadServer> {
  const objects = new Map<string, Buffer>();
  const sessions = new Map<string, Session>();
  const ranges: string[] = [];
  const faults: (UploadFault | undefined)[] = [];

  const server = createServer(async (request, response) => {
    const body = await readAll(request);
    const { searchParams: query, href } = new URL(request.url ?? '/', endpoint);
    if (request.method === 'POST') {
      const id = String(sessions.size + 1);
      const name = query.get('name') ?? '';
      sessions.set(id, { name, ifAbsent: query.get('ifGenerationMatch') === '0', bytes: Buffer.alloc(0) });
      response.writeHead(200, { location: `${href}&upload_id=${id}` }).end();
      return;
    }
    const session = sessions.get(query.get('upload_id') ?? '');
    if (session === undefined) response.writeHead(410).end();
    else takePart({ request, response, body }, session);
  });

  function takePart(
    { request, response, body }: { request: IncomingMessage; response: ServerResponse; body: Buffer },
    session: Session,
  ): void {
    const range = String(request.headers['content-range']);
    ranges.push(range);
    const [, start, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(range) ?? [];
    const fault = start === undefined ? undefined : faults.shift();
    if (typeof fault === 'object') return void response.writeHead(fault.status).end();
    if (fault === 'lose-request') return void request.socket.resetAndDestroy();
    const taken = fault === 'lose-half' || fault === 'take-half' ? body.subarray(0, body.length / 2) : body;
    if (start !== undefined) session.bytes = Buffer.concat([session.bytes.subarray(0, Number(start)), taken]);
    const isWhole = objects.get(session.name) === session.bytes || total === String(session.bytes.length);
    const isRefused =
      isWhole && session.ifAbsent && (objects.get(session.name) ?? session.bytes) !== session.bytes;
    if (isWhole && !isRefused) objects.set(session.name, session.bytes);
    if (fault === 'lose-answer' || fault === 'lose-half') return void request.socket.resetAndDestroy();
    if (isRefused) response.writeHead(412).end();
    else if (isWhole) response.writeHead(200).end('{"generation":"1700000000000001"}');
    else response.writeHead(308, rangeOf(session)).end();
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    objects,
    ranges,
    script: (...next) => void faults.push(...next),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function rangeOf({ bytes }: Session): Record<string, string> {
  return bytes.length === 0 ? {} : { range: `bytes=0-${bytes.length - 1}` };
}
