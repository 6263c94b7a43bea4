import { deflateSync, gzipSync } from 'node:zlib';
import type { TestRequest } from '../test-app';

/** What an answer must be. */
export interface Expected {
  readonly status: number;
  /** Last segment of the problem's `type`. */
  readonly problem?: string;
  /** Members the JSON of the answer must have, with these values. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** A page of the framework's own, which our code never sees. */
  readonly isForeign?: true;
}

export interface RequestCase extends TestRequest {
  readonly name: string;
  readonly expected: Expected;
  /** Where the framework's body parsers make a difference: the answer without the raw request. */
  readonly behindFramework?: Expected;
}

const ROW = [5.1, 3.5, 1.4, 0.2];
const SETOSA = { prediction: 0, prediction_label: 'setosa', model_name: 'iris', model_version: '1.0.0' };
const JSON_TYPE = { 'content-type': 'application/json' };
const FOREIGN_400: Expected = { status: 400, isForeign: true };

function post(
  body: string | Buffer,
  headers: Record<string, string> = JSON_TYPE,
  path = '/predict',
): TestRequest {
  return { method: 'POST', path, headers, body };
}

const BY_POSITION = JSON.stringify({ features: ROW });

/** Bodies that are not JSON; each must be refused as such. */
const NOT_JSON: readonly string[] = [
  '{"features":[5.1,3.5,1.4,0.2]',
  '{"features":[5.1,3.5,1.4,0.2],}',
  "{'features':[5.1,3.5,1.4,0.2]}",
  '{features:[5.1,3.5,1.4,0.2]}',
  '{"features":[NaN,3.5,1.4,0.2]}',
  '{"features":[Infinity,3.5,1.4,0.2]}',
  '{"features":[0x10,3.5,1.4,0.2]}',
  '{"features":[5.1 3.5 1.4 0.2]}',
  '{"features":[01,3.5,1.4,0.2]}',
  '{"features":[.5,3.5,1.4,0.2]}',
  '{"features":[5.,3.5,1.4,0.2]}',
  '{"features":[+5,3.5,1.4,0.2]}',
  '{"features":[5.1,3.5,1.4,0.2]} trailing',
  '/* comment */ {"features":[5.1,3.5,1.4,0.2]}',
  '{"features":[5.1,3.5,1.4,0.2]}}',
  '{"features":undefined}',
  '{"features":"\t"}',
  '{"features":"\\x"}',
  'features=5.1',
  '[',
];

/** The requests that every host must answer alike. */
export const REQUESTS: readonly RequestCase[] = [
  { name: 'features by position', ...post(BY_POSITION), expected: { status: 200, members: SETOSA } },
  {
    name: 'features by name',
    ...post('{"features":{"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}}'),
    expected: { status: 200, members: SETOSA },
  },
  {
    name: 'flat features',
    ...post('{"petal_width":0.2,"sepal_length":5.1,"sepal_width":3.5,"petal_length":1.4}'),
    expected: { status: 200, members: SETOSA },
  },
  {
    name: 'a query and a trailing slash',
    ...post(BY_POSITION, JSON_TYPE, '/predict/?x=1'),
    expected: { status: 200, members: SETOSA },
  },
  { name: 'no Content-Type', ...post(BY_POSITION, {}), expected: { status: 200, members: SETOSA } },
  {
    name: 'the Content-Type of curl -d',
    ...post(BY_POSITION, { 'content-type': 'application/x-www-form-urlencoded' }),
    expected: { status: 200, members: SETOSA },
  },
  {
    name: 'a vendor JSON type with a charset',
    ...post(BY_POSITION, { 'content-type': 'application/vnd.acme+json; charset=UTF-8' }),
    expected: { status: 200, members: SETOSA },
  },
  { name: 'a byte order mark', ...post(`\ufeff${BY_POSITION}`), expected: { status: 200, members: SETOSA } },
  {
    name: 'a gzip body',
    ...post(gzipSync(BY_POSITION), { ...JSON_TYPE, 'content-encoding': 'gzip' }),
    expected: { status: 200, members: SETOSA },
  },
  {
    name: 'a deflate body without Content-Type',
    ...post(deflateSync(BY_POSITION), { 'content-encoding': 'deflate' }),
    expected: { status: 200, members: SETOSA },
  },
  {
    name: 'a batch of mixed forms',
    ...post(JSON.stringify({ instances: [ROW, { features: ROW }] }), JSON_TYPE, '/predict/batch'),
    expected: { status: 200, members: { model_name: 'iris' } },
  },
  { name: 'the status', method: 'GET', path: '/', expected: { status: 200, members: { status: 'healthy' } } },
  {
    name: 'liveness',
    method: 'GET',
    path: '/health',
    expected: { status: 200, members: { status: 'healthy' } },
  },
  {
    name: 'model info',
    method: 'GET',
    path: '/model-info',
    expected: { status: 200, members: { name: 'iris', task: 'classification' } },
  },
  {
    name: 'model info by its other name',
    method: 'GET',
    path: '/model/info',
    expected: { status: 200, members: { name: 'iris' } },
  },
  { name: 'HEAD of model info', method: 'HEAD', path: '/model-info', expected: { status: 200 } },
  {
    name: 'OPTIONS',
    method: 'OPTIONS',
    path: '/predict',
    expected: { status: 204, headers: { allow: 'POST, OPTIONS' } },
  },
  {
    name: 'GET of predict',
    method: 'GET',
    path: '/predict',
    expected: { status: 405, problem: 'method-not-allowed', headers: { allow: 'POST, OPTIONS' } },
  },
  {
    name: 'DELETE of model info',
    method: 'DELETE',
    path: '/model-info',
    expected: { status: 405, problem: 'method-not-allowed', headers: { allow: 'GET, HEAD, OPTIONS' } },
  },
  ...['/nothing', '/predict/..%2f..%2fetc', '//predict', '/%zz', '/predict%00'].map((path) => ({
    name: `the path ${path}`,
    method: 'GET',
    path,
    expected: { status: 404, problem: 'not-found' },
    ...(path === '/%zz' && { behindFramework: FOREIGN_400 }),
  })),
  ...NOT_JSON.map((body) => ({
    name: `not JSON: ${body}`,
    ...post(body),
    expected: { status: 400, problem: 'invalid-json' },
    behindFramework: FOREIGN_400,
  })),
  {
    name: 'an empty body',
    ...post(''),
    expected: { status: 400, problem: 'invalid-json' },
  },
  ...['"text"', '5', 'null', 'true'].map((body) => ({
    name: `a body that is ${body}`,
    ...post(body),
    expected: { status: 422, problem: 'validation-failed' },
    behindFramework: FOREIGN_400,
  })),
  {
    name: 'a body that is an array',
    ...post('[5.1,3.5,1.4,0.2]'),
    expected: { status: 422, problem: 'validation-failed' },
  },
  {
    name: 'bytes that are not UTF-8',
    ...post(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])),
    expected: { status: 400, problem: 'invalid-encoding' },
  },
  {
    name: 'a number too large for a double',
    ...post('{"features":[1e400,3.5,1.4,0.2]}'),
    expected: { status: 422, problem: 'validation-failed' },
  },
  {
    name: 'a number too large for a float32',
    ...post('{"features":[1e39,3.5,1.4,0.2]}'),
    expected: { status: 422, problem: 'validation-failed' },
  },
  ...['"5.1"', 'null', 'true', '[5.1]', '{}'].map((value) => ({
    name: `the value ${value} for a number`,
    ...post(`{"features":[${value},3.5,1.4,0.2]}`),
    expected: { status: 422, problem: 'validation-failed' },
  })),
  {
    name: 'a __proto__ member',
    ...post('{"__proto__":{"polluted":1},"features":[5.1,3.5,1.4,0.2]}'),
    expected: { status: 400, problem: 'invalid-json' },
  },
  {
    name: 'a __proto__ member in escapes',
    ...post('{"\\u005f_proto__":{"polluted":1},"features":[5.1,3.5,1.4,0.2]}'),
    expected: { status: 400, problem: 'invalid-json' },
  },
  {
    name: 'a constructor member',
    ...post('{"constructor":{"prototype":{}},"features":[5.1,3.5,1.4,0.2]}'),
    expected: { status: 422, problem: 'validation-failed' },
  },
  {
    name: 'nesting of 100 000 levels',
    ...post(`{"features":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
    expected: { status: 400, problem: 'invalid-json' },
  },
  {
    name: 'a body of another media type',
    ...post('a,b\n1,2', { 'content-type': 'image/png' }),
    expected: { status: 415, problem: 'unsupported-media-type' },
  },
  {
    name: 'a charset other than UTF-8',
    ...post(BY_POSITION, { 'content-type': 'application/json; charset=utf-16' }),
    expected: { status: 415, problem: 'unsupported-media-type' },
    behindFramework: FOREIGN_400,
  },
  {
    name: 'the content encoding Identity',
    ...post(BY_POSITION, { ...JSON_TYPE, 'content-encoding': 'Identity' }),
    expected: { status: 200, members: SETOSA },
  },
  ...['constructor', '__proto__'].map((encoding) => ({
    name: `the content encoding ${encoding}`,
    ...post(BY_POSITION, { ...JSON_TYPE, 'content-encoding': encoding }),
    expected: { status: 415, problem: 'unsupported-media-type' },
    behindFramework: { status: 415, isForeign: true } as const,
  })),
  {
    name: 'an expectation that nobody has',
    ...post(BY_POSITION, { ...JSON_TYPE, expect: 'miracles' }),
    expected: { status: 200, members: SETOSA },
    behindFramework: { status: 417, isForeign: true },
  },
  {
    name: 'an unknown content encoding',
    ...post(BY_POSITION, { ...JSON_TYPE, 'content-encoding': 'br' }),
    expected: { status: 415, problem: 'unsupported-media-type' },
    behindFramework: FOREIGN_400,
  },
  {
    name: 'a broken gzip body',
    ...post(gzipSync(BY_POSITION).subarray(0, 20), { ...JSON_TYPE, 'content-encoding': 'gzip' }),
    expected: { status: 400, problem: 'invalid-encoding' },
    behindFramework: FOREIGN_400,
  },
  {
    name: 'a body beyond the limit',
    ...post(Buffer.alloc(11 * 1024 * 1024, 0x20)),
    expected: { status: 413, problem: 'payload-too-large' },
    behindFramework: FOREIGN_400,
  },
  {
    name: 'a body beyond the limit that the framework does not parse',
    ...post(Buffer.alloc(11 * 1024 * 1024, 0x20), { 'content-type': 'application/octet-stream' }),
    expected: { status: 413, problem: 'payload-too-large' },
  },
  {
    name: 'a gzip bomb of 200 MB',
    ...post(gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20)), { ...JSON_TYPE, 'content-encoding': 'gzip' }),
    expected: { status: 413, problem: 'payload-too-large' },
    behindFramework: FOREIGN_400,
  },
  {
    name: 'a batch without instances',
    ...post('{}', JSON_TYPE, '/predict/batch'),
    expected: { status: 422, problem: 'validation-failed' },
  },
  {
    name: 'an empty batch',
    ...post('{"instances":[]}', JSON_TYPE, '/predict/batch'),
    expected: { status: 422, problem: 'validation-failed' },
  },
  {
    name: 'a batch with a bad row',
    ...post(JSON.stringify({ instances: [ROW, [1, 2]] }), JSON_TYPE, '/predict/batch'),
    expected: { status: 422, problem: 'validation-failed' },
  },
];
