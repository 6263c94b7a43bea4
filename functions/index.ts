// The module that the Functions Framework loads.
import { cloudEvent, http } from '@google-cloud/functions-framework';
import { TARGETS } from '../shared/serving/routes';
import { toHttpFunction } from './express';
import { takeNextServer, watchNextServer } from './raw-http';
import { toCloudEventFunction } from './score-file';
import { openService } from './service';
import { readConfigOrStop } from './start-failure';
import { targetName } from './target';

const config = readConfigOrStop(process.env);
const { app, serverOptions } = openService(config);
for (const target of TARGETS) http(target, toHttpFunction(app.handler(target), config.limits));
cloudEvent('scoreFile', toCloudEventFunction(config, app.scoreFile));

const target = TARGETS.find((name) => name === targetName(process.argv, process.env));
// The load overlaps with the start of the server. `modelInfo` answers without a session.
if (target !== undefined && target !== 'modelInfo') app.preload();
if (target === undefined) watchNextServer(() => {});
else if (config.rawHttp) takeNextServer(serverOptions(target));
else watchNextServer(serverOptions(target).onListening);
