import { withDeadline } from '../core/deadline';
import { checkPath, type RemoteFile, readListing } from './artifact-path';
import { notAsExpected, refusal, unreachable } from './mlflow-failure';
import { readBody } from './read-body';
import type { TrackingServer } from './tracking-server';

/**
 * The REST API of a tracking server, and the store of artifacts behind the same address. Everything throws
 * `object-not-found` for what is not there, `conflict` for what is there already, `store-unavailable` for the rest.
 *
 * @see https://mlflow.org/docs/latest/rest-api.html
 */
export interface MlflowClient {
  /** Address of the server, without credentials. */
  readonly uri: string;
  /** @param name as the documentation names it: `runs/get`. */
  get(name: string, query: Readonly<Record<string, string>>): Promise<unknown>;
  post(name: string, body: object): Promise<unknown>;
  /** The files that lie directly in a folder of the store; none where there is no such folder. */
  list(folder: string): Promise<readonly RemoteFile[]>;
  download(path: string, maxBytes: number): Promise<Uint8Array>;
  upload(path: string, bytes: Uint8Array): Promise<void>;
}

export interface MlflowClientOptions {
  /** Longest that the server may be silent, in milliseconds. @default 10000 */
  readonly timeoutMs?: number;
}

/** One request. */
interface Call {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** What it is called in errors. */
  readonly name: string;
  /** Behind the server's address. */
  readonly path: string;
  readonly body?: { readonly type: string; readonly bytes: Uint8Array };
  /** Largest body of the answer. */
  readonly maxBytes: number;
}

/** Answers of the API are a few kilobytes; the listing of a thousand files is a hundred. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** What the slowest line carries: it bounds how long all of a transfer may take. */
const MIN_BYTES_PER_MS = 100;

const API = '/api/2.0/mlflow';
const ARTIFACTS = '/api/2.0/mlflow-artifacts/artifacts';

/** Makes a client; it connects to nothing yet. */
export function createMlflowClient(
  { uri, headers }: TrackingServer,
  { timeoutMs = 10_000 }: MlflowClientOptions = {},
): MlflowClient {
  async function send(call: Call): Promise<Uint8Array> {
    const { name, maxBytes } = call;
    const connection = new AbortController();
    try {
      const response = await begin(call, connection.signal);
      const limits = { maxBytes, silenceMs: timeoutMs, totalMs: timeoutMs + maxBytes / MIN_BYTES_PER_MS };
      if (!response.ok) throw await refusal(response, { uri, name, silenceMs: timeoutMs });
      return await readBody(response, { uri, name, ...limits });
    } finally {
      // Whatever was not read to its end is let go of.
      connection.abort();
    }
  }

  async function begin({ method, path, body }: Call, signal: AbortSignal): Promise<Response> {
    const init = {
      method,
      signal,
      headers: { ...headers, ...(body && { 'content-type': body.type }) },
      // Credentials go where the user has sent them, and nowhere else.
      redirect: 'manual',
      ...(body && { body: body.bytes }),
    } as const;
    const ms = timeoutMs + (body?.bytes.byteLength ?? 0) / MIN_BYTES_PER_MS;
    const late = () => unreachable(uri, `did not answer within ${Math.ceil(ms / 1000)} s`);
    try {
      // Not by a signal alone: `fetch` can lose it (https://github.com/nodejs/undici/issues/4627).
      return await withDeadline({ ms, late }, () => fetch(`${uri}${path}`, init));
    } catch (cause) {
      throw unreachable(uri, 'cannot be reached', cause);
    }
  }

  async function callApi(call: Omit<Call, 'maxBytes'>): Promise<unknown> {
    const bytes = await send({ ...call, maxBytes: MAX_ANSWER_BYTES });
    try {
      return JSON.parse(Buffer.from(bytes).toString('utf8'));
    } catch (cause) {
      throw notAsExpected(uri, call.name, 'JSON', cause);
    }
  }

  return {
    uri,
    get: (name, query) =>
      callApi({ method: 'GET', name, path: `${API}/${name}?${new URLSearchParams(query)}` }),
    post(name, body) {
      const bytes = Buffer.from(JSON.stringify(body));
      return callApi({
        method: 'POST',
        name,
        path: `${API}/${name}`,
        body: { type: 'application/json', bytes },
      });
    },
    async list(folder) {
      const path = `${ARTIFACTS}?${new URLSearchParams({ path: checkPath(folder) })}`;
      return readListing(await callApi({ method: 'GET', name: `listing ${folder}`, path }), uri);
    },
    async download(path, maxBytes) {
      return send({ method: 'GET', name: path, path: artifactUrl(path), maxBytes });
    },
    async upload(path, bytes) {
      const body = { type: 'application/octet-stream', bytes };
      await send({ method: 'PUT', name: path, path: artifactUrl(path), body, maxBytes: MAX_ANSWER_BYTES });
    },
  };
}

function artifactUrl(path: string): string {
  return `${ARTIFACTS}/${checkPath(path).split('/').map(encodeURIComponent).join('/')}`;
}
