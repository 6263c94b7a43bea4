// The world's edge: everything impure enters the service here, whichever host it runs under.
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openStore } from '../shared/registry/open-store';
import { createRegistry } from '../shared/registry/registry';
import { countCpus } from '../shared/runtime/cpu';
import { createSession } from '../shared/runtime/session';
import { type App, createApp } from '../shared/serving/app';
import { type Config, type EmbeddedModels, readConfig } from '../shared/serving/config';
import { createLog } from '../shared/serving/log';
import type { Serving } from '../shared/serving/models/serving';
import { servingEntry } from '../shared/serving/request-entry';
import type { Target } from '../shared/serving/routes';
import type { HttpServerOptions } from './http-server';
import { startShadowProcess } from './shadow-process';
import { openStdout } from './stdout';

/** The service of this process. */
export interface Service {
  readonly app: App;
  /** What a server of ours needs to answer for one target. */
  serverOptions(target: Target): HttpServerOptions;
}

/** Sets the service up. Nothing is read from the registry yet. */
export function openService(config: Config): Service {
  const startup = createStartup();
  const log = createLog(config, { writeLine: openStdout() });
  const app = createApp(config, {
    openRegistry: async () => createRegistry(await openStore(config.registry.uri, config.registry)),
    createSession,
    threads: config.threads ?? countCpus({ readFile: readOrUndefined, availableParallelism }),
    memoryBytes: memoryLimit(),
    now: () => performance.now(),
    startup: startup.read,
    readAsset,
    startShadow: () => startShadowProcess(join(__dirname, 'shadow.js')),
    log,
  });

  /** Says what is served and where, once it is. What cannot be is logged by whoever loads it. */
  function announce(target: Target, port: number): void {
    const isLocal = config.deployment.type === 'local';
    const address = isLocal ? `http://localhost:${port}` : `port ${port}`;
    const say = (serving: Serving) => log.announce(servingEntry(config, serving, address));
    app.serving(target).then(say, () => {});
  }

  return {
    app,
    serverOptions: (target) => ({
      handle: app.handler(target),
      refuse: app.refuse,
      limits: config.limits,
      drainMs: config.drainMs,
      onListening: (port) => {
        startup.listening();
        announce(target, port);
      },
      onDrained: () => app.close(),
    }),
  };
}

/** Reads the configuration, with the models beside the bundle where it names none. @throws {TypeError} */
export function readServiceConfig(env: NodeJS.ProcessEnv): Config {
  return readConfig(env, findEmbeddedModels());
}

/** The model that answers before anything was configured. */
const FIRST_MODEL = 'iris';

/** The models beside the bundle, unless there are some where the process was started. */
function findEmbeddedModels(): EmbeddedModels {
  const beside = join(__dirname, 'model-artifacts');
  const registry = existsSync('model-artifacts') || !existsSync(beside) ? 'model-artifacts' : beside;
  return existsSync(join(registry, FIRST_MODEL)) ? { registry, model: FIRST_MODEL } : { registry };
}

/**
 * Times the start of this process: Node's own boot, the import of what runs before this (the framework too), and
 * the way from there to a listening server. Reading what took how long starts the process no faster.
 */
function createStartup() {
  const bootMs = performance.nodeTiming.bootstrapComplete;
  const importedAt = performance.now();
  let listeningAt: number | undefined;
  return {
    listening: () => {
      listeningAt ??= performance.now();
    },
    read: (): Record<string, number> => ({
      bootMs,
      importMs: importedAt - bootMs,
      ...(listeningAt !== undefined && { listenMs: listeningAt - importedAt }),
    }),
  };
}

/** Where nothing limits the process, this is 0 or more than any machine has. */
function memoryLimit(): number | undefined {
  const bytes = process.constrainedMemory();
  return bytes > 0 && bytes < totalmem() ? bytes : undefined;
}

/** The files for browsers lie beside the bundle. */
async function readAsset(name: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(join(__dirname, 'assets', name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
