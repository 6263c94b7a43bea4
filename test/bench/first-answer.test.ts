import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { untilAllAnswered } from '../../bench/servers/first-answer';

const REQUEST = Buffer.from('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n');

test('requests are sent at once, and all of them must be answered', async () => {
  const waiting: (() => void)[] = [];
  const server = createServer((_, response) => {
    waiting.push(() => response.end('ok'));
    // Nobody is answered before the fifth has come, so they must all be under way together.
    if (waiting.length === 5) for (const answer of waiting) answer();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  await untilAllAnswered(port, REQUEST, { requests: 5, stopped: AbortSignal.timeout(10_000) });

  expect(waiting).toHaveLength(5);
  server.close();
});

test('a server that never answers with 200 is not waited for without an end', async () => {
  const server = createServer((_, response) => response.writeHead(503).end('not yet')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stopped = new AbortController().signal;

  const answered = untilAllAnswered(port, REQUEST, { requests: 1, stopped, limitMs: 300 });
  // Garbage is collected meanwhile, as it is during a minute.
  const collecting = setInterval(() => Buffer.alloc(1_000_000), 1);

  await expect(answered).rejects.toThrow('did not answer within 300 ms');
  clearInterval(collecting);
  server.close();
});

test('a server that ends before it listens is not waited for', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');

  const ended = AbortSignal.abort(new Error('it exited with 1'));

  await expect(untilAllAnswered(port, REQUEST, { requests: 2, stopped: ended })).rejects.toThrow('it exited');
});
