import fc from 'fast-check';
import { ERRORS, type ErrorCode, ServingError } from '../../shared/core/errors';
import { writeError } from '../../shared/protocol/error-shape';

const DETAIL = '"sepal_length" must be a number, got the string "x"';
const MISFIT = new ServingError('validation-failed', DETAIL, {
  errors: [{ pointer: '/instances/1/0', detail: DETAIL }],
  members: { example: { instances: [[1]] } },
});

function bodyOf(...args: Parameters<typeof writeError>) {
  return JSON.parse(writeError(...args).body);
}

test('the native routes answer with problem details', () => {
  expect(writeError('native', MISFIT, 'r-1')).toEqual({
    status: 422,
    headers: { 'content-type': 'application/problem+json' },
    body: expect.any(String),
  });
  expect(bodyOf('native', MISFIT, 'r-1')).toEqual({
    type: 'urn:onnx-functions:problem:validation-failed',
    title: 'The input does not fit the model',
    status: 422,
    detail: DETAIL,
    request_id: 'r-1',
    errors: [{ pointer: '/instances/1/0', detail: DETAIL }],
    example: { instances: [[1]] },
  });
});

test.each(['oip', 'tfs', 'vertex'] as const)('%s answers with the message in "error"', (protocol) => {
  const answer = writeError(protocol, MISFIT, 'r-1');

  expect(answer.status).toBe(400);
  expect(answer.headers).toEqual({ 'content-type': 'application/json' });
  expect(JSON.parse(answer.body)).toEqual({
    error: `/instances/1/0: ${DETAIL}`,
    type: 'urn:onnx-functions:problem:validation-failed',
    title: 'The input does not fit the model',
    status: 400,
    code: 'validation-failed',
    request_id: 'r-1',
    errors: [{ pointer: '/instances/1/0', detail: DETAIL }],
    example: { instances: [[1]] },
  });
});

test.each([
  ['the only defect', DETAIL, ['/a/0'], `/a/0: ${DETAIL}`],
  [
    'the first of several',
    `2 things do not fit; the first: ${DETAIL}`,
    ['/a/0', '/a/1'],
    `2 things do not fit; the first: /a/0: ${DETAIL}`,
  ],
  ['a defect in other words', 'the row is wrong', ['/a/0'], '/a/0: the row is wrong'],
  ['several in other words', 'all rows are wrong', ['/a/0', '/a/1'], 'all rows are wrong'],
  ['a defect that is named already', `/a/0: ${DETAIL}`, ['/a/0'], `/a/0: ${DETAIL}`],
  ['the whole body', DETAIL, [''], DETAIL],
  ['nothing in the body', 'no such model', [], 'no such model'],
])('the message says where %s is', (_, message, pointers, expected) => {
  const errors = pointers.map((pointer) => ({ pointer, detail: DETAIL }));

  expect(bodyOf('oip', new ServingError('validation-failed', message, { errors }), 'r-1').error).toBe(
    expected,
  );
});

test.each(['native', 'oip', 'tfs', 'vertex', 'bigquery'] as const)(
  '%s keeps the headers of the error',
  (protocol) => {
    const error = new ServingError('shutting-down', 'later', { headers: { 'retry-after': '1' } });

    expect(writeError(protocol, error, 'r-1')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
    });
  },
);

test('BigQuery gets only a message, with the id of the request', () => {
  expect(writeError('bigquery', MISFIT, '124ab1c')).toEqual({
    status: 400,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ errorMessage: `/instances/1/0: ${DETAIL} (request 124ab1c)` }),
  });
});

describe('BigQuery repeats a request only where that may help', () => {
  const error = (code: ErrorCode, reason?: string) =>
    new ServingError(code, 'x', reason === undefined ? {} : { members: { reason } });

  test.each([
    ['validation-failed', undefined, 400],
    ['inference-failed', undefined, 400],
    ['model-unavailable', 'invalid-manifest', 400],
    ['model-unavailable', 'corrupt-artifact', 400],
    ['model-unavailable', 'object-not-found', 400],
    ['model-unavailable', 'store-unavailable', 503],
    ['model-unavailable', undefined, 503],
    ['shutting-down', undefined, 503],
    ['internal', undefined, 500],
    ['payload-too-large', undefined, 413],
    ['not-found', undefined, 404],
  ] as const)('%s for %s answers %i', (code, reason, status) => {
    expect(writeError('bigquery', error(code, reason), 'r-1').status).toBe(status);
  });
});

test('a message for BigQuery is cut below 1 KB and stays JSON', () => {
  const { body } = writeError('bigquery', new ServingError('internal', 'ü'.repeat(5000)), 'r-1');

  expect(Buffer.byteLength(body)).toBeLessThan(1024);
  expect(JSON.parse(body).errorMessage).toMatch(/^ü{400,}… \(request r-1\)$/);
});

test('every error is JSON of its status in every protocol', () => {
  const codes = Object.keys(ERRORS) as ErrorCode[];
  const text = fc.string({ unit: 'binary', maxLength: 3000 });
  fc.assert(
    fc.property(fc.constantFrom(...codes), text, text, text, (code, message, pointer, id) => {
      const error = new ServingError(code, message, { errors: [{ pointer, detail: message }] });
      for (const protocol of ['native', 'oip', 'tfs', 'vertex', 'bigquery'] as const) {
        const { status, body } = writeError(protocol, error, id);
        expect(JSON.parse(body).status ?? status).toBe(status);
        if (protocol === 'bigquery') expect(Buffer.byteLength(body)).toBeLessThan(1024);
      }
    }),
  );
});
