// The container's program: every route on plain `node:http`, without the Functions Framework.
import { createHttpServer } from './http-server';
import { openService } from './service';

try {
  const { app, config, serverOptions } = openService(process.env);
  app.preload();
  createHttpServer(serverOptions('serve')).on('error', stop).listen(config.port, '0.0.0.0');
} catch (error) {
  stop(error);
}

/** A start that cannot succeed is told in a sentence: a stack into a bundle would hide it. */
function stop(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
