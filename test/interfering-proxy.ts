import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a proxy does to one exchange. */
export type Interference =
  | 'forward'
  /** Lets the request through and resets the connection instead of answering. */
  | 'lose-answer'
  /** Resets the connection instead of letting the request through. */
  | 'lose-request'
  /** Takes the request and never answers. */
  | 'silence'
  | { readonly status: number; readonly body: string };

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
}

export interface InterferingProxy {
  readonly endpoint: string;
  readonly requests: readonly ReceivedRequest[];
  /** What to do with the next requests of a method, one each; then they are forwarded again. */
  script(method: string, ...interferences: readonly Interference[]): void;
  close(): Promise<void>;
}

/**
 * Stands between a client and a real server, and does to requests what networks do. It also minds the condition of a
 * DELETE, as Cloud Storage does and its emulator does not.
 *
 * @param before a request goes on when what this gives is resolved.
 */
export async function startInterferingProxy(
  target: string,
  before: (request: ReceivedRequest) => Promise<void> = async () => {},
): Promise<InterferingProxy> {
  const requests: ReceivedRequest[] = [];
  const scripts = new Map<string, Interference[]>();
  const server = createServer((request, response) => {
    const { method = '', url: path = '' } = request;
    requests.push({ method, path });
    const interference = scripts.get(method)?.shift() ?? 'forward';
    void before({ method, path }).then(() => interfere(interference, { target, request, response }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script: (method, ...interferences) => scripts.set(method, [...interferences]),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Exchange {
  readonly target: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function interfere(interference: Interference, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  if (interference === 'silence') return;
  if (request.method === 'DELETE' && !(await isConditionMet(exchange))) {
    response.writeHead(412).end();
    return;
  }
  if (interference === 'lose-request') request.socket.resetAndDestroy();
  else if (interference === 'lose-answer') forward(exchange, () => request.socket.resetAndDestroy());
  else if (interference === 'forward') forward(exchange, (answer) => relay(answer, response));
  else response.writeHead(interference.status).end(interference.body);
}

async function isConditionMet({ target, request: { url = '' } }: Exchange): Promise<boolean> {
  const { pathname, searchParams } = new URL(url, target);
  const expected = searchParams.get('ifGenerationMatch');
  if (expected === null) return true;
  const answer = await fetch(new URL(pathname, target));
  return !answer.ok || String(((await answer.json()) as { generation: unknown }).generation) === expected;
}

function forward({ target, request }: Exchange, onAnswer: (answer: IncomingMessage) => void): void {
  const { method, headers, url = '' } = request;
  const onward = sendRequest(new URL(url, target), { method, headers, agent: false }, (answer) =>
    onAnswer(answer),
  );
  onward.on('error', () => request.socket.destroy());
  request.pipe(onward);
}

function relay(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(response);
}
