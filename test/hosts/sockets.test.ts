import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { type FunctionProcess, startFunction } from '../functions-process';
import { send } from './send';

const BODY = '{"features":[5.1,3.5,1.4,0.2]}';
const HEAD = `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n`;
const GOOD = { method: 'POST', path: '/predict', body: BODY };

/** A connection that sends what it is told, byte for byte, and keeps all that comes back. */
interface Connection {
  readonly socket: Socket;
  received(): string;
  /** Resolves when the other side has closed. */
  readonly closed: Promise<unknown>;
}

async function open(server: FunctionProcess): Promise<Connection> {
  const socket = connect(server.port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => (received += chunk));
  socket.on('error', () => {});
  await once(socket, 'connect');
  return { socket, received: () => received, closed: once(socket, 'close') };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

function memoryKb(server: FunctionProcess): number {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
}

const HOSTS: readonly [name: string, program?: readonly string[]][] = [
  ['the Functions Framework'],
  ['the container server', ['dist/server.js']],
];

describe.each(HOSTS)('on a socket of %s', (_name, program) => {
  let server: FunctionProcess;
  beforeAll(async () => {
    server = await startFunction({
      target: 'serve',
      env: { MODEL_NAME: 'iris', BODY_TIMEOUT_MS: '400', MAX_BODY_BYTES: '100000' },
      ...(program && { program }),
    });
  });
  afterAll(() => server.stop());

  test('a body that stops half way is answered with 408 and disturbs nobody', async () => {
    const slow = await open(server);
    slow.socket.write(HEAD + BODY.slice(0, 10));

    const other = await send(server.url, GOOD);
    await slow.closed;

    expect(other.status).toBe(200);
    expect(slow.received()).toMatch(/^HTTP\/1\.1 408 /);
    expect(slow.received()).toContain('urn:onnx-functions:problem:request-timeout');
  });

  test('200 bodies that trickle do not keep others from being answered', async () => {
    const slow = await Promise.all(Array.from({ length: 200 }, () => open(server)));
    for (const { socket } of slow) socket.write(HEAD + BODY.slice(0, 1));

    const other = await send(server.url, GOOD);
    await Promise.all(slow.map(({ closed }) => closed));

    expect(other.status).toBe(200);
    expect(slow.every(({ received }) => received().startsWith('HTTP/1.1 408'))).toBe(true);
  });

  const LINES_HEAD =
    'POST /predict/batch HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 1000000\r\n';

  test('lines that stop before any could be scored are answered with 408', async () => {
    const slow = await open(server);
    slow.socket.write(`${LINES_HEAD}\r\nsepal_length,sepal_width`);

    await slow.closed;

    expect(slow.received()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('lines that are not what their encoding says are answered with 400', async () => {
    const wrong = await open(server);
    wrong.socket.write(`${LINES_HEAD}Content-Encoding: gzip\r\n\r\nthis is no gzip`);

    await wrong.closed;

    expect(wrong.received()).toMatch(/^HTTP\/1\.1 400 /);
    expect(wrong.received()).toContain('invalid-encoding');
  });

  test('a caller who sends all lines before reading the first answer gets every answer', async () => {
    const all = await open(server);
    const rows = 'sepal_length,sepal_width,petal_length,petal_width\n'.concat(
      '5.1,3.5,1.4,0.2\n'.repeat(20_000),
    );
    all.socket.pause();
    all.socket.write(
      `POST /predict/batch HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/csv\r\nContent-Length: ${rows.length}\r\n\r\n`,
    );

    await new Promise((resolve) => all.socket.write(rows, resolve));
    all.socket.resume();
    await all.closed;

    expect(all.received().match(/setosa/g)?.length).toBeGreaterThanOrEqual(20_000);
    expect(all.received().endsWith('0\r\n\r\n')).toBe(true);
  });

  test('garbage after an answer that has begun cuts it, and writes nothing into it', async () => {
    const { socket, received, closed } = await open(server);
    const rows = 'sepal_length,sepal_width,petal_length,petal_width\n'.concat(
      '5.1,3.5,1.4,0.2\n'.repeat(5_000),
    );
    socket.write(
      `POST /predict/batch HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n${rows.length.toString(16)}\r\n${rows}\r\n`,
    );
    await until(() => received().includes('setosa'));

    socket.write('zz\r\n');
    await closed;

    expect(received().match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(received().endsWith('0\r\n\r\n')).toBe(false);
  });

  test('a request before garbage is answered', async () => {
    const { socket, received, closed } = await open(server);

    socket.write(`${HEAD}${BODY}GARBAGE\r\n\r\n`);
    await closed;

    expect(received()).toMatch(/^HTTP\/1\.1 200 /);
    expect(received()).toContain('setosa');
  });

  test('a caller who reads nothing of a long answer is let go', async () => {
    const { socket, closed } = await open(server);
    const rows = 'sepal_length,sepal_width,petal_length,petal_width\n'.concat(
      '5.1,3.5,1.4,0.2\n'.repeat(1_000_000),
    );
    socket.pause();
    socket.write(
      `POST /predict/batch HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: ${rows.length}\r\n\r\n`,
    );
    socket.write(rows);

    // What was still to be sent meets a connection that is gone.
    await closed.catch(() => {});

    expect((await send(server.url, GOOD)).status).toBe(200);
  });

  test('a caller who leaves while others wait takes nobody along', async () => {
    const leavers = await Promise.all(Array.from({ length: 20 }, () => open(server)));
    for (const { socket } of leavers) socket.write(HEAD + BODY, () => socket.destroy());

    const others = await Promise.all(Array.from({ length: 20 }, () => send(server.url, GOOD)));

    expect(others.map(({ status }) => status)).toEqual(others.map(() => 200));
  });

  test('a declared length beyond the limit is refused before the body is sent', async () => {
    const { socket, received, closed } = await open(server);

    socket.write('POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n');
    await closed;

    expect(received()).toMatch(/^HTTP\/1\.1 413 /);
    expect(received()).toContain('"max_body_bytes":100000');
    expect(received().toLowerCase()).toContain('connection: close');
  });

  test('an endless chunked body is refused at the limit, in bounded memory', async () => {
    const { socket, received, closed } = await open(server);
    const before = memoryKb(server);
    socket.write('POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');

    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const sending = setInterval(() => socket.writable && socket.write(chunk), 1);
    await closed;
    clearInterval(sending);

    expect(received()).toMatch(/^HTTP\/1\.1 413 /);
    expect(memoryKb(server) - before).toBeLessThan(60_000);
  });

  test.each([
    ['what is not HTTP', 'nonsense\r\n\r\n'],
    ['a request without a Host', 'GET /health HTTP/1.1\r\n\r\n'],
    ['headers of 20 KB', `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'y'.repeat(20_000)}\r\n\r\n`],
    ['two lengths', 'POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
  ])('%s is answered with a problem', async (_what, bytes) => {
    const { socket, received, closed } = await open(server);

    socket.write(bytes);
    await closed;

    expect(received()).toMatch(/^HTTP\/1\.1 400 /);
    expect(received()).toContain('content-type: application/problem+json');
    expect(received()).toContain('urn:onnx-functions:problem:invalid-request');
    const requestId = /"request_id":"([^"]+)"/.exec(received())?.[1];
    await until(() => server.entries().some((entry) => entry['requestId'] === requestId));
  });

  test('a caller that leaves inside its body leaves nothing behind', async () => {
    for (let i = 0; i < 20; i++) {
      const { socket, closed } = await open(server);
      socket.write(HEAD + BODY.slice(0, 5));
      socket.destroy();
      await closed;
    }

    expect((await send(server.url, GOOD)).status).toBe(200);
  });

  test('a target in absolute form is answered, as a proxy sends it', async () => {
    const { status } = await send(server.url, { path: 'http://example.org/health?x=1' });

    expect(status).toBe(200);
  });

  test('a connection serves many requests', async () => {
    const { socket, received } = await open(server);

    socket.write((HEAD + BODY).repeat(50));
    await until(() => received().split('HTTP/1.1 200').length - 1 === 50);

    socket.destroy();
  });
});

describe.each(HOSTS)('SIGTERM to %s', (_name, program) => {
  const start = () =>
    startFunction({ target: 'serve', env: { MODEL_NAME: 'iris' }, ...(program && { program }) });

  test('lets 50 requests in flight finish, whatever else it is told, refuses new ones, and exits with 0', async () => {
    const server = await start();
    const inFlight = await Promise.all(Array.from({ length: 50 }, () => open(server)));
    const idle = await open(server);
    idle.socket.write(HEAD + BODY);
    await until(() => idle.received().includes('"prediction"'));
    for (const { socket } of inFlight) socket.write(HEAD + BODY.slice(0, 10));
    const late = await open(server);
    late.socket.write(HEAD.slice(0, 20));
    // A request that is answered after all of those were written shows that they have arrived.
    await send(server.url, GOOD);

    const exited = server.stop();
    await until(() => idle.socket.destroyed);
    process.kill(server.pid, 'SIGTERM');
    late.socket.write(HEAD.slice(20) + BODY);
    await until(() => late.received() !== '');
    for (const { socket } of inFlight) socket.write(BODY.slice(10));
    await Promise.all(inFlight.map(({ closed }) => closed));

    expect(inFlight.map(({ received }) => received().slice(0, 12))).toEqual(
      inFlight.map(() => 'HTTP/1.1 200'),
    );
    expect(late.received()).toMatch(/^HTTP\/1\.1 503 /);
    expect(late.received()).toContain('urn:onnx-functions:problem:shutting-down');
    expect(server.entries()).toContainEqual(expect.objectContaining({ code: 'shutting-down', status: 503 }));
    expect(await exited).toBe(0);
    expect(server.entries().filter(({ message }) => message === 'POST /predict 200')).toHaveLength(52);
  });

  test('cuts off what has not finished by the deadline', async () => {
    const server = await startFunction({
      target: 'serve',
      env: { MODEL_NAME: 'iris', DRAIN_TIMEOUT_MS: '200' },
      ...(program && { program }),
    });
    const stuck = await open(server);
    stuck.socket.write(HEAD + BODY.slice(0, 10));
    await send(server.url, GOOD);

    expect(await server.stop()).toBe(0);
  });
});
