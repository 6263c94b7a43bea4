// The program of the process that answers copies of requests with a version that is to be compared.
import { openStore } from '../shared/registry/open-store';
import { createRegistry } from '../shared/registry/registry';
import { createSession } from '../shared/runtime/session';
import { createShadowRunner } from '../shared/serving/shadow/shadow-runner';
import { readServiceConfig } from './service';
import type { ShadowMessage, ShadowReply } from './shadow-process';

const config = readServiceConfig(process.env);
const run = createShadowRunner({
  openRegistry: async () => createRegistry(await openStore(config.registry.uri, config.registry)),
  createSession,
  // What is left of the CPU is shared: more threads would not be sooner done.
  threads: 1,
  now: () => performance.now(),
});

process.on('message', (message) => {
  // It is our own server that sends.
  const { id, copy } = message as ShadowMessage;
  void run(copy).then((outcome) => process.send?.({ id, outcome } satisfies ShadowReply));
});
process.on('disconnect', () => process.exit(0));
