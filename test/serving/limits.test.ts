import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toListener } from '../../functions/node-http';
import { writeKeySet } from '../key-sets';
import {
  json,
  openTestApp,
  predictRequest,
  type TestApp,
  type TestRequest,
  type TestResponse,
} from '../test-app';

const ROW = [5.1, 3.5, 1.4, 0.2];
const rows = (count: number) => Array.from({ length: count }, () => ROW);

const post = (path: string, body: unknown, type = 'application/json'): TestRequest => ({
  method: 'POST',
  path,
  headers: { 'content-type': type },
  body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
});

/** What is left of the rate, as an answer says it. */
function leftOf({ headers }: TestResponse): number {
  return Number(/^"rows";r=(\d+);t=\d+$/.exec(headers['ratelimit'] ?? '')?.[1]);
}

const tensor = (count: number) => ({
  inputs: [{ name: 'X', shape: [count, 4], datatype: 'FP32', data: rows(count).flat() }],
});
const calls = (count: number) => ({ requestId: '1', calls: rows(count) });
const csv = (count: number) =>
  `sepal_length,sepal_width,petal_length,petal_width\n${rows(count).join('\n')}\n`;
const ndjson = (count: number) =>
  rows(count)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');

/** Every way to ask for predictions of several rows at once. */
const BATCHES: readonly (readonly [string, (count: number) => TestRequest])[] = [
  ['a native batch', (count) => post('/predict/batch', { instances: rows(count) })],
  ['BigQuery', (count) => post('/predict/batch', calls(count))],
  ['BigQuery at predict', (count) => post('/predict', calls(count))],
  ['the Open Inference Protocol', (count) => post('/v2/models/iris/infer', tensor(count))],
  ['the same at predict', (count) => post('/predict', tensor(count))],
  ['TensorFlow Serving by rows', (count) => post('/v1/models/iris:predict', { instances: rows(count) })],
  ['TensorFlow Serving by columns', (count) => post('/v1/models/iris:predict', { inputs: rows(count) })],
  ['Vertex AI', (count) => post('/vertex/predict', { instances: rows(count) })],
  ['CSV', (count) => post('/predict/batch', csv(count), 'text/csv')],
  ['NDJSON', (count) => post('/predict/batch', ndjson(count), 'application/x-ndjson')],
];

const VERTEX = { AIP_HEALTH_ROUTE: '/vertex/health', AIP_PREDICT_ROUTE: '/vertex/predict' };

describe('rows count', () => {
  test.each(BATCHES)('as %s asks for them', async (_, batch) => {
    const { request } = openTestApp({ ...VERTEX, RATE_LIMIT: '100/h' });

    const answers = [await request(batch(30)), await request(batch(1)), await request(batch(69))];
    const refused = await request(batch(1));

    expect(answers.map(({ status, body }) => [status, status === 200 || String(body)])).toEqual([
      [200, true],
      [200, true],
      [200, true],
    ]);
    expect(answers.map(leftOf)[1]).toBe(69);
    expect(refused).toMatchObject({
      status: 429,
      headers: { ratelimit: expect.stringMatching(/^"rows";r=0;t=\d+$/) },
    });
  });

  test('and a batch that is refused uses nothing up but its request', async () => {
    const { request } = openTestApp({ RATE_LIMIT: '100/h' });
    await request(post('/predict/batch', { instances: rows(60) }));

    const refused = await request(post('/predict/batch', { instances: rows(60) }));
    const smaller = await request(post('/predict/batch', { instances: rows(39) }));

    expect([refused, smaller].map(({ status }) => status)).toEqual([429, 200]);
  });

  test('and a batch that no window has room for is told so, not to come again', async () => {
    const { request } = openTestApp({ RATE_LIMIT: '100/h' });

    const response = await request(post('/predict/batch', { instances: rows(101) }));

    expect(response.status).toBe(413);
    expect(json(response)).toMatchObject({ max_rows: 100, detail: expect.stringContaining('got 101') });
    expect(response.headers).not.toHaveProperty('retry-after');
  });

  test('and images do', async () => {
    const { request } = openTestApp({ MODEL_NAME: 'digits', RATE_LIMIT: '10/h' });
    const image = readFileSync('test/images/small.png').toString('base64');
    const instances = Array.from({ length: 8 }, () => ({ image: { b64: image } }));

    const answers = [
      await request(post('/predict/batch', { instances })),
      await request(post('/predict', readFileSync('test/images/small.png'), 'image/png')),
      await request(post('/predict/batch', { instances })),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  });

  test('and a tensor that hides them behind another one does not save any', async () => {
    const { request } = openTestApp({ RATE_LIMIT: '100/h' });

    const answer = await request(post('/v2/models/iris/infer', tensor(40)));

    expect(leftOf(answer)).toBe(60);
  });

  test('and a request that is wrong costs what it asked for', async () => {
    const { request } = openTestApp({ RATE_LIMIT: '100/h' });

    const answer = await request(post('/predict/batch', { instances: [...rows(9), ['x']] }));

    expect(answer.status).toBe(422);
    expect(leftOf(answer)).toBe(90);
  });
});

describe('a stream', () => {
  /** Waits for nothing: lets the clock of the limiter go on instead. */
  function openSlowed(
    env: Record<string, string>,
  ): TestApp & { readonly waits: number[]; skip(ms: number): void } {
    const waits: number[] = [];
    let skipped = 0;
    const real = Date.now;
    clock = jest.spyOn(Date, 'now').mockImplementation(() => real() + skipped);
    const letPass = async (ms: number) => {
      waits.push(ms);
      skipped += ms + 1;
    };
    const skip = (ms: number) => {
      skipped += ms;
    };
    return { ...openTestApp(env, { sleep: letPass }), waits, skip };
  }
  const total = (waits: readonly number[]) => waits.reduce((sum, ms) => sum + ms, 0);
  let clock: jest.SpyInstance | undefined;
  afterEach(() => clock?.mockRestore());

  test.each([
    ['CSV', csv, 'text/csv', 451],
    ['NDJSON', ndjson, 'application/x-ndjson', 450],
  ])('of %s is slowed down to the rate and not cut', async (_, lines, type, answered) => {
    const { request, waits } = openSlowed({ RATE_LIMIT: '100/min' });

    const { status, body } = await request(post('/predict/batch', lines(450), type));

    expect(status).toBe(200);
    expect(String(body).trimEnd().split('\n')).toHaveLength(answered);
    expect(total(waits)).toBeGreaterThan(3 * 60_000);
    expect(total(waits)).toBeLessThanOrEqual(4 * 60_000);
  });

  test.each([
    ['CSV', csv, 'text/csv'],
    ['NDJSON', ndjson, 'application/x-ndjson'],
  ])(
    'of %s that is refused before a row is answered costs no more than any request',
    async (_, lines, type) => {
      const { request, waits } = openSlowed({ RATE_LIMIT: '5/h' });

      const refused = await request(post('/predict/batch', lines(10), type));
      const smaller = await request(post('/predict/batch', lines(4), type));

      expect([refused, smaller].map(({ status }) => status)).toEqual([429, 200]);
      expect(leftOf(refused)).toBe(4);
      expect(waits).toEqual([]);
    },
  );

  test('that one more window would not be enough for does not wait for it', async () => {
    const { request, waits, skip } = openSlowed({ RATE_LIMIT: '5/2min' });
    await request(post('/predict/batch', csv(1), 'text/csv'));
    skip(90_000);

    const refused = await request(post('/predict/batch', csv(20), 'text/csv'));
    const enough = await request(post('/predict/batch', csv(8), 'text/csv'));

    expect([refused, enough].map(({ status }) => status)).toEqual([429, 200]);
    expect(total(waits)).toBeGreaterThan(0);
    expect(total(waits)).toBeLessThanOrEqual(30_000);
  });

  test('is refused where the next window is too far away', async () => {
    const { request } = openSlowed({ RATE_LIMIT: '100/h' });

    const response = await request(post('/predict/batch', csv(450), 'text/csv'));

    expect(response.status).toBe(429);
    expect(Number(response.headers['retry-after'])).toBeGreaterThan(3_500);
  });
});

describe('a caller', () => {
  const keys = writeKeySet([
    { name: 'ada', key: 'a' },
    { name: 'bob', key: 'b', rate: '2/h' },
  ]);

  test('has a rate of its own where its key says so, and is counted alone', async () => {
    const { request } = openTestApp({ ACCESS: 'keys', API_KEYS: keys, RATE_LIMIT: '4/h' });
    const statusesOf = async (key: string) => {
      const statuses: number[] = [];
      for (let i = 0; i < 5; i++)
        statuses.push((await request(predictRequest({ features: ROW }, { 'x-api-key': key }))).status);
      return statuses;
    };

    expect(await statusesOf('a')).toEqual([200, 200, 200, 200, 429]);
    expect(await statusesOf('b')).toEqual([200, 200, 429, 429, 429]);
  });

  test('without a key is its address, from the right end of the forwarded ones', async () => {
    const { request } = openTestApp({ RATE_LIMIT: '1/h', TRUSTED_HOPS: '1' });
    const statusOf = async (forwarded: string) =>
      (await request(predictRequest({ features: ROW }, { 'x-forwarded-for': forwarded }))).status;

    const statuses = [
      await statusOf('203.0.113.1'),
      await statusOf('198.51.100.9, 203.0.113.1'),
      await statusOf('203.0.113.2'),
      await statusOf('203.0.113.1, 203.0.113.2'),
    ];

    expect(statuses).toEqual([200, 429, 200, 429]);
  });

  test('is told its policy, and when to come again', async () => {
    const { request } = openTestApp({ RATE_LIMIT: '1/10s' });
    const first = await request(predictRequest({ features: ROW }));

    const refused = await request(predictRequest({ features: ROW }));

    expect(first.headers).toMatchObject({
      'ratelimit-policy': '"rows";q=1;w=10',
      ratelimit: '"rows";r=0;t=10',
    });
    expect(refused).toMatchObject({
      status: 429,
      headers: {
        'ratelimit-policy': '"rows";q=1;w=10',
        'retry-after': expect.stringMatching(/^([1-9]|10)$/),
      },
    });
    expect(json(refused)).toMatchObject({
      type: 'urn:onnx-functions:problem:rate-limited',
      detail: '1 rows in 10 s are allowed, 0 of them are left, and this takes 1',
    });
  });

  test('may ask how the service is, however often', async () => {
    const { request } = openTestApp({ RATE_LIMIT: '1/h' });
    for (let i = 0; i < 3; i++) await request(predictRequest({ features: ROW }));

    const answers = await Promise.all(
      ['/health', '/ready', '/metrics', '/v2/health/ready'].map((path) => request({ path })),
    );

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });
});

describe('an instance that has too much to do', () => {
  test('refuses requests beyond those that it works on, and takes the next when one is answered', async () => {
    const { request } = openTestApp({ MAX_PENDING_REQUESTS: '2' });
    const ask = async () => (await request(predictRequest({ features: ROW }))).status;

    const together = await Promise.all([ask(), ask(), ask(), ask()]);

    expect(together).toEqual([200, 200, 429, 429]);
    expect(await ask()).toBe(200);
  });

  test('works for others while somebody waits for rows of their rate', async () => {
    let sayBegun = () => {};
    let wake = () => {};
    const begun = new Promise<void>((resolve) => {
      sayBegun = resolve;
    });
    const untilWoken = () =>
      new Promise<void>((resolve) => {
        wake = resolve;
        sayBegun();
      });
    const env = { MAX_PENDING_REQUESTS: '1', RATE_LIMIT: '2/min', TRUSTED_HOPS: '1' };
    const { request } = openTestApp(env, { sleep: untilWoken });
    const from = (address: string) => ({ 'x-forwarded-for': address });

    const lines = post('/predict/batch', csv(3), 'text/csv');
    let hasLeft = false;
    const slow = request({
      ...lines,
      headers: { ...lines.headers, ...from('203.0.113.1') },
      hasLeft: () => hasLeft,
    });
    await begun;
    const other = await request(predictRequest({ features: ROW }, from('203.0.113.2')));
    hasLeft = true;
    wake();

    expect(other.status).toBe(200);
    expect((await slow).status).toBe(499);
  });

  test('works for others while somebody reads, or sends, line by line', async () => {
    const { app, config } = openTestApp({ MAX_PENDING_REQUESTS: '1' });
    const server = createServer(toListener(app.handler('serve'), config.limits)).listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const sender = httpRequest({
      port,
      method: 'POST',
      path: '/predict/batch',
      headers: { 'content-type': 'text/csv' },
    });
    sender.write(csv(1));
    const { method, headers, body } = post('/predict', { features: ROW });
    const ask = () => fetch(`http://127.0.0.1:${port}/predict`, { method, headers, body } as RequestInit);

    try {
      // Its first row is answered, and the rest are still to come.
      await once(sender, 'response');
      const statuses = [(await ask()).status, (await ask()).status];

      expect(statuses).toEqual([200, 200]);
    } finally {
      sender.on('error', () => {}).destroy();
      server.closeAllConnections();
      server.close();
    }
  });

  test('refuses predictions while its memory is nearly used up, and nothing else', async () => {
    let used = 950;
    let time = 0;
    const { request } = openTestApp(
      { MAX_MEMORY_PERCENT: '90' },
      { memory: () => ({ used, limit: 1_000 }), now: () => time },
    );
    const ask = () => request(predictRequest({ features: ROW }));

    const full = await ask();
    const health = await Promise.all(['/health', '/ready', '/metrics'].map((path) => request({ path })));
    used = 500;
    time = 1_000;
    const relieved = await ask();

    expect(full).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    expect(json(full)).toMatchObject({ detail: '95 % of the memory is in use' });
    expect(health.map(({ status }) => status)).not.toContain(429);
    expect(relieved.status).toBe(200);
  });
});
