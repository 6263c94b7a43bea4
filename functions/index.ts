// The module that the Functions Framework loads.
import { cloudEvent, http } from '@google-cloud/functions-framework';
import { TARGETS } from '../shared/serving/routes';
import { toHttpFunction } from './express';
import { takeNextServer } from './raw-http';
import { toCloudEventFunction } from './score-file';
import { openService } from './service';
import { targetName } from './target';

const { app, config, serverOptions } = openService(process.env);
for (const target of TARGETS) http(target, toHttpFunction(app.handler(target), config.limits));
cloudEvent('scoreFile', toCloudEventFunction(config, app.scoreFile));

const target = TARGETS.find((name) => name === targetName(process.argv, process.env));
if (target !== undefined) {
  // The load overlaps with the start of the server. `modelInfo` answers without a session.
  if (target !== 'modelInfo') app.preload();
  if (config.rawHttp) takeNextServer(serverOptions(target));
}
