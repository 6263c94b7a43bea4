// The container's program: every route on plain `node:http`, without the Functions Framework.
import { createHttpServer } from './http-server';
import { openService } from './service';
import { readConfigOrStop, stopWithoutPort } from './start-failure';

const config = readConfigOrStop(process.env);
const { app, serverOptions } = openService(config);
app.preload();
stopWithoutPort(createHttpServer(serverOptions('serve'))).listen(config.port, '0.0.0.0');
