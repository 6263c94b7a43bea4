import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateLoad } from '../../bench/load/load-generator';
import { requestBytes } from '../../bench/load/request-bytes';

let server: Server;

async function listen(answer: RequestListener): Promise<number> {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

test('as many requests are sent as were asked for, over as many connections', async () => {
  const connections = new Set<unknown>();
  let received = 0;
  const port = await listen((request, response) => {
    connections.add(request.socket);
    received++;
    request.resume();
    response.end('{}');
  });

  const { latenciesMs } = await generateLoad({
    port,
    connections: 3,
    requests: 50,
    request: requestBytes('/', { a: 1 }),
  });

  expect([latenciesMs.length, received, connections.size]).toEqual([50, 50, 3]);
});

test('the body arrives as it was given', async () => {
  const bodies: string[] = [];
  const port = await listen(async (request, response) => {
    request.setEncoding('utf8');
    for await (const text of request) bodies.push(text);
    response.end('{}');
  });

  await generateLoad({ port, connections: 1, requests: 1, request: requestBytes('/', { é: [1] }) });

  expect(bodies).toEqual(['{"é":[1]}']);
});

test('several requests are sent in turn', async () => {
  const bodies: string[] = [];
  const port = await listen(async (request, response) => {
    request.setEncoding('utf8');
    for await (const text of request) bodies.push(text);
    response.end('{}');
  });

  const request = ['a', 'b', 'c'].map((body) => requestBytes('/', body));
  await generateLoad({ port, connections: 1, requests: 5, request });

  expect(bodies).toEqual(['"a"', '"b"', '"c"', '"a"', '"b"']);
});

test('an answer that is not a 200 ends the load', async () => {
  const port = await listen((_request, response) => response.writeHead(503).end('later'));

  const load = generateLoad({ port, connections: 2, requests: 10, request: requestBytes('/', {}) });

  await expect(load).rejects.toThrow('expected 200, got 503');
});

test('a connection that the server closes ends the load', async () => {
  const port = await listen((request) => request.socket.destroy());

  const load = generateLoad({ port, connections: 1, requests: 10, request: requestBytes('/', {}) });

  await expect(load).rejects.toThrow(/closed|ECONNRESET/);
});
