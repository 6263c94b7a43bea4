import { availableParallelism } from 'node:os';
import { type HttpRequest, isStreamed } from '../shared/core/http';
import { createRegistry } from '../shared/registry/registry';
import { createSession } from '../shared/runtime/session';
import { withoutAccess } from '../shared/serving/access-config';
import { createApp } from '../shared/serving/app';
import { readConfig } from '../shared/serving/config';
import type { LogEntry } from '../shared/serving/log-entry';
import { UsageError } from './exit-code';
import type { PredictRequest } from './predict-request';
import { openStoreAt } from './registry-access';
import type { Terminal } from './terminal';

export interface PredictAnswer {
  readonly status: number;
  readonly text: string;
}

/** Longest that a served model is waited for, in milliseconds: it may have to start first. */
const REMOTE_MS = 120_000;

/** Answers a request as a function would, in this process. */
export async function predictLocally(
  request: PredictRequest,
  registry: string,
  terminal: Terminal,
): Promise<PredictAnswer> {
  const config = readConfig({
    ...withoutAccess(terminal.env),
    MODEL_REGISTRY: registry,
    ...(request.model !== undefined && { MODEL_NAME: request.model }),
  });
  const failures: LogEntry[] = [];
  const app = createApp(config, {
    openRegistry: async () => createRegistry(await openStoreAt(registry, terminal)),
    createSession,
    threads: availableParallelism(),
    now: () => performance.now(),
    startup: () => ({}),
    readAsset: async () => undefined,
    // What went wrong behind the answer is worth reading; that there was a request is not.
    log: {
      write: (entry) => void (entry.severity === 'ERROR' && failures.push(entry)),
      close: async () => {},
    },
  });
  const { status, body } = await app.handler('serve')(toHttpRequest(request));
  const text = isStreamed(body) ? await collect(body) : Buffer.from(body).toString();
  await app.close();
  for (const { message, detail } of failures) {
    // What the answer says itself would only be read twice.
    if (!saysAlready(text, String(detail))) terminal.err(`${withDetail(message, String(detail))}\n`);
  }
  return { status, text };
}

/** Whether an answer has a sentence in it, as JSON has it. */
function saysAlready(text: string, detail: string): boolean {
  return text.includes(JSON.stringify(detail).slice(1, -1));
}

/** A load that failed is told with its reason; a request that did is told without. */
function withDetail(message: string, detail: string): string {
  return message.endsWith(detail) ? message : `${message}: ${detail}`;
}

function toHttpRequest({ path, contentType, body, version }: PredictRequest): HttpRequest {
  return {
    method: 'POST',
    path,
    query: queryOf(version),
    headers: { 'content-type': contentType, 'content-length': String(body.length) },
    remoteAddress: undefined,
    body: async () => body,
    stream: () => once(body),
    hasLeft: () => false,
  };
}

async function* once(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}

async function collect(pieces: AsyncIterable<string | Uint8Array>): Promise<string> {
  const buffers: Buffer[] = [];
  for await (const piece of pieces) buffers.push(Buffer.from(piece));
  return Buffer.concat(buffers).toString();
}

function queryOf(version: string | undefined): string {
  return version === undefined ? '' : `version=${encodeURIComponent(version)}`;
}

/** Sends a request to a function or a server. An address without a path is that of one with every route. */
export async function predictRemotely(
  { path, contentType, body, version, model }: PredictRequest,
  url: string,
  headers: readonly string[],
): Promise<PredictAnswer> {
  if (model !== undefined && version === undefined) {
    throw new UsageError(
      'a served model is chosen by its address: leave its name out, or name a version too',
    );
  }
  const target = parseUrl(url);
  if (target.pathname === '/') target.pathname = path;
  if (version !== undefined) target.searchParams.set('version', version);
  const response = await fetch(target, {
    method: 'POST',
    headers: [['content-type', contentType], ...headers.map(parseHeader)],
    body: new Uint8Array(body),
    signal: AbortSignal.timeout(REMOTE_MS),
  });
  return { status: response.status, text: await response.text() };
}

function parseUrl(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw new UsageError(`--url: expected an address like https://host, got "${url}"`);
  }
}

function parseHeader(header: string): [name: string, value: string] {
  const at = header.indexOf(':');
  if (at > 0) return [header.slice(0, at).trim(), header.slice(at + 1).trim()];
  throw new UsageError(`--header: expected "Name: value", got "${header}"`);
}
