import type { IncomingMessage, Server, ServerResponse } from 'node:http';

/** What `node:http` calls with each request. */
export type Listener = (message: IncomingMessage, response: ServerResponse) => void;

/** Lets requests in flight finish when the process is asked to stop. */
export interface Drain {
  /** A listener that counts what is in flight, and hands over to `refuse` what comes after the end began. */
  wrap(listener: Listener, refuse: Listener): Listener;
  /**
   * Stops accepting, waits for what is in flight, `limitMs` at the longest, then resolves.
   * The platform gives 10 seconds between SIGTERM and SIGKILL.
   */
  finish(server: Server, limitMs: number): Promise<void>;
}

/** Makes the drain of one server. */
export function createDrain(): Drain {
  let inFlight = 0;
  let isEnding = false;
  let onIdle: (() => void) | undefined;

  return {
    wrap(listener, refuse) {
      return (message, response) => {
        if (isEnding) return refuse(message, response);
        inFlight++;
        response.once('close', () => {
          inFlight--;
          if (inFlight === 0) onIdle?.();
        });
        return listener(message, response);
      };
    },
    async finish(server, limitMs) {
      isEnding = true;
      server.close();
      server.closeIdleConnections();
      if (inFlight > 0) {
        await new Promise<void>((resolve) => {
          onIdle = resolve;
          setTimeout(resolve, limitMs);
        });
      }
      server.closeAllConnections();
    },
  };
}
