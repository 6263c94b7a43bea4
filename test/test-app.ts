import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type BodyLimits, readBody, streamBody } from '../functions/request-body';
import { type HttpRequest, type HttpResponse, isStreamed } from '../shared/core/http';
import { openStore } from '../shared/registry/open-store';
import { createRegistry } from '../shared/registry/registry';
import { createSession } from '../shared/runtime/session';
import { type App, type AppParts, createApp } from '../shared/serving/app';
import { type Config, readConfig } from '../shared/serving/config';
import type { LogEntry } from '../shared/serving/log-entry';
import type { Target } from '../shared/serving/routes';

export interface TestApp {
  readonly app: App;
  readonly config: Config;
  readonly entries: LogEntry[];
  /** Sends one request through the handlers, without a socket. */
  request(options: TestRequest): Promise<TestResponse>;
}

/** An answer with its body whole, however it was written. */
export type TestResponse = HttpResponse & { readonly body: string | Uint8Array };

export interface TestRequest {
  readonly target?: Target;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Says whether the caller has gone. @default never */
  readonly hasLeft?: () => boolean;
}

/** The service with its real parts, save that its log is kept instead of printed. */
export function openTestApp(env: Record<string, string> = {}, parts: Partial<AppParts> = {}): TestApp {
  const config = readConfig({
    MODEL_REGISTRY: join(__dirname, '../model-artifacts'),
    MODEL_NAME: 'iris',
    ...env,
  });
  const entries: LogEntry[] = [];
  const app = createApp(config, {
    openRegistry: async () => createRegistry(await openStore(config.registry.uri, config.registry)),
    createSession,
    threads: 1,
    now: () => performance.now(),
    startup: () => ({}),
    readAsset: async () => undefined,
    log: { write: (entry) => entries.push(entry), close: async () => {} },
    ...parts,
  });
  return {
    app,
    config,
    entries,
    async request({ target = 'serve', ...request }) {
      const response = await app.handler(target)(toHttpRequest(request, config.limits));
      const body = isStreamed(response.body) ? await collect(response.body) : response.body;
      response.onSent?.();
      return { ...response, body };
    },
  };
}

async function collect(pieces: AsyncIterable<string | Uint8Array>): Promise<Buffer> {
  const buffers: Buffer[] = [];
  for await (const piece of pieces) buffers.push(Buffer.from(piece));
  return Buffer.concat(buffers);
}

/** A request as a host would hand it over; its body goes through the hosts' own reader. */
function toHttpRequest(
  { method = 'GET', path = '/', headers = {}, body = '', hasLeft = () => false }: TestRequest,
  limits: BodyLimits,
): HttpRequest {
  const [pathname = '/', query = ''] = path.split('?');
  const bytes = Buffer.from(body);
  const sent: Record<string, string> = {
    ...(bytes.length > 0 && { 'content-length': String(bytes.length) }),
    ...headers,
  };
  return {
    method,
    path: pathname,
    query,
    headers: sent,
    remoteAddress: '127.0.0.1',
    body: () => readBody(toMessage(bytes, sent), limits),
    stream: () => streamBody(toMessage(bytes, sent), limits),
    hasLeft,
  };
}

/** The readers need the stream and the headers of a message, and nothing else of it. */
function toMessage(bytes: Buffer, headers: Readonly<Record<string, string>>): IncomingMessage {
  return Object.assign(Readable.from([bytes]), { headers }) as unknown as IncomingMessage;
}

/** A `predict` request with a JSON body. */
export function predictRequest(body: unknown, headers: Record<string, string> = {}): TestRequest {
  return {
    method: 'POST',
    path: '/predict',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** The JSON of an answer. */
export function json(response: { readonly body: string | Uint8Array }): Record<string, unknown> {
  return JSON.parse(String(response.body)) as Record<string, unknown>;
}
