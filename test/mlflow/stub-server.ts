import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that came. */
export interface StubRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request however it likes. */
export type StubAnswer = (response: ServerResponse, request: StubRequest) => void;

/** What calls itself a tracking server, and answers as well or as badly as it is told. */
export interface StubServer {
  readonly url: string;
  /** Every request so far, oldest first. */
  readonly requests: readonly StubRequest[];
  /** Answers requests whose path begins so; the longest beginning wins. */
  on(beginning: string, answer: StubAnswer): void;
  close(): Promise<void>;
}

export const API = '/api/2.0/mlflow';
export const ARTIFACTS = '/api/2.0/mlflow-artifacts/artifacts';

/** Starts one on a free port of the loopback interface. What it was not told of is answered 404. */
export async function startStubServer(): Promise<StubServer> {
  const answers = new Map<string, StubAnswer>();
  const requests: StubRequest[] = [];
  const server = createServer((message, response) => {
    let body = '';
    message.on('data', (chunk) => (body += chunk));
    message.on('end', () => {
      const { method = '', url: path = '', headers } = message;
      const request = { method, path, headers, body };
      requests.push(request);
      const beginnings = [...answers.keys()].filter((beginning) => path.startsWith(beginning));
      const longest = beginnings.sort((left, right) => right.length - left.length)[0];
      (answers.get(longest ?? '') ?? notFound)(response, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    on: (beginning, answer) => answers.set(beginning, answer),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with a JSON document. */
export function json(value: unknown, status = 200): StubAnswer {
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** Answers with these bytes. */
export function bytes(body: string | Uint8Array): StubAnswer {
  return (response) => response.end(body);
}

/** Never answers. */
export const silence: StubAnswer = () => {};

const notFound = json({ error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'there is no such thing' }, 404);
