import { ServingError } from '../core/errors';
import { type HttpRequest, header } from '../core/http';

/** Media types that clients send JSON with; `curl -d` says it is a form, and some clients say nothing. */
const JSON_TYPES =
  /^(application\/(json|[\w.-]+\+json|x-www-form-urlencoded|octet-stream)|text\/(plain|json))$/;

/** Media types that `predictBatch` answers line by line. */
const LINES = /csv$|ndjson$|jsonl$/;

/** The media type of a request's body in lower case, without parameters; empty where none is given. */
export function mediaType(request: HttpRequest): string {
  const contentType = header(request, 'content-type') ?? '';
  return contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/**
 * Checks that a body may be JSON in UTF-8, by what its request says of it.
 *
 * @throws {ServingError} `unsupported-media-type`
 */
export function checkJsonType(request: HttpRequest): void {
  const contentType = header(request, 'content-type');
  if (contentType === undefined || contentType === 'application/json') return;
  const [type = '', ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (!JSON_TYPES.test(type)) {
    const hint = LINES.test(type) ? ': lines are for predictBatch' : '';
    throw new ServingError('unsupported-media-type', `expected application/json, got ${type}${hint}`);
  }
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  if (charset === undefined || /^"?(utf-?8|us-ascii)"?$/.test(charset)) return;
  throw new ServingError('unsupported-media-type', `expected JSON in UTF-8, got charset ${charset}`);
}
