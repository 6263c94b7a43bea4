// The container's program: every route on plain `node:http`, without the Functions Framework.
import type { Server } from 'node:http';
import { createHttpServer } from './http-server';
import { openService } from './service';

try {
  const { app, config, serverOptions } = openService(process.env);
  app.preload();
  const server = createHttpServer(serverOptions('serve')).on('error', stop);
  server.listen(config.port, '0.0.0.0', () => {
    if (config.log.format === 'text') process.stdout.write(`http://localhost:${portOf(server)}\n`);
  });
} catch (error) {
  stop(error);
}

/** A port of 0 lets the system choose. */
function portOf(server: Server): number | undefined {
  const address = server.address();
  return typeof address === 'object' ? address?.port : undefined;
}

/** A start that cannot succeed is told in a sentence: a stack into a bundle would hide it. */
function stop(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
