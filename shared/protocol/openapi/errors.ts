import { ERRORS } from '../../core/errors';
import { PROBLEM_TYPE } from '../../core/problem';
import type { JsonSchema } from '../../core/row-schema';
import {
  ANSWER_HEADERS,
  anyOf,
  type Content,
  type Response,
  type Responses,
  refTo,
  schemaRef,
} from './parts';

/**
 * In whose words an address tells errors: `Problem` is this package's own, `Error` that of the Open Inference Protocol,
 * TensorFlow Serving and Vertex AI, `Foreign` that or BigQuery's, `Any` an address that speaks as it is spoken to.
 */
export type ErrorWords = 'Problem' | 'Error' | 'Foreign' | 'Any';

/** Statuses of a request whose body cannot be read. */
export const BODY_ERRORS = [400, 408, 413, 415] as const;

/** The error answers of an operation: those of the statuses it is known to answer, and the form of any other. */
export function errors(words: ErrorWords, ...statuses: readonly number[]): Responses {
  const known = statuses.map((status) => [status, refTo('responses', `${words}${status}`)]);
  return { ...Object.fromEntries(known), default: refTo('responses', words) };
}

/** The error answers that operations refer to with the given words. */
export function errorResponses(words: readonly ErrorWords[]): Readonly<Record<string, Response>> {
  return Object.fromEntries(
    words.flatMap((each): [string, Response][] => [
      ...STATUSES[each].map((status): [string, Response] => [
        `${each}${status}`,
        errorResponse(each, titlesOf(each, status), status),
      ]),
      [each, errorResponse(each, 'Any other error, such as a method that is not allowed here')],
    ]),
  );
}

/** Every status that operations name, by the words it is told in. */
const STATUSES: Readonly<Record<ErrorWords, readonly number[]>> = {
  Problem: [404, 503],
  Error: [400, 404, 408, 413, 415, 429, 500, 501, 503],
  Foreign: [400, 404, 408, 413, 415, 429, 500, 503],
  Any: [400, 404, 408, 413, 415, 422, 429, 500, 503],
};

/** The schemas of error bodies. */
export function errorSchemas(): Readonly<Record<string, JsonSchema>> {
  return { FieldError: FIELD_ERROR, Problem: PROBLEM, Error: ERROR, BigQueryError: BIGQUERY_ERROR };
}

function errorResponse(words: ErrorWords, description: string, status?: number): Response {
  const headers =
    status === 503 || status === 429
      ? { ...ANSWER_HEADERS, 'Retry-After': refTo('headers', 'RetryAfter') }
      : ANSWER_HEADERS;
  return { description, headers, content: contentOf(words, status) };
}

function contentOf(words: ErrorWords, status: number | undefined): Content {
  const problem = { [PROBLEM_TYPE]: { schema: schemaRef('Problem') } };
  if (words === 'Problem') return problem;
  if (words === 'Error') return { 'application/json': { schema: schemaRef('Error') } };
  const foreign = { 'application/json': { schema: anyOf(schemaRef('Error'), schemaRef('BigQueryError')) } };
  // Only a native body is told that it does not fit with a status of its own.
  if (status === 422) return problem;
  return words === 'Foreign' ? foreign : { ...problem, ...foreign };
}

/** What the problems of a status have as their titles. */
function titlesOf(words: ErrorWords, status: number): string {
  const titles = Object.entries(ERRORS)
    .filter(([code]) => !NEVER_ANSWERED.has(code))
    .filter(
      ([code, row]) =>
        row.status === status || (code === 'validation-failed' && status === 400 && words !== 'Problem'),
    )
    .map(([, { title }]) => title);
  return titles.join('; or: ');
}

/** Codes that reach callers as another one, or not at the addresses described. */
const NEVER_ANSWERED: ReadonlySet<string> = new Set([
  'object-not-found',
  'store-unavailable',
  'invalid-manifest',
  'corrupt-artifact',
]);

const FIELD_ERROR: JsonSchema = {
  type: 'object',
  required: ['pointer', 'detail'],
  properties: {
    pointer: { type: 'string', description: 'JSON Pointer (RFC 6901) into the request body' },
    detail: { type: 'string', description: 'What was expected and what came' },
  },
};

/** What problems have, and what the errors of other protocols have beside their one string. */
const MEMBERS: Readonly<Record<string, JsonSchema>> = {
  type: { type: 'string', pattern: '^urn:onnx-functions:problem:[a-z-]+$' },
  title: { type: 'string', description: 'The same for every problem of a type' },
  status: { type: 'integer', minimum: 400, maximum: 599 },
  request_id: { type: 'string', description: 'To be found in the log' },
  errors: {
    type: 'array',
    description: 'Each thing that is wrong with the body, the first 100 of them',
    items: schemaRef('FieldError'),
  },
};

const PROBLEM: JsonSchema = {
  description: 'Problem details (RFC 9457)',
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'request_id'],
  properties: {
    ...MEMBERS,
    detail: { type: 'string', description: 'What happened this time' },
    expected: {
      type: 'array',
      description: 'The features that a row has, where a row did not fit',
      items: { type: 'object', required: ['name'] },
    },
    example: {
      description: 'A body that would be answered: the own one put right, as far as that can be told',
    },
  },
  examples: [
    {
      type: 'urn:onnx-functions:problem:not-found',
      title: ERRORS['not-found'].title,
      status: 404,
      detail: 'nothing answers at this path',
      request_id: 'f5cd1a43-0b0f-4a8a-9a6e-1b1d0b8c8e0e',
    },
  ],
};

const ERROR: JsonSchema = {
  description: 'An error as clients of the Open Inference Protocol, TensorFlow Serving and Vertex AI read it',
  type: 'object',
  required: ['error'],
  properties: {
    error: { type: 'string', description: 'What was expected and what came, and where in the body' },
    code: { type: 'string', enum: Object.keys(ERRORS) },
    ...MEMBERS,
  },
  examples: [
    {
      error: '/inputs/0/shape/1: expected a non-negative integer, got the number -1',
      code: 'validation-failed',
    },
  ],
};

const BIGQUERY_ERROR: JsonSchema = {
  description: 'An error as BigQuery shows it to the one who runs the query',
  type: 'object',
  required: ['errorMessage'],
  additionalProperties: false,
  properties: { errorMessage: { type: 'string', maxLength: 1023 } },
};
