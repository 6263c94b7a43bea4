import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { failureOf } from '../registry/failure-of';
import { LOCAL_PARTS, localFetcher, urlOf } from './local-fetcher';
import { headOf, type RawServer, raw, repeat, startRawServer, status } from './raw-server';

let server: RawServer;

beforeAll(async () => {
  server = await startRawServer();
});

afterEach(async () => {
  // Whatever the outcome, no connection is left behind.
  await server.allClosed();
});

afterAll(() => server.close());

describe('time', () => {
  const total = (ms: number) => `the server of the URL did not finish within ${ms} ms`;
  const idle = (ms: number) => `the server of the URL sent nothing for ${ms} ms`;
  const imageHead = headOf(200, { 'content-type': 'image/png', 'content-length': '1000' });

  test.each([
    ['a server that sends no head', raw()],
    ['a server that stops within the head', raw('HTTP/1.1 200 OK\r\nContent-')],
    ['a server that stops within the body', raw(imageHead, 'cat')],
  ])('U13: is up for %s', async (_what, answer) => {
    server.answer = answer;

    const failure = await failureOf(localFetcher(server, { idleTimeoutMs: 100 })(urlOf(server)));

    expect(failure).toMatchObject({ code: 'upstream-timeout', message: idle(100) });
  });

  test.each([
    ['a head that drips', repeat('HTTP/1.1 200 OK\r\n', 'a: b\r\n', { everyMs: 20 })],
    ['a body that drips', repeat(imageHead, 'c', { everyMs: 20 })],
    ['interim responses without end', repeat('', 'HTTP/1.1 103 Hints\r\n\r\n', { everyMs: 20 })],
  ])('U13: is up for %s, at the deadline for all of it', async (_what, answer) => {
    server.answer = answer;

    const failure = await failureOf(
      localFetcher(server, { timeoutMs: 300, idleTimeoutMs: 200 })(urlOf(server)),
    );

    // Neither taken for silence, which would be up before, nor waited for until it ends, which it never does.
    expect(failure).toMatchObject({ code: 'upstream-timeout', message: total(300) });
  });

  test('U13: is up for a name server that never answers, and nothing is sent after that', async () => {
    let answer: (addresses: readonly string[]) => void = () => {};
    const lookup = () => new Promise<readonly string[]>((resolve) => (answer = resolve));
    const before = server.connections();

    const failure = await failureOf(
      localFetcher(server, { timeoutMs: 100 }, { ...LOCAL_PARTS, lookup })(urlOf(server)),
    );
    answer(['127.0.0.1']);
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect(failure).toMatchObject({ code: 'upstream-timeout', message: total(100) });
    expect(server.connections()).toBe(before);
  });

  test('U13: is shared by all redirects', async () => {
    server.answer = (socket, head) =>
      void setTimeout(() => status(302, { location: '/cat.png' })(socket, head), 80);

    const failure = await failureOf(
      localFetcher(server, { timeoutMs: 200, maxRedirects: 100 })(urlOf(server)),
    );

    expect(failure).toMatchObject({ code: 'upstream-timeout', message: total(200) });
  });

  test('U21: is up though garbage was collected meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    server.answer = raw(imageHead, 'cat');
    const timer = setInterval(collect, 20);

    const failure = await failureOf(
      localFetcher(server, { timeoutMs: 300, idleTimeoutMs: 5_000 })(urlOf(server)),
    );

    clearInterval(timer);
    expect(failure).toMatchObject({ code: 'upstream-timeout', message: total(300) });
  });

  test.each([
    ['before it begins', 0],
    ['while the head is waited for', 1],
    ['while the body is read', 2],
  ])('is not waited for when the caller leaves %s', async (_what, when) => {
    const controller = new AbortController();
    const left = new Error('the caller left');
    const leave = () => controller.abort(left);
    server.answer = (socket) => {
      if (when === 2) socket.write(`${imageHead}cat`);
      setTimeout(leave, 30);
    };
    if (when === 0) leave();

    await expect(localFetcher(server)(urlOf(server), controller.signal)).rejects.toBe(left);
  });
});
