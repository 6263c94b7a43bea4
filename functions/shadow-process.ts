import { type ChildProcess, fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { ShadowCopy, ShadowOutcome } from '../shared/serving/shadow/shadow-copy';
import type { ShadowProcess } from '../shared/serving/shadow/shadows';

/** What the process is sent. */
export interface ShadowMessage {
  readonly id: number;
  readonly copy: ShadowCopy;
}

/** What it sends back. */
export interface ShadowReply {
  readonly id: number;
  readonly outcome: ShadowOutcome;
}

/** Longest that one copy may take, in milliseconds: the first has the model loaded, and a loop has no end. */
const COPY_MS = 60_000;

interface Waiting {
  resolve(outcome: ShadowOutcome): void;
  reject(error: Error): void;
}

/**
 * Starts the process that answers copies, at the lowest priority that there is: it is given CPU that nobody else wants.
 * It does not keep this process alive, and ends with it.
 *
 * @param program the file that it runs: `shadow.js` beside the bundle.
 */
export function startShadowProcess(program: string): ShadowProcess {
  const child = fork(program, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const waiting = new Map<number, Waiting>();
  let ids = 0;
  lowerPriority(child);
  child.unref();
  child.channel?.unref();

  function fail(reason: string): void {
    for (const { reject } of waiting.values()) reject(new Error(reason));
    waiting.clear();
  }
  child.on('message', (message) => {
    // It is our own program that sends.
    const { id, outcome } = message as ShadowReply;
    waiting.get(id)?.resolve(outcome);
    waiting.delete(id);
  });
  child.on('error', (error) => fail(`its process failed: ${error.message}`));
  child.on('exit', (code, signal) => fail(`its process ended (${signal ?? code})`));

  return {
    async run(copy) {
      const id = ++ids;
      const timer = setTimeout(() => fail(`it did not answer within ${COPY_MS} ms`), COPY_MS).unref();
      try {
        return await new Promise((resolve, reject) => {
          waiting.set(id, { resolve, reject });
          child.send({ id, copy } satisfies ShadowMessage, (error) => {
            if (error !== null) fail(`it cannot be reached: ${error.message}`);
          });
        });
      } finally {
        clearTimeout(timer);
      }
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

/** Some sandboxes allow no priorities; then its share of the CPU is like that of any other. */
function lowerPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // Nothing depends on it but how soon it is done.
  }
}
