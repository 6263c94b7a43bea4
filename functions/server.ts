// The container's program: every route on plain `node:http`, without the Functions Framework.
import type { Server } from 'node:http';
import { createHttpServer } from './http-server';
import { openService } from './service';
import { readConfigOrStop, stopWithoutPort } from './start-failure';

const config = readConfigOrStop(process.env);
const { app, serverOptions } = openService(config);
app.preload();
const server = stopWithoutPort(createHttpServer(serverOptions('serve')));
server.listen(config.port, '0.0.0.0', () => {
  if (config.log.format === 'text') process.stdout.write(`http://localhost:${portOf(server)}\n`);
});

/** A port of 0 lets the system choose. */
function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === 'object' ? address?.port : undefined;
}
