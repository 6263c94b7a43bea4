import type { FieldError } from '../shared/core/errors';
import type { ApiCall } from './api-call';
import { keyHeaders } from './api-key';
import type { Notes } from './input-form';
import { isObject } from './model-info';
import { readTiming, type Timing } from './timing';

/** What came of a call. */
export type Outcome = Answer | Refusal | Silence;

/** The model answered. */
export interface Answer {
  readonly kind: 'answer';
  readonly body: Readonly<Record<string, unknown>>;
  readonly timing: Timing;
  readonly requestId: string | undefined;
  readonly notes: Notes;
}

/** The service answered with an error. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string | undefined;
  readonly notes: Notes;
}

/** Nothing came back. */
export interface Silence {
  readonly kind: 'silence';
}

/**
 * Calls the service.
 *
 * @throws {DOMException} `AbortError` when the signal says so; every other failure is an outcome.
 */
export async function send(call: ApiCall, signal: AbortSignal): Promise<Outcome> {
  const startedAt = performance.now();
  try {
    const response = await fetch(call.path, { method: 'POST', signal, ...contentOf(call) });
    const text = await response.text();
    return read(response, text, performance.now() - startedAt);
  } catch (error) {
    if (signal.aborted) throw error;
    return { kind: 'silence' };
  }
}

function contentOf(call: ApiCall): Pick<RequestInit, 'headers' | 'body'> {
  const headers = { accept: 'application/json', ...keyHeaders() };
  if ('body' in call) {
    return { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(call.body) };
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(call.fields)) form.set(name, value);
  form.set('file', call.file);
  // The browser writes the content type: it knows what stands between the parts.
  return { headers, body: form };
}

function read(response: Response, text: string, roundTripMs: number): Outcome {
  const body = parseObject(text);
  const requestId = response.headers.get('x-request-id') ?? undefined;
  const notes = { errors: notesOf(body?.['errors']), warnings: notesOf(body?.['warnings']) };
  if (response.ok && body !== undefined) {
    const timing = readTiming(response.headers.get('server-timing'), roundTripMs);
    return { kind: 'answer', body, timing, requestId, notes };
  }
  const { status } = response;
  const title = textOf(body?.['title']) ?? 'The service answered with an error';
  const detail = textOf(body?.['detail']) ?? textOf(body?.['error']) ?? `HTTP status ${status}`;
  const refusal = isAboutContent(status) ? { refusal: detail } : {};
  return { kind: 'refusal', status, title, detail, requestId, notes: { ...notes, ...refusal } };
}

/** Says whether a status blames what was sent, and neither the service nor who called. */
function isAboutContent(status: number): boolean {
  return [400, 413, 415, 422].includes(status);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : undefined;
  } catch {
    // Something between here and the service answered in its place: a proxy's page, for instance.
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function notesOf(value: unknown): FieldError[] {
  return Array.isArray(value) ? value.filter(isNote) : [];
}

function isNote(value: unknown): value is FieldError {
  return isObject(value) && typeof value['pointer'] === 'string' && typeof value['detail'] === 'string';
}
