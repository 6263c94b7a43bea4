// A start that cannot succeed as it was set up is told in a sentence: a stack into a bundle would hide it. What is a
// fault of ours keeps its stack.
import type { Server } from 'node:http';
import type { Config } from '../shared/serving/config';
import { readServiceConfig } from './service';

/** Reads the configuration, or ends the process with the variable that makes no sense. */
export function readConfigOrStop(env: NodeJS.ProcessEnv): Config {
  try {
    return readServiceConfig(env);
  } catch (error) {
    if (error instanceof TypeError) stop(error.message);
    throw error;
  }
}

/** Ends the process, with a word on how to choose another port, where a server cannot have the one it is to listen on. */
export function stopWithoutPort<S extends Server>(server: S): S {
  return server.on('error', (error: ListenError) => {
    const reason = explain(error);
    if (reason !== undefined) stop(reason);
    throw error;
  });
}

/** What Node says of a server that cannot listen. */
interface ListenError extends NodeJS.ErrnoException {
  readonly port?: number;
}

function explain({ code, port = 0 }: ListenError): string | undefined {
  const another = `choose another with PORT=${port >= FIRST_FREE && port < LAST ? port + 1 : 8080}`;
  if (code === 'EADDRINUSE') return `port ${port} is in use: stop what listens there, or ${another}`;
  if (code === 'EACCES') return `port ${port} is not for everybody to listen on: ${another}`;
  return undefined;
}

/** Ports below are the system's own. */
const FIRST_FREE = 1_024;
const LAST = 65_535;

function stop(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
