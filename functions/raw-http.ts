// Takes the raw request ahead of the Functions Framework's body parsers.
//
// The framework runs five Express body parsers before user code. They answer malformed JSON with an HTML page
// that user code never sees, lose a body that has no Content-Type, inflate a 200 KB gzip bomb into 200 MB,
// and cost more than the prediction. None of it can be configured. But the framework loads user code first and
// then calls `http.createServer(app)`; so for that one call we stand in its way, and give back a server of our
// own in place of the Express app's. That also makes the end ours: the framework exits at once on SIGTERM,
// failing what is in flight, and our server lets it finish.
//
// This relies on two facts of the framework that are not promised: that it calls `createServer` after loading
// user code, and that it does so through the module object. test/hosts/hosts.test.ts fails if either changes, and
// `RAW_HTTP=off` takes requests through Express again.
import http, { type Server } from 'node:http';
import { createHttpServer, type HttpServerOptions, onceListening } from './http-server';
import { stopWithoutPort } from './start-failure';

/** Makes the next HTTP server of this process one of ours. */
export function takeNextServer(options: HttpServerOptions): void {
  replaceNextServer(() => createHttpServer(options));
}

/** Leaves the next HTTP server of this process the framework's, which has nothing to say of a port that is in use. */
export function watchNextServer(onListening: (port: number) => void): void {
  replaceNextServer((create) => {
    const server = create();
    onceListening(server, onListening);
    return server;
  });
}

function replaceNextServer(make: (create: () => Server) => Server): void {
  const { createServer } = http;
  // Called with the Express app alone.
  http.createServer = (...args: readonly unknown[]) => {
    http.createServer = createServer;
    return stopWithoutPort(make(() => Reflect.apply(createServer, http, args)));
  };
}
