import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSession } from '../../shared/runtime/session';
import { readConfig } from '../../shared/serving/config';
import { routesOf } from '../../shared/serving/routes';
import { writeKeySet } from '../key-sets';
import { json, openTestApp, type TestApp, type TestRequest } from '../test-app';
import { forgeToken, openTokenIssuer, type TokenIssuer } from '../token-issuer';

const VERTEX = { AIP_HEALTH_ROUTE: '/vertex/health', AIP_PREDICT_ROUTE: '/vertex/predict' };

const KEYS = writeKeySet([
  { name: 'ada', key: 'key-of-ada' },
  { name: 'old', key: 'key-that-expired', expires: '2020-01-01' },
  { name: 'gone', key: 'key-that-was-revoked', revoked: '2026-01-01T00:00:00Z' },
  { name: 'digits-only', key: 'key-for-digits', models: ['digits'] },
  { name: 'iris-only', key: 'key-for-iris', models: ['iris'] },
]);

let issuer: TokenIssuer;
let env: Record<string, string>;
beforeAll(async () => {
  issuer = await openTokenIssuer();
  env = {
    ...VERTEX,
    ACCESS: 'keys,tokens',
    API_KEYS: KEYS,
    TOKEN_JWKS_URL: issuer.jwksUrl,
    TOKEN_ISSUER: issuer.issuer,
    TOKEN_AUDIENCE: 'onnx-functions',
    TRUSTED_HOPS: '1',
  };
});
afterAll(() => issuer.close());

const ROW = '[5.1,3.5,1.4,0.2]';

/** What is open to everybody whatever the settings are. */
const ALWAYS_OPEN = ['/health', '/ready', '/v2/health/live', '/v2/health/ready', '/vertex/health'];

/** Lists that say nothing of the models which a caller may not use. */
const LISTS = ['/v2', '/v2/models', '/v2/repository/index', '/v1/models', '/metrics'];

/** Files of the pages: everybody has them who has this package. */
const PAGES = ['/docs', '/redoc', '/assets/{file}', '/favicon.ico'];

const ROUTES = [...routesOf('serve', { config: readConfig(VERTEX) } as never)];

/** The addresses that a caller must be let in at, each with a request that the service can answer. */
const CLOSED: readonly (readonly [string, TestRequest])[] = ROUTES.filter(
  ([route]) => !ALWAYS_OPEN.includes(route),
).map(([route, { method }]) => [
  `${method} ${route}`,
  {
    method,
    path: route
      .replace('{model}', 'iris')
      .replace('{version}', '1.0.0')
      .replace('{label}', 'production')
      .replace('{file}', 'playground.js'),
    // The root is closed where it is a page.
    headers: { accept: 'text/html', ...(method === 'POST' && { 'content-type': 'application/json' }) },
    ...(method === 'POST' && {
      body: route.startsWith('/vertex') ? `{"instances":[${ROW}]}` : `{"features":${ROW}}`,
    }),
  },
]);

const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

/** Who is not let in, and what each is told. */
const STRANGERS: readonly (readonly [string, () => Promise<Record<string, string>>, string])[] = [
  ['nobody', async () => ({}), 'expected an API key'],
  ['somebody with an unknown key', async () => ({ 'x-api-key': 'no-key' }), 'the API key is not known'],
  ['somebody with an unknown key as a token', async () => bearer('no-key'), 'the API key is not known'],
  ['somebody with an empty key', async () => ({ 'x-api-key': '' }), 'the API key is not known'],
  ['somebody with the digest of a key', async () => ({ 'x-api-key': digestIn(KEYS) }), 'is not known'],
  ['somebody with two keys', async () => ({ 'x-api-key': 'no-key, key-of-ada' }), 'is not known'],
  ['somebody with a key that expired', async () => bearer('key-that-expired'), 'the API key has expired'],
  ['somebody with a key that was revoked', async () => bearer('key-that-was-revoked'), 'was revoked'],
  [
    'somebody with a password',
    async () => ({ authorization: `Basic ${Buffer.from('ada:key-of-ada').toString('base64')}` }),
    'expected an API key',
  ],
  [
    'a token of another issuer',
    async () => bearer(await issuer.sign({ iss: 'https://evil.example' })),
    'issuer',
  ],
  ['a token for another audience', async () => bearer(await issuer.sign({ aud: 'others' })), 'audience'],
  ['a token that expired', async () => bearer(await issuer.sign({ exp: 1_700_000_000 })), 'expired'],
  [
    'a token that is not valid yet',
    async () => bearer(await issuer.sign({ nbf: 4_000_000_000 })),
    'not valid yet',
  ],
  [
    'a token that never expires',
    async () => bearer(await issuer.sign({ exp: undefined } as never)),
    'no time at which it expires',
  ],
  ['a token of nobody', async () => bearer(await issuer.sign({ sub: undefined } as never)), 'no subject'],
  ['a token that is not signed', async () => bearer(forgeToken({ alg: 'none' }, claims())), 'algorithm'],
  ['a token signed with the public key', async () => bearer(await confusedToken()), 'algorithm'],
  ['a token of an unknown key', async () => bearer(await issuer.sign({}, { kid: 'unknown' })), 'not known'],
  [
    'a token of a stranger who names a known key',
    async () => bearer(await issuer.sign({}, { kid: 'first', key: 'stranger' })),
    'the signature of the token is wrong',
  ],
  ['a token whose claims were changed', async () => bearer(await changedToken()), 'signature'],
  ['something that looks like a token', async () => bearer('a.b.c'), 'the token cannot be read'],
];

function digestIn(keySet: string): string {
  return /"sha256":"(\w+)"/.exec(keySet)?.[1] ?? '';
}

function claims(): object {
  return { iss: issuer.issuer, aud: 'onnx-functions', sub: 'ada', exp: 4_000_000_000 };
}

/** A verifier that takes a public key for a secret would take this. */
async function confusedToken(): Promise<string> {
  const keys = await (await fetch(issuer.jwksUrl)).text();
  const text = forgeToken({ alg: 'HS256', kid: 'first' }, claims()).slice(0, -1);
  return `${text}.${createHmac('sha256', keys).update(text).digest('base64url')}`;
}

async function changedToken(): Promise<string> {
  const [header, , signature] = (await issuer.sign()).split('.');
  const [, payload] = forgeToken({}, { ...claims(), sub: 'root' }).split('.');
  return `${header}.${payload}.${signature}`;
}

/** A request for the model of digits: an image in a form, or a body in which there is none that could be read. */
function digitsRequest(path: string, type: 'csv' | 'form' | 'json' = 'form', version?: string): TestRequest {
  const types = { csv: 'text/csv', form: 'multipart/form-data; boundary=cut', json: 'application/json' };
  const bodies = {
    csv: () => 'a,b\n1,2\n',
    json: () => JSON.stringify({ image: { b64: '' }, url: 'https://example.com/', model_version: version }),
    form: () =>
      Buffer.concat([
        Buffer.from(version === undefined ? '' : `${field('model_version')}\r\n\r\n${version}\r\n`),
        Buffer.from(`${field('file')}; filename="a.png"\r\nContent-Type: image/png\r\n\r\n`),
        readFileSync('test/images/small.png'),
        Buffer.from('\r\n--cut--\r\n'),
      ]),
  };
  return { method: 'POST', path, headers: { 'content-type': types[type] }, body: bodies[type]() };
}

function field(name: string): string {
  return `--cut\r\nContent-Disposition: form-data; name="${name}"`;
}

/** Makes real sessions, and notes that it did. */
function noting(loads: string[]): typeof createSession {
  return (...args) => {
    loads.push('session');
    return createSession(...args);
  };
}

/** From an address of its own each time: what is wrong counts against the address that it comes from. */
function withHeaders(request: TestRequest, headers: Record<string, string>): TestRequest {
  const forwarded = `10.${addresses >> 16}.${(addresses >> 8) & 255}.${addresses & 255}`;
  addresses++;
  return { ...request, headers: { ...request.headers, 'x-forwarded-for': forwarded, ...headers } };
}
let addresses = 0;

/** Whose words an address speaks before a body was read. */
function isNative(path = ''): boolean {
  return !/^\/(v1|v2|vertex)(\/|$)/.test(path);
}

describe('who may not call', () => {
  let app: TestApp;
  beforeAll(() => {
    app = openTestApp(env);
  });

  describe.each(STRANGERS)('%s', (_, credentials, told) => {
    test.each(CLOSED)('is not let in at %s', async (_, request) => {
      const response = await app.request(withHeaders(request, await credentials()));

      const body = JSON.parse(String(response.body)) as Record<string, unknown>;
      expect(response).toMatchObject({
        status: 401,
        headers: {
          'www-authenticate': expect.stringMatching(/^Bearer realm="onnx-functions"/),
          'content-type': isNative(request.path) ? 'application/problem+json' : 'application/json',
        },
      });
      expect(isNative(request.path) ? body['detail'] : body['error']).toContain(told);
      expect(JSON.stringify(body)).not.toMatch(/key-|setosa/);
    });
  });

  test('is told what was wrong as RFC 6750 has it', async () => {
    const { headers } = await app.request({ path: '/model-info', headers: bearer('key-that-expired') });

    expect(headers['www-authenticate']).toBe(
      'Bearer realm="onnx-functions", error="invalid_token", error_description="the API key has expired"',
    );
  });

  test('is not let in by a key in the query', async () => {
    const { status } = await app.request({ path: '/model-info?key=key-of-ada&api_key=key-of-ada' });

    expect(status).toBe(401);
  });

  test('may know that the service is there, and which methods an address has', async () => {
    await app.request({ path: '/model-info', headers: { 'x-api-key': 'key-of-ada' } });
    const open = ALWAYS_OPEN.filter((path) => !path.endsWith('ready'));

    const answers = await Promise.all([
      ...open.map((path) => app.request({ path })),
      app.request({ path: '/' }),
      app.request({ path: '/predict', method: 'OPTIONS' }),
    ]);

    expect(answers.map(({ status }) => status).filter((status) => status === 401)).toEqual([]);
  });
});

describe('who may call', () => {
  let app: TestApp;
  beforeAll(() => {
    app = openTestApp(env);
  });

  test.each([
    ['a key', async () => ({ 'x-api-key': 'key-of-ada' })],
    ['a key as a token', async () => bearer('key-of-ada')],
    [
      'a key beside a token for whoever stands before',
      async () => ({ 'x-api-key': 'key-of-ada', ...bearer('a.b.c') }),
    ],
    ['a token', async () => bearer(await issuer.sign())],
    [
      'a token for several audiences',
      async () => bearer(await issuer.sign({ aud: ['x', 'onnx-functions'] })),
    ],
  ])('is let in everywhere with %s', async (_, credentials) => {
    const headers = await credentials();

    const answers = await Promise.all(
      CLOSED.map(async ([name, request]) => ({
        name,
        ...(await app.request(withHeaders(request, headers))),
      })),
    );

    expect(answers.filter(({ status }) => [401, 403, 500].includes(status))).toEqual([]);
  });

  test('is named in the log, and its key is not', async () => {
    await app.request({ path: '/model-info', headers: { 'x-api-key': 'key-of-ada' } });
    await app.request({ path: '/model-info', headers: bearer(await issuer.sign()) });

    expect(app.entries.slice(-2)).toMatchObject([{ caller: 'ada' }, { caller: 'ada' }]);
    expect(JSON.stringify(app.entries)).not.toContain('key-of-ada');
  });
});

describe('the log says whose it was', () => {
  const KEY_SET = writeKeySet([
    { name: 'few', key: 'key-of-few', rate: '1/h' },
    { name: 'old', key: 'key-that-expired', expires: '2020-01-01' },
    { name: 'gone', key: 'key-that-was-revoked', revoked: '2026-01-01T00:00:00Z' },
  ]);

  test.each([
    ['a key that has no rows left', 'key-of-few', 429, 'few'],
    ['a key that expired', 'key-that-expired', 401, 'old'],
    ['a key that was revoked', 'key-that-was-revoked', 401, 'gone'],
    ['no key of ours', 'no-key', 401, undefined],
  ])('where a request is refused for %s', async (_, key, status, caller) => {
    const { request, entries } = openTestApp({ ACCESS: 'keys', API_KEYS: KEY_SET });
    const headers = { 'x-api-key': key };
    await request({ path: '/v2/models', headers });

    const answer = await request({ path: '/v2/models', headers });

    expect(answer.status).toBe(status);
    expect(entries.at(-1)?.['caller']).toBe(caller);
  });

  test('where it has a token of somebody who may not call', async () => {
    const { request, entries } = openTestApp({ ...env, TOKEN_SUBJECTS: 'ada' });

    const answer = await request({ path: '/v2/models', headers: bearer(await issuer.sign({ sub: 'eve' })) });

    expect(answer.status).toBe(403);
    expect(entries.at(-1)).toMatchObject({ caller: 'eve' });
  });
});

describe('a key for some models', () => {
  let app: TestApp;
  beforeAll(() => {
    app = openTestApp(env);
  });

  const aboutIris = CLOSED.filter(([name]) => ![...LISTS, ...PAGES, '/'].includes(name.split(' ')[1] ?? ''));

  test.each(aboutIris)('of others is not let in at %s', async (name, request) => {
    const { status, body, headers } = await app.request(
      withHeaders(request, { 'x-api-key': 'key-for-digits', accept: '*/*' }),
    );

    // What is not there, is not there for anybody.
    const isMissing = /stats|config|load|:classify|:regress/.test(name);
    expect(status).toBe(isMissing ? 501 : 403);
    expect(String(body)).not.toContain('setosa');
    if (status === 403) expect(headers['www-authenticate']).toContain('error="insufficient_scope"');
  });

  test('is let in for its own, wherever that is named', async () => {
    const headers = { 'x-api-key': 'key-for-iris', accept: '*/*' };

    const answers = await Promise.all(
      aboutIris.map(([, request]) => app.request(withHeaders(request, headers))),
    );

    expect(answers.map(({ status }) => status)).not.toContain(403);
  });

  test.each(['/predict', '/predict/batch'])(
    'does not reach another one that the body names at %s',
    async (path) => {
      const body = JSON.stringify({
        requestId: '1',
        calls: [[5.1, 3.5, 1.4, 0.2]],
        userDefinedContext: { model: 'iris' },
      });

      const answer = await app.request({
        method: 'POST',
        path,
        body,
        headers: { 'x-api-key': 'key-for-digits', 'content-type': 'application/json' },
      });

      expect(answer).toMatchObject({ status: 403, headers: { 'content-type': 'application/json' } });
      expect(JSON.parse(String(answer.body))).toEqual({
        errorMessage: expect.stringContaining('may not use the model "iris"'),
      });
    },
  );

  /** What a version is said to be by who is after another model: only the last is a version at all, and of that one. */
  const OF_IRIS = ['iris', 'iris/1.0.0', '../iris/1.0.0', '..%2Firis%2F1.0.0', '/iris/1.0.0', '1.1.0'];

  /** Ways to ask for a version beside the path. */
  const ASKING: readonly (readonly [string, (version: string) => TestRequest])[] = [
    ['the query at /predict', (version) => digitsRequest(`/predict?version=${version}`)],
    ['the query at /predict/batch', (version) => digitsRequest(`/predict/batch?version=${version}`, 'csv')],
    ['the query at /predict/url', (version) => digitsRequest(`/predict/url?version=${version}`, 'json')],
    ['the query of the path of a model', (version) => ({ path: `/v2/models/digits?version=${version}` })],
    ['the query at /model-info', (version) => ({ path: `/model-info?version=${version}` })],
    ['the path', (version) => ({ path: `/v2/models/digits/versions/${encodeURIComponent(version)}` })],
    ['a label', (version) => ({ path: `/v1/models/digits/labels/${encodeURIComponent(version)}` })],
    ['the form', (version) => digitsRequest('/predict', 'form', version)],
    ['the JSON', (version) => digitsRequest('/predict', 'json', version)],
    [
      'the context of BigQuery',
      (version) => ({
        ...digitsRequest('/predict/batch', 'json'),
        body: JSON.stringify({
          requestId: '1',
          calls: [['']],
          userDefinedContext: { model: 'digits', version },
        }),
      }),
    ],
  ];

  test.each(ASKING)('does not reach another one by a version in %s', async (_, ask) => {
    const loads: string[] = [];
    const { request } = openTestApp({ ...env, MODEL_NAME: 'digits' }, { createSession: noting(loads) });
    const headers = { 'x-api-key': 'key-for-digits' };
    const allowed = await request(withHeaders(digitsRequest('/predict', 'form', '1.0.0'), headers));

    const answers = await Promise.all(OF_IRIS.map((version) => request(withHeaders(ask(version), headers))));

    expect(allowed.status).toBe(200);
    expect(answers.map(({ status, body }) => [status, String(body).includes('setosa')])).toEqual(
      OF_IRIS.map(() => [404, false]),
    );
    expect(loads).toHaveLength(1);
  });

  test('does not learn what other models there are', async () => {
    const headers = { 'x-api-key': 'key-for-digits' };

    const bodies = await Promise.all([
      app.request({ path: '/v2/models', headers }),
      app.request({ path: '/v1/models', headers }),
      app.request({ path: '/v2/repository/index', method: 'POST', headers }),
      app.request({ path: '/v2/models/secret', headers }),
    ]);

    expect(bodies.map(({ status }) => status)).toEqual([200, 200, 200, 403]);
    expect(bodies.map(({ body }) => String(body)).join()).not.toContain('iris');
  });
});

describe('tokens', () => {
  test('of subjects that are not listed are refused', async () => {
    const { request } = openTestApp({ ...env, TOKEN_SUBJECTS: 'ada, bq@project.example' });
    const statusOf = async (changes: Parameters<TokenIssuer['sign']>[0]) =>
      (await request({ path: '/model-info', headers: bearer(await issuer.sign(changes)) })).status;

    const statuses = await Promise.all([
      statusOf({}),
      statusOf({ sub: 'eve' }),
      statusOf({ sub: '117', email: 'bq@project.example', email_verified: true }),
      statusOf({ sub: '117', email: 'bq@project.example' }),
      statusOf({ sub: '117', email: 'eve@project.example', email_verified: true }),
    ]);

    expect(statuses).toEqual([200, 403, 200, 403, 403]);
  });

  test('have the keys of their issuer fetched once, however many they are and whatever they say', async () => {
    const { request } = openTestApp(env);
    const before = issuer.fetches();
    const tokens = await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        index % 3 === 0 ? issuer.sign() : issuer.sign({}, { kid: `unknown-${index}` }),
      ),
    );

    const answers = await Promise.all(
      tokens.map((token) => request(withHeaders({ path: '/model-info' }, bearer(token)))),
    );

    const wrong = answers.filter(({ status }, index) => status !== (index % 3 === 0 ? 200 : 401));
    expect(wrong).toEqual([]);
    expect(issuer.fetches() - before).toBe(1);
  });

  test('of a new key are taken after one more fetch, and those of none cause no other', async () => {
    let time = 0;
    const { request } = openTestApp(env, { now: () => time });
    const statusOf = async (token: string) =>
      (await request({ path: '/model-info', headers: bearer(token) })).status;
    await statusOf(await issuer.sign());
    await issuer.rotate('second');
    const before = issuer.fetches();
    time += 31_000;

    const statuses = [await statusOf(await issuer.sign({}, { kid: 'second' }))];
    for (let flood = 0; flood < 20; flood++) {
      statuses.push(await statusOf(await issuer.sign({}, { kid: `third-${flood}` })));
    }

    expect(new Set(statuses.slice(1))).toEqual(new Set([401]));
    expect(statuses[0]).toBe(200);
    expect(issuer.fetches() - before).toBe(1);
  });

  test('cannot be checked while the keys cannot be fetched, which is tried once in a while and logged once', async () => {
    const { request, entries } = openTestApp(env);
    issuer.breakDown(true);
    const before = issuer.fetches();

    const answers = await Promise.all(
      Array.from({ length: 50 }, async () =>
        request({ path: '/v2/models/iris', headers: bearer(await issuer.sign()) }),
      ),
    );

    issuer.breakDown(false);
    expect(answers[0]).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    expect(issuer.fetches() - before).toBe(1);
    expect(entries.filter(({ severity }) => severity === 'ERROR')).toMatchObject([
      { message: expect.stringContaining('fetching the keys of tokens') },
    ]);
  });
});

describe('the description of the API', () => {
  test.each([
    ['', [{}, { idToken: [] }], ['idToken']],
    ['keys', [{ apiKey: [] }], ['apiKey']],
    ['tokens', [{ token: [] }], ['token']],
    ['keys,tokens', [{ apiKey: [] }, { token: [] }], ['apiKey', 'token']],
  ])('says what ACCESS=%s asks for', async (access, security, schemes) => {
    const { TOKEN_JWKS_URL = '', TOKEN_ISSUER = '', TOKEN_AUDIENCE = '' } = env;
    const { request } = openTestApp({
      ACCESS: access,
      ...(access !== '' && { ACCESS_OPEN: 'docs' }),
      ...(access.includes('keys') && { API_KEYS: KEYS }),
      ...(access.includes('tokens') && { TOKEN_JWKS_URL, TOKEN_ISSUER, TOKEN_AUDIENCE }),
    });

    const document = json(await request({ path: '/openapi.json' }));

    const { securitySchemes } = document['components'] as { securitySchemes: Record<string, unknown> };
    expect(document['security']).toEqual(security);
    expect(Object.keys(securitySchemes)).toEqual(schemes);
  });
});

describe('the security of each operation', () => {
  type Documented = Record<string, Record<string, { readonly security?: readonly object[] }>>;

  test.each(['', 'metrics', 'docs', 'playground', 'metrics,docs,playground'])(
    'is described as it is with ACCESS_OPEN=%s',
    async (open) => {
      const readAsset = async () => Buffer.from('page');
      const { request } = openTestApp({ ...env, ACCESS_OPEN: open }, { readAsset });
      const described = json(
        await request({ path: '/openapi.json', headers: { 'x-api-key': 'key-of-ada' } }),
      ) as unknown as { readonly paths: Documented; readonly security: readonly object[] };

      const differing: string[] = [];
      for (const [path, item] of Object.entries(described.paths)) {
        for (const [method, { security = described.security }] of Object.entries(item)) {
          // With and without an Accept header that asks for a page.
          const answers = await Promise.all(
            ['text/html', '*/*'].map((accept) =>
              request({
                method: method.toUpperCase(),
                path: path.replaceAll(/\{\w+\}/g, 'iris'),
                headers: { accept },
              }),
            ),
          );
          const needs = answers.map(({ status }) => status === 401);
          const expected = security.length === 0 ? [false, false] : [true, security.length === 2];
          if (needs.join() !== expected.join()) differing.push(`${method} ${path}: ${needs}`);
        }
      }

      // Whether there is a page at the root makes no difference to programs.
      const isPageOpen = open.includes('playground');
      expect(differing).toEqual(isPageOpen ? ['get /: false,false'] : []);
    },
  );

  test('is that of the whole document for what is shut', async () => {
    const { request } = openTestApp(env);

    const document = json(await request({ path: '/openapi.json', headers: { 'x-api-key': 'key-of-ada' } }));

    const paths = document['paths'] as Documented;
    expect(document['security']).toEqual([{ apiKey: [] }, { token: [] }]);
    expect(paths['/health']?.['get']?.security).toEqual([]);
    expect(paths['/vertex/health']?.['get']?.security).toEqual([]);
    expect(paths['/']?.['get']?.security).toEqual([{}, { apiKey: [] }, { token: [] }]);
    expect(paths['/predict']?.['post']).not.toHaveProperty('security');
  });
});

describe('what is open', () => {
  test.each([
    ['', []],
    ['metrics', ['/metrics']],
    ['docs', ['/assets/{file}', '/docs', '/favicon.ico', '/openapi.json', '/redoc']],
    ['playground', ['/', '/assets/{file}', '/favicon.ico']],
  ])('with ACCESS_OPEN=%s is what it names', async (open, expected) => {
    const readAsset = async () => Buffer.from('page');
    const { request } = openTestApp({ ...env, ACCESS_OPEN: open }, { readAsset });

    const answers = await Promise.all(
      CLOSED.map(async ([name, each]) => ({ route: name.split(' ')[1], ...(await request(each)) })),
    );

    expect(
      answers
        .filter(({ status }) => status === 200)
        .map(({ route }) => route)
        .sort(),
    ).toEqual(expected);
  });

  test('is everything where nothing is configured', async () => {
    const { request } = openTestApp();

    expect(await request({ path: '/model-info' })).toMatchObject({ status: 200 });
  });
});
