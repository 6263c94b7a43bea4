import { withDeadline } from '../core/deadline';
import { type RetryPolicy, retryTransient } from './backoff';
import { httpGet } from './http-get';
import type { ObjectSource } from './media';
import { fromConnection, fromStatus, TransientFailure } from './store-failure';

/** A document of Cloud Storage's JSON API. */
export type Json = Readonly<Record<string, unknown>>;

interface JsonCall {
  readonly limits: RetryPolicy & {
    /** Longest time for one answer, in milliseconds. */
    readonly headersMs: number;
  };
  readonly signal: AbortSignal;
}

/**
 * Asks for a document, again while that fails in ways that may pass.
 *
 * @returns undefined where there is none.
 * @throws {ServingError} `store-unavailable`
 */
export function getJson(source: Omit<ObjectSource, 'key'>, call: JsonCall): Promise<Json | undefined> {
  return retryTransient(() => getOnce(source, call), { policy: call.limits, signal: call.signal });
}

async function getOnce(
  { url, requestHeaders }: Omit<ObjectSource, 'key'>,
  { limits: { headersMs }, signal }: JsonCall,
): Promise<Json | undefined> {
  const late = () => new TransientFailure(`the store did not answer within ${headersMs} ms`);
  const headers = await requestHeaders();
  const { status, text } = await withDeadline({ ms: headersMs, signal, late }, (inner) =>
    get(url, headers, inner),
  );
  if (status === 404) return undefined;
  if (status !== 200) throw fromStatus(status, new Error(text));
  return parse(text);
}

async function get(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  try {
    const answer = await httpGet(url, headers, signal);
    const chunks: Uint8Array[] = [];
    for (let chunk = await answer.next(); chunk !== undefined; chunk = await answer.next())
      chunks.push(chunk);
    return { status: answer.status, text: Buffer.concat(chunks).toString() };
  } catch (error) {
    throw fromConnection(error);
  }
}

function parse(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Json;
  } catch {}
  throw new TransientFailure('something else than the store answered');
}
