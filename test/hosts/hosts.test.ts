import { type FunctionProcess, startFunction } from '../functions-process';
import { openTestApp, type TestRequest } from '../test-app';
import { type Expected, REQUESTS } from './request-table';
import { type Received, send } from './send';

/** One way for a request to reach the handlers. */
interface Host {
  readonly name: string;
  readonly isBehindFramework: boolean;
  open(): Promise<{ request(request: TestRequest): Promise<Received>; close(): Promise<unknown> }>;
}

const HOSTS: readonly Host[] = [
  {
    name: 'the handlers themselves',
    isBehindFramework: false,
    async open() {
      const { request } = openTestApp();
      return {
        async request(options) {
          const { status, headers, body } = await request(options);
          return { status, headers, body: options.method === 'HEAD' ? '' : String(body) };
        },
        close: async () => {},
      };
    },
  },
  { name: 'the Functions Framework', isBehindFramework: false, open: () => openProcess() },
  {
    name: 'the Functions Framework with RAW_HTTP=off',
    isBehindFramework: true,
    open: () => openProcess({ RAW_HTTP: 'off' }),
  },
  { name: 'the container server', isBehindFramework: false, open: () => openProcess({}, ['dist/server.js']) },
];

async function openProcess(env: Record<string, string> = {}, program?: readonly string[]) {
  const server: FunctionProcess = await startFunction({
    target: 'serve',
    env: { MODEL_NAME: 'iris', NODE_ENV: 'production', ...env },
    ...(program && { program }),
  });
  return { request: (request: TestRequest) => send(server.url, request), close: () => server.stop() };
}

function check({ status, headers, body }: Received, expected: Expected): void {
  expect({ status, body: status === expected.status ? '' : body }).toEqual({
    status: expected.status,
    body: '',
  });
  expect(headers).toMatchObject(expected.headers ?? {});
  if (expected.isForeign) return;
  expect(headers['x-request-id']).toMatch(/^[\w-]{36}$/);
  expect(headers['server-timing']).toMatch(/total;dur=\d/);
  if (expected.members !== undefined) {
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body)).toMatchObject(expected.members);
  }
  if (expected.problem !== undefined && body !== '') checkProblem(headers, JSON.parse(body), expected);
}

function checkProblem(
  headers: Received['headers'],
  problem: Record<string, unknown>,
  expected: Expected,
): void {
  expect(headers['content-type']).toBe('application/problem+json');
  expect(problem).toMatchObject({
    type: `urn:onnx-functions:problem:${expected.problem}`,
    title: expect.any(String),
    status: expected.status,
    detail: expect.any(String),
    request_id: headers['x-request-id'],
  });
  // No stack, no path of the machine.
  expect(JSON.stringify(problem)).not.toMatch(/\bat \w+ \(|node_modules|\.js:\d|\/home\//);
}

describe.each(HOSTS)('behind $name', ({ open, isBehindFramework }) => {
  let host: Awaited<ReturnType<Host['open']>>;
  beforeAll(async () => {
    host = await open();
  });
  afterAll(() => host.close());

  test.each(REQUESTS)(
    '$name is answered as the table says',
    async ({ expected, behindFramework, ...request }) => {
      const received = await host.request(request);

      check(received, (isBehindFramework && behindFramework) || expected);
    },
  );

  test('the next request after all of them is answered', async () => {
    const body = '{"features":[5.1,3.5,1.4,0.2]}';

    const received = await host.request({ method: 'POST', path: '/predict', body });

    expect(received.status).toBe(200);
    expect(Object.getOwnPropertyDescriptor(Object.prototype, 'polluted')).toBeUndefined();
  });
});
